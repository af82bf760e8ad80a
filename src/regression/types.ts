import type { SparseMatrix } from '../numerics/sparse.js';

/** Sums over labelled rows from which everything about a fit follows; adding a structure is a rank-3N update. */
export interface Gram {
  readonly parameters: number;
  /** Number of force components summed, N_y. */
  rows: number;
  /** [P·P] row-major, symmetric, both triangles filled: Σ xᵀx over rows, (eV/Å)² in units of 1/φ′². */
  readonly xtx: Float64Array;
  /** [P] Σ xᵀ y. */
  readonly xty: Float64Array;
  /** Σ y², (eV/Å)². */
  yty: number;
}

/** What the regression must know of the expansion: per order where its parameters lie and what the prior acts on. */
export interface ParameterBlock {
  readonly order: number;
  /** First index into φ′. */
  readonly first: number;
  readonly count: number;
  /** [raw × count] orthonormal: ExpansionOrder.nullSpace. */
  readonly nullSpace: SparseMatrix;
  /** [raw] cluster size of each raw coordinate, Å. */
  readonly sizes: Float64Array;
}

export type PriorName = 'isotropic' | 'by-order' | 'decay' | 'none';

/** Hyperparameters of a prior; logarithms are natural. */
export type Hyperparameters =
  | { readonly prior: 'isotropic'; readonly logAlpha: number }
  | { readonly prior: 'by-order'; readonly logAlpha: readonly number[] }
  | { readonly prior: 'decay'; readonly a: readonly number[]; readonly kappa: readonly number[] }
  | { readonly prior: 'none' };

/** Result of Bayesian ridge regression (eqs. 2–4). */
export interface Posterior {
  /** [P] posterior mean m̄ = φ′. */
  readonly parameters: Float64Array;
  /** [P·P] row-major lower Cholesky factor R of the precision: Σ⁻¹ = Λ + β XᵀX = R Rᵀ. Absent for `none`. */
  readonly precisionFactor?: Float64Array;
  /** Noise precision β, (eV/Å)⁻²; the fitting error is β^{-1/2}. */
  readonly beta: number;
  readonly hyperparameters: Hyperparameters;
  /** Natural log of the evidence p(y | θ, β); absent for `none`. */
  readonly logEvidence?: number;
  /** γ: effective number of parameters determined by the data. */
  readonly effectiveParameters: number;
  /** Orders whose hyperparameter sits at its bound. */
  readonly notDetermined: readonly number[];
  readonly rows: number;
}
