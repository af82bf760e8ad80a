import type { TemperatureProgram } from '../md/temperature.js';
import type { ExplorationThermostat } from '../md/thermostat.js';
import type { MdState } from '../md/types.js';
import type { AcquisitionSettings, PickRule, WindowState } from '../uncertainty/types.js';

/** How a walker moves. */
export interface WalkerSettings {
  readonly walker: number;
  /** K, a number or legs in MD steps. */
  readonly temperature: TemperatureProgram;
  /** fs */
  readonly timestep: number;
  /** 1/fs */
  readonly friction: number;
  /** Default: Langevin (BAOAB). */
  readonly thermostat?: ExplorationThermostat;
  /** 64-bit seed as a decimal string or a safe integer; key of the counter-based generator. */
  readonly seed: number;
}

/** Everything a walker needs to go on, bit for bit. Random numbers need no state. */
export interface WalkerCheckpoint {
  readonly state: MdState;
  readonly window: WindowState;
  /** MD step of the last update (pick) of this walker; -1: none. */
  readonly lastPick: number;
  /** The state at the last multiple of 100 steps, to which a wreck goes back, and whether it was picked already. */
  readonly anchor: { readonly state: MdState; readonly picked: boolean };
  /** Wrecks: the 100-step interval (its first step) that the last one fell in and how many it has seen. */
  readonly wrecks: { readonly interval: number; readonly count: number };
  /** rms ε_B since the last refit, for the convergence test: number of samples, sum, sum of squares, MD steps. */
  readonly sinceRefit: {
    readonly samples: number;
    readonly sum: number;
    readonly sumOfSquares: number;
    readonly steps: number;
  };
  /** ε_B right after each refit, oldest first, at most the last 10 (`minimum-error`). */
  readonly minimumErrors: readonly number[];
  /** Set at a refit: the next computed ε_B is stored as ε_min. */
  readonly freshForceField: boolean;
}

/** A structure that asks for ab initio forces, and why. */
export interface Pick {
  readonly walker: number;
  readonly step: number;
  /** [3·atoms] displacements, Å. */
  readonly displacements: Float64Array;
  readonly rule: PickRule;
  /** The criterion's quantity, its threshold, window mean and deviation at that step, eV/Å. */
  readonly error: number;
  readonly threshold: number;
  readonly mean: number;
  readonly deviation: number;
  /** rms ε_B, eV/Å. */
  readonly rmsError: number;
  readonly worstAtom: number;
  readonly worstAtomError: number;
  /** Kinetic temperature, K. */
  readonly temperature: number;
}

export type ExplorationOutcome =
  /** M picks were made. */
  | 'triggered'
  /** The last step of the round was reached. */
  | 'reached'
  /** The guard ended it; the state at the last multiple of 100 steps is among the picks. */
  | 'wrecked'
  /** A third wreck in the same interval: a person must look. */
  | 'stuck';

/** Named float64 columns, one value for each computed ε_B. */
export interface Trace {
  readonly columns: Readonly<Record<TraceColumn, Float64Array>>;
}
export type TraceColumn =
  | 'step'
  | 'rmsError'
  | 'largestAtomError'
  | 'mean'
  | 'deviation'
  | 'threshold'
  | 'temperature'
  | 'potentialEnergy'
  | 'kineticEnergy';

/** What one walker does in one round: go on until M picks or the round's last step. */
export interface ExplorationInput {
  readonly walker: WalkerSettings;
  readonly acquisition: AcquisitionSettings;
  readonly checkpoint: WalkerCheckpoint;
  /** Last MD step of the round. */
  readonly untilStep: number;
  /** M: structures that may await labels before this walker stops. */
  readonly lookahead: number;
  /** Structures picked from MD in the campaign before this round, pending ones included (stall rule). */
  readonly pickedBefore: number;
  /** A person wants the walker's structure: it is taken at the first ε_B, whatever the criterion says. Default: not. */
  readonly sample?: boolean;
}

export interface ExplorationResult {
  readonly outcome: ExplorationOutcome;
  readonly checkpoint: WalkerCheckpoint;
  readonly picks: readonly Pick[];
  readonly trace: Trace;
  /** Why it was wrecked or stuck, for a person. */
  readonly detail?: string;
}

/** A snapshot taken in the middle of a round, from which `explore` continues to the same bits. */
export interface ExplorationProgress {
  readonly input: ExplorationInput;
  readonly checkpoint: WalkerCheckpoint;
  readonly picks: readonly Pick[];
  readonly trace: Trace;
}
