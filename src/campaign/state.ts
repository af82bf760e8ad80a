import type { ExplorationOutcome } from '../exploration/types.js';
import type { TemperatureProgram } from '../md/temperature.js';
import type { Hyperparameters } from '../regression/types.js';
import type { Ref } from '../store/types.js';
import type { AcquisitionSettings, PickRule } from '../uncertainty/types.js';
import type { LabelRatio } from './confidence.js';
import type { Fates } from './failures.js';
import type { JournalEntry } from './ledger.js';
import type { ReferenceSettings } from './schema.js';
import type { ScriptedOrder } from './script.js';

/**
 * The state of a campaign: plain JSON, small (references to artifacts and numbers, never arrays that grow with the
 * campaign), and complete: which commands are outstanding follows from it alone. It travels through continue-as-new,
 * and a cancelled or failed campaign is resumed from it.
 */
export interface CampaignState {
  readonly name: string;
  readonly fingerprint: string;
  readonly rules: CampaignRules;
  /** Settings that people changed on the way, in order; the latest of a key holds. */
  readonly changes: readonly SettingChange[];
  /** Rules that hold from the next round on; null where nobody changed any. */
  readonly nextRules: CampaignRules | null;
  /** Nothing new is begun, and MD rests at a checkpoint; null: it runs. */
  readonly paused: By | null;
  /** The campaign ends at the next round's start; null: it does not. */
  readonly stopping: By | null;
  /** Orders of a run before this one, in order, that are still to be told again; absent where there was none. */
  readonly script?: readonly ScriptedOrder[];
  /** Walkers whose structure is taken at the next round's start, because a person asked for it. */
  readonly sampling: readonly number[];
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
  /** Walkers made so far: the next one's number is one more. */
  readonly walkersMade: number;
  /** 0 until MD starts. */
  readonly round: number;
  /** Initial structures that are not yet asked for: those of a list from `from` on; absent where there are none. */
  readonly waiting?: { readonly list: Ref; readonly from: number; readonly count: number };
  /** Structures that await labels, a screening or a refit, in canonical order. */
  readonly pending: readonly PendingStructure[];
  /** Structures given so far: the next one's number. */
  readonly structures: number;
  /** Structures picked from MD, quarantined ones included. */
  readonly picked: number;
  readonly quarantined: number;
  /** What became of structures from MD at the reference; absent before the first. */
  readonly fates?: Fates;
  /** Structures whose reference calculations failed for good and that await a person's answer. */
  readonly quarantine: readonly QuarantinedStructure[];
  /** Rounds in a row that brought picks of which none survived labelling. */
  readonly barrenRounds: number;
  /** Refits that count towards convergence and are still needed to judge it, oldest first. */
  readonly countedRefits: readonly CountedRefit[];
  readonly assessment: Assessment | null;
  /** The latest looks at convergence, oldest first; absent before the first. */
  readonly course?: readonly CoursePoint[];
  /** The latest look at convergence for which there was MD enough since the refit before it; absent until there is one. */
  readonly judged?: Assessment;
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
  /** Temporal's own records of this campaign, the latest first in a chain of artifacts; kept beyond the server's retention. */
  readonly histories: {
    readonly head: Ref | null;
    /** The execution that ended last is in it. */
    readonly complete: boolean;
  };
  /** Entries decided but not yet in the ledger, in order. */
  readonly journal: readonly JournalEntry[];
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
  /** Labels that are computed side by side. */
  readonly slots: number;
  readonly acquisition: AcquisitionSettings;
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
  /** A person had it tried again, perhaps with other settings of the reference. */
  readonly retried?: { readonly reference: ReferenceSettings | null };
}

/** Out of the campaign until a person says what becomes of it. */
export interface QuarantinedStructure {
  readonly id: number;
  readonly group: Group;
  readonly structure: Ref;
  readonly pick: PickSummary | null;
  readonly reason: string;
  /** It is tried again with the next labels. */
  readonly retry?: { readonly reference: ReferenceSettings | null };
}

/** A setting of the campaign file, e.g. `acquisition.criterion.n`, and its new value as the file would say it. */
export interface SettingChange {
  readonly key: string;
  readonly value: unknown;
}

/** Who steered, and when (ISO 8601, UTC). */
export interface By {
  readonly by: string;
  readonly at: string;
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

/** What came of asking for a label; without attempts where none was needed or none could be made. */
export type LabelOutcome = { readonly attempts: AttemptList | null; readonly seconds: number } & (
  | { readonly accepted: true; readonly label: Ref; readonly adopted: boolean }
  /** The reason in short; the attempts have all of it. */
  | { readonly accepted: false; readonly reason: string }
);

/** Attempts at one label, at least one; each takes a place of its own in the ledger. */
export interface AttemptList {
  readonly list: Ref;
  readonly count: number;
  /** What was wrong before the one that was accepted, in short; absent where nothing was, or none was accepted. */
  readonly trouble?: string;
}

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
  /** K; legs in MD steps of this walker. */
  readonly temperature: TemperatureProgram;
  readonly step: number;
  readonly checkpoint: Ref | null;
  /** rms ε_B since the last refit. */
  readonly sinceRefit: ErrorStatistics;
  /** The force field is new to this walker: its statistics start afresh. */
  readonly fresh: boolean;
  /** It takes its structure as soon as it moves, in this round. */
  readonly samples: boolean;
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

/** What one look at convergence saw, for people; eV/Å. */
export interface CoursePoint {
  readonly round: number;
  /** From MD, in the training set. */
  readonly structures: number;
  readonly fittingError: number;
  /** μ and σ of the rms ε_B since the last refit; null where the walkers had not run long enough to tell. */
  readonly mean: number | null;
  readonly deviation: number | null;
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

export type VerdictKind = 'converged' | 'exhausted' | 'stalled' | 'stopped' | 'cancelled' | 'failed';
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
