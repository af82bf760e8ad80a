import type { ExplorationOutcome } from '../exploration/types.js';
import type { TemperatureProgram } from '../md/temperature.js';
import type { Hyperparameters } from '../regression/types.js';
import type { Ref } from '../store/types.js';
import type { PickRule } from '../uncertainty/types.js';
import type { LabelRatio } from './confidence.js';
import type { Attempt, LedgerEntryBody } from './ledger.js';

/**
 * The state of a campaign: plain JSON, small (references to artifacts and numbers, never arrays that grow with the
 * campaign), and complete: which commands are outstanding follows from it alone. It travels through continue-as-new,
 * and a cancelled or failed campaign is resumed from it.
 */
export interface CampaignState {
  readonly name: string;
  readonly fingerprint: string;
  readonly rules: CampaignRules;
  /** The resolved campaign file with its inputs. */
  readonly campaign: Ref;
  readonly stage: Stage;
  /** Phonon displacements were made (or none are wanted): initial data is complete after the next refit. */
  readonly displaced: boolean;
  readonly prepared: Prepared | null;
  readonly testSet: Ref | null;
  /** Ideal supercell's label, subtracted from all training forces. */
  readonly idealLabel: Ref | null;
  readonly training: Training;
  readonly forceField: ForceFieldSummary | null;
  readonly walkers: readonly WalkerState[];
  /** 0 until MD starts. */
  readonly round: number;
  /** Structures that await labels, a screening or a refit, in canonical order. */
  readonly pending: readonly PendingStructure[];
  /** Structures given so far: the next one's number. */
  readonly structures: number;
  /** Structures picked from MD, quarantined ones included. */
  readonly picked: number;
  readonly quarantined: number;
  /** Rounds in a row that brought picks of which none survived labelling. */
  readonly barrenRounds: number;
  /** Refits that count towards convergence and are still needed to judge it, oldest first. */
  readonly countedRefits: readonly CountedRefit[];
  readonly assessment: Assessment | null;
  /** How ε_B has fallen with the number of structures, the latest of it; absent where a version before recorded none. */
  readonly learning?: readonly LearningPoint[];
  /** Rounds that the guard ended. */
  readonly wrecks?: number;
  /** Found over predicted error of the latest labels from MD, oldest first. */
  readonly labelRatios?: readonly LabelRatio[];
  /** Training structures whose labels the posterior of the final force field calls impossible; absent until results are laid out. */
  readonly suspects?: readonly number[];
  readonly verdict: Verdict | null;
  /** The stage in which it was cancelled or failed: where it goes on when it is run again. */
  readonly interrupted?: Stage;
  /** Why the result folder could not be written; the result itself is in the store. */
  readonly publishProblem?: string;
  readonly ledger: { readonly sequence: number; readonly head: Ref | null };
  /** Entries decided but not yet in the ledger, in order. */
  readonly journal: readonly LedgerEntryBody[];
  readonly cost: Cost;
}

/** The flowchart (Fig. 1 of the paper). */
export type Stage = 'prepare' | 'label' | 'refit' | 'displace' | 'explore' | 'screen' | 'publish' | 'done';

/** The settings that decisions look at; all times in MD steps. */
export interface CampaignRules {
  readonly walkers: readonly { readonly temperature: TemperatureProgram }[];
  /** fs */
  readonly timestep: number;
  readonly lookahead: number;
  readonly slots: number;
  readonly phononStructures: number;
  readonly dropAfter: number;
  readonly hasTestSet: boolean;
  readonly limits: { readonly steps: number; readonly structures: number; readonly roundSteps: number };
  readonly convergence: {
    readonly stopAtConvergence: boolean;
    readonly minSteps: number;
    readonly stepsSinceRefit: number;
    readonly minStructures: number;
    readonly ratio: number;
    readonly levelledRatio: number;
    readonly tolerance: number;
    readonly overStructures: number;
  };
}

/** What preparation found; small numbers for people, references for machines. */
export interface Prepared {
  readonly basis: Ref;
  readonly atoms: number;
  readonly formula: string;
  readonly spaceGroup: string;
  readonly orders: readonly {
    readonly order: number;
    readonly cutoff: number;
    readonly clusters: number;
    readonly orbits: number;
    readonly parameters: number;
  }[];
  readonly parameters: number;
  readonly warnings: readonly string[];
}

