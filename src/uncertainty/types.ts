/** Which number of one MD step the criterion looks at: the rms of the 3N error bars, or the largest atom's rms of three. */
export type ErrorQuantity = 'rms' | 'largest-atom';

/** Settings of an acquisition criterion (eq. 5 and its kin); energies in eV, lengths in Å. */
export type CriterionSettings =
  /** The paper's: ε_B > γ μ_k. VASP's 1 + ML_CX, aims-PAX's 1 + c_x. */
  | { readonly name: 'trajectory-average'; readonly gamma: number }
  /** Default: ε_B > μ_k + n σ_k. */
  | { readonly name: 'trajectory-deviation'; readonly n: number }
  /** ε_B > mean of the last `last` stored ε_min (ε_B right after a refit); Jinnouchi 2019. */
  | { readonly name: 'minimum-error'; readonly last: number }
  /** ε_B > a threshold, eV/Å, or a fraction of the fitting error. */
  | { readonly name: 'fixed'; readonly threshold?: number; readonly fractionOfFittingError?: number };

/** What surrounds every criterion: window, gap and stall rule. All counted in MD steps, whatever `every` is. */
export interface AcquisitionSettings {
  readonly criterion: CriterionSettings;
  readonly quantity: ErrorQuantity;
  /** ε_B is computed at each `every`-th MD step. */
  readonly every: number;
  /** k: MD steps in the window. */
  readonly window: number;
  /** No update before the window spans this many MD steps. */
  readonly minWindow: number;
  /** MD steps between two updates. */
  readonly minGap: number;
  /** Take the current structure when nothing was picked for `after` steps while fewer than `structures` were picked or μ_k > fraction · β^{-1/2}; null: never. */
  readonly stall: { readonly after: number; readonly structures: number; readonly fraction: number } | null;
}

/** The sliding window over the previous k MD steps; part of a checkpoint. */
export interface WindowState {
  /** Steps at which the samples were taken, ascending. */
  readonly steps: readonly number[];
  /** ε_B of each, eV/Å. */
  readonly values: readonly number[];
}

/** What a criterion may look at. */
export interface CriterionContext {
  /** ε_B of this step, eV/Å. */
  readonly error: number;
  /** μ_k and σ_k of the window without this step, eV/Å. */
  readonly mean: number;
  readonly deviation: number;
  /** β^{-1/2} of the current force field, eV/Å. */
  readonly fittingError: number;
  /** ε_B right after each refit, oldest first (`minimum-error`). */
  readonly minimumErrors: readonly number[];
}

/** An acquisition criterion: the threshold which ε_B must exceed; infinite while it cannot tell. */
export interface Criterion {
  readonly name: CriterionSettings['name'];
  threshold(context: CriterionContext): number;
}

/** Why a structure was taken. */
export type PickRule = CriterionSettings['name'] | 'stall' | 'wreck' | 'person';
