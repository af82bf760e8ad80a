import type { Estimate } from '../../campaign/forecast.js';
import type { Interval } from '../../report/expectedError.js';
import type { ConvergenceProgress, Verdict } from '../../report/types.js';
import type { PickRule } from '../../uncertainty/types.js';

/** Boxes of the paper's flowchart (Fig. 1). */
export type Stage = 'initialise' | 'MD' | 'reference' | 'refit' | 'converged?';

export const STAGES: readonly Stage[] = ['initialise', 'MD', 'reference', 'refit', 'converged?'];

/** What a campaign is doing now, as plain data. Energies eV, force errors eV/Å, MD time ps, wall-clock s. */
export interface LiveState {
  readonly campaign: string;
  readonly verdict: Verdict;
  readonly stage: Stage;
  /** 1-based; 0 before the first. */
  readonly round: number;
  readonly walkers: readonly LiveWalker[];
  readonly structures: {
    /** In the training set, and of these from MD. */
    readonly training: number;
    readonly fromMd: number;
    readonly pending: number;
    readonly quarantined: number;
  };
  /** β^{-1/2}; null before the first fit. */
  readonly fittingError: number | null;
  /** Where the true force RMSE is expected; null before MD. */
  readonly expectedError: Interval | null;
  readonly progress: ConvergenceProgress;
  /** Estimate; null while there is none. */
  readonly timeLeft: number | null;
  /** Structures from MD still needed; null or absent while there is no estimate. */
  readonly structuresLeft?: Estimate | null;
  readonly elapsed: number;
  /** Which server is used, for reading. */
  readonly server: string;
  /** Folder that the results go to. */
  readonly results: string;
  /** Last messages, oldest first, beside those that the view made of events. */
  readonly messages: readonly string[];
}

export interface LiveWalker {
  /** Counted from 1, as in the ledger. */
  readonly walker: number;
  readonly step: number;
  /** MD time, ps. */
  readonly time: number;
  readonly stepsPerSecond: number | null;
  /** Kinetic temperature, K. */
  readonly temperature: number | null;
  /** The quantity that triggers, its window and threshold; null while unknown. */
  readonly error: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly threshold: number | null;
  /** Recent ε_B, oldest first, for the plot. */
  readonly recent: ArrayLike<number>;
}

/** What every event says: where and when. */
interface EventBase {
  readonly campaign: string;
  /** Counted from 1; null where it concerns the whole campaign. */
  readonly walker: number | null;
  /** MD step of the walker, or of the one furthest ahead; null before MD. */
  readonly step: number | null;
  /** Wall-clock since the start, s. */
  readonly elapsed: number;
}

/** Something that happened. Force errors eV/Å, times ps, wall-clock s. */
export type LiveEvent = EventBase &
  (
    | { readonly kind: 'stage'; readonly stage: Stage; readonly round: number }
    | {
        readonly kind: 'pick';
        readonly time: number;
        readonly rule: PickRule;
        readonly error: number;
        readonly threshold: number;
      }
    | {
        readonly kind: 'label';
        readonly structure: number;
        readonly attempts: number;
        readonly seconds: number;
      }
    | {
        readonly kind: 'refit';
        readonly structures: number;
        readonly fromMd: number;
        readonly fittingError: number;
        readonly logEvidence: number | null;
      }
    | {
        readonly kind: 'assessment';
        readonly converged: boolean;
        /** μ/β^{-1/2}. */
        readonly ratio: number | null;
        readonly expectedRmse: number | null;
        readonly reason: string;
      }
    | { readonly kind: 'message'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
    | { readonly kind: 'finished'; readonly verdict: Verdict; readonly reason: string }
  );

/** Where the state of a campaign and its events are shown. */
export interface View {
  update(state: LiveState): void;
  event(event: LiveEvent): void;
  /** Shows the last state and gives the terminal back; nothing is written afterwards. */
  close(): void;
}

/** A stream that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};