/** `imported`: from existing data; stays when synthetic structures leave. */
export type Group = 'ideal' | 'random' | 'phonon' | 'imported' | 'md';

/** A structure on its way into the training set. */
export interface PendingStructure {
  /** Its number in the campaign, given in canonical order. */
  readonly id: number;
  readonly group: Group;
  readonly structure: Ref;
  readonly pick: PickSummary | null;
  readonly label: LabelOutcome | null;
}

/** Why a structure was taken from MD; eV/Å and K. */
export interface PickSummary {
  readonly walker: number;
  readonly step: number;
  readonly rule: PickRule;
  readonly error: number;
  readonly threshold: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly rmsError: number;
  readonly worstAtom: number;
  readonly worstAtomError: number;
  readonly temperature: number;
}

export type LabelOutcome = { readonly attempts: readonly Attempt[]; readonly seconds: number } & (
  | { readonly accepted: true; readonly label: Ref; readonly adopted: boolean }
  | { readonly accepted: false; readonly reason: string }
);

export interface Training {
  /** The ordered list of training structures with their labels, and everything about them. */
  readonly set: Ref | null;
  readonly random: number;
  readonly phonon: number;
  readonly md: number;
  /** Absent where nothing was imported. */
  readonly imported?: number;
}

export interface ForceFieldSummary {
  readonly ref: Ref;
  /** SHA-256 of the parameters' bytes. */
  readonly parametersHash: string;
  /** β^{-1/2}, eV/Å. */
  readonly fittingError: number;
  readonly logEvidence: number | null;
  readonly hyperparameters: Hyperparameters;
  readonly effectiveParameters: number;
  readonly notDetermined: readonly number[];
  readonly test: { readonly mae: number; readonly rmse: number; readonly frames: number } | null;
}

export interface WalkerState {
  /** Counted from 1. */
  readonly walker: number;
  readonly step: number;
  readonly checkpoint: Ref | null;
  /** rms ε_B since the last refit. */
  readonly sinceRefit: ErrorStatistics;
  /** The force field is new to this walker: its statistics start afresh. */
  readonly fresh: boolean;
  /** What it did in this round; null while it runs. */
  readonly result: WalkerRound | null;
}

/** One walker's part of a round. */
export interface WalkerRound {
  readonly outcome: ExplorationOutcome;
  readonly detail?: string;
  readonly fromStep: number;
  readonly toStep: number;
  readonly checkpoint: Ref;
  readonly trace: Ref;
  readonly picks: readonly { readonly structure: Ref; readonly pick: PickSummary }[];
  readonly sinceRefit: ErrorStatistics;
  readonly evaluations: number;
  readonly seconds: number;
}

export interface ErrorStatistics {
  readonly samples: number;
  readonly sum: number;
  readonly sumOfSquares: number;
  /** MD steps covered. */
  readonly steps: number;
}

export interface CountedRefit {
  /** Structures from MD it rests on. */
  readonly structures: number;
  readonly fittingError: number;
}

/** μ/β^{-1/2} with so many structures from MD, and no others, in the training set. */
export interface LearningPoint {
  readonly structures: number;
  readonly ratio: number;
}

/** One look at convergence; eV/Å. */
export interface Assessment {
  readonly converged: boolean;
  readonly fittingError: number;
  /** The largest of the walkers' mean rms ε_B since the last refit; null before every walker has run long enough. */
  readonly mean: number | null;
  readonly deviation: number | null;
  /** μ/β^{-1/2}. */
  readonly ratio: number | null;
  /** Relative spread of β^{-1/2} over the last structures; null before it can be judged. */
  readonly spread: number | null;
  /** sqrt(β⁻¹ + μ² + σ²). */
  readonly expectedRmse: number | null;
  readonly missing: readonly string[];
}

export type VerdictKind = 'converged' | 'exhausted' | 'stalled' | 'cancelled' | 'failed';
export interface Verdict {
  readonly kind: VerdictKind;
  readonly reason: string;
}

export interface Cost {
  readonly mdSteps: number;
  readonly errorEvaluations: number;
  readonly referenceRuns: number;
  readonly referenceSeconds: number;
  readonly mdSeconds: number;
  readonly refits: number;
  readonly fitSeconds: number;
}
