import type { ExplorationOutcome } from '../exploration/types.js';
import type { Ref } from '../store/types.js';
import type { InitialStructures } from './messages.js';
import type { Assessment, AttemptList, By, ForceFieldSummary, Group, PickSummary, Verdict } from './state.js';
import type { Order } from './steering.js';

/**
 * What the ledger says, one entry per decision or result. Sequence numbers are given by the decision function in
 * canonical order, never by arrival. Times and hosts of attempts belong to the audit, not to the result: they are
 * the only fields that differ between two runs of one campaign.
 */
export type LedgerEntryBody = { readonly sequence: number } & LedgerEvent;

export type LedgerEvent =
  | ({
      readonly type: 'started';
      readonly name: string;
      readonly fingerprint: string;
      readonly campaign: Ref;
    } & ByProgram)
  | ({ readonly type: 'forked' } & Inheritance)
  | {
      readonly type: 'prepared';
      readonly basis: Ref;
      readonly parameters: number;
      readonly warnings: readonly string[];
      readonly initial: InitialStructures;
    }
  | { readonly type: 'displaced'; readonly initial: InitialStructures }
  | { readonly type: 'test-set'; readonly testSet: Ref; readonly frames: number }
  | {
      readonly type: 'explored';
      readonly round: number;
      readonly walker: number;
      readonly fromStep: number;
      readonly toStep: number;
      readonly outcome: ExplorationOutcome;
      readonly detail?: string;
      readonly picks: number;
      readonly evaluations: number;
      readonly seconds: number;
      readonly checkpoint: Ref;
      readonly trace: Ref;
      readonly forceField: Ref;
    }
  | {
      readonly type: 'asked';
      readonly structure: number;
      readonly group: Group;
      readonly ref: Ref;
      readonly pick: PickSummary | null;
    }
  | {
      readonly type: 'screened';
      readonly round: number;
      readonly kept: readonly number[];
      readonly dropped: readonly number[];
    }
  | { readonly type: 'attempt'; readonly structure: number; readonly attempt: Attempt }
  | { readonly type: 'labelled'; readonly structure: number; readonly label: Ref; readonly adopted: boolean }
  | { readonly type: 'quarantined'; readonly structure: number; readonly reason: string }
  | {
      readonly type: 'refitted';
      readonly forceField: ForceFieldSummary;
      readonly trainingSet: Ref;
      readonly added: readonly number[];
      readonly counts: TrainingCounts;
      readonly checks: readonly LabelCheck[];
      readonly counted: boolean;
      readonly seconds: number;
    }
  | { readonly type: 'assessed'; readonly round: number; readonly assessment: Assessment }
  | { readonly type: 'warned'; readonly message: string }
  | { readonly type: 'faulted'; readonly message: string }
  | ({ readonly type: 'resumed' } & ByProgram)
  /** A person's word; what it changes holds from `round` on. */
  | ({ readonly type: 'steered'; readonly order: Order; readonly round: number } & By)
  /** Temporal's own record of the campaign so far. */
  | { readonly type: 'history'; readonly history: Ref }
  | { readonly type: 'finished'; readonly verdict: Verdict };

/** An entry on its way to the ledger: attempts, which may carry all that a program printed, are still a list in the store. */
export type JournalEntry = { readonly sequence: number } & JournalEvent;

export type JournalEvent =
  | Exclude<LedgerEvent, { readonly type: 'attempt' }>
  | ({
      readonly type: 'attempts';
      readonly structure: number;
      readonly accepted: boolean;
      /** Of all of them. */
      readonly seconds: number;
    } & AttemptList);

/** The version of this program that launched a campaign or went on with it; absent where it was not recorded. */
export interface ByProgram {
  readonly program?: string;
}

/** What a campaign took over from the one that it was forked from. */
export interface Inheritance {
  readonly parent: string;
  readonly fingerprint: string;
  /** The parent's ledger as far as it counts. */
  readonly head: Ref;
  /** Labels that hold. */
  readonly taken: number;
  /** Labels that were left, and why. */
  readonly left: readonly { readonly reason: string; readonly labels: number }[];
}

/** Structures in the training set, by group. */
export interface TrainingCounts {
  readonly random: number;
  readonly phonon: number;
  readonly md: number;
  /** Absent where nothing was imported. */
  readonly imported?: number;
}

/** All of them. */
export function totalOf({ random, phonon, md, imported = 0 }: TrainingCounts): number {
  return random + phonon + imported + md;
}

/** One attempt at a label. */
export interface Attempt {
  readonly number: number;
  readonly host: string;
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  /** An interrupted run was ended from outside: it does not count against the structure. */
  readonly outcome: 'accepted' | 'rejected' | 'failed' | 'interrupted' | 'adopted';
  readonly reason?: string;
  /** What the failure is called in the code's table. */
  readonly symptom?: string;
  /** Corrections that it ran with, by name. */
  readonly corrections?: readonly string[];
  /** Among them is one that changes what is computed. */
  readonly changesPhysics?: true;
  readonly evidence?: readonly string[];
}

/** A new label against what was predicted before the refit; eV/Å. */
export interface LabelCheck {
  readonly structure: number;
  /** sqrt(β⁻¹ + ε_B²) of the old force field. */
  readonly predicted: number;
  /** RMSE of the old force field on the new label. */
  readonly found: number;
}
