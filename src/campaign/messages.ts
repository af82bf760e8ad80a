import type { TemperatureProgram } from '../md/temperature.js';
import type { Ref } from '../store/types.js';
import type { AcquisitionSettings } from '../uncertainty/types.js';
import type { Inheritance, JournalEntry, LabelCheck, TrainingCounts } from './ledger.js';
import type { ReferenceSettings } from './schema.js';
import type {
  ForceFieldSummary,
  Group,
  LabelOutcome,
  PendingStructure,
  PickSummary,
  Prepared,
  Verdict,
  WalkerRound,
} from './state.js';
import type { Steering } from './steering.js';

/** What the campaign wants done. The id is unique in the campaign: a command that is already under way is not given twice. */
export type Command = { readonly id: string } & (
  | { readonly type: 'prepare' }
  | { readonly type: 'test-set' }
  | {
      readonly type: 'label';
      readonly structure: number;
      readonly group: Group;
      readonly ref: Ref;
      /** Other settings of the reference for this structure alone; absent: the campaign's. */
      readonly reference?: ReferenceSettings;
    }
  | { readonly type: 'displace'; readonly forceField: Ref }
  | { readonly type: 'take'; readonly list: Ref; readonly from: number; readonly count: number }
  | ExploreCommand
  | ScreenCommand
  | RefitCommand
  | { readonly type: 'archive'; readonly previous: Ref | null }
  | { readonly type: 'record'; readonly head: Ref | null; readonly entries: readonly JournalEntry[] }
  | {
      readonly type: 'publish';
      readonly verdict: Verdict;
      readonly forceField: Ref | null;
      readonly head: Ref;
    }
);

export interface ExploreCommand {
  readonly type: 'explore';
  readonly walker: number;
  /** K, a number or legs in MD steps. */
  readonly temperature: TemperatureProgram;
  readonly round: number;
  readonly forceField: Ref;
  /** null: the walker starts. */
  readonly checkpoint: Ref | null;
  /** The force field is newer than the checkpoint. */
  readonly fresh: boolean;
  readonly untilStep: number;
  readonly lookahead: number;
  readonly acquisition: AcquisitionSettings;
  /** A person wants its structure: it is taken at the first ε_B. */
  readonly sample: boolean;
  /** Structures from MD before this round (stall rule). */
  readonly pickedBefore: number;
}

export interface ScreenCommand {
  readonly type: 'screen';
  readonly forceField: Ref;
  readonly acquisition: AcquisitionSettings;
  /** Structures from MD before these picks (stall rule). */
  readonly picked: number;
  readonly picks: readonly PendingStructure[];
}

export interface RefitCommand {
  readonly type: 'refit';
  readonly idealLabel: Ref;
  readonly trainingSet: Ref | null;
  readonly additions: readonly Addition[];
  /** Random and phonon displacements leave the training set. */
  readonly dropSynthetic: boolean;
  readonly previous: Ref | null;
  readonly testSet: Ref | null;
}

/** A labelled structure that enters the training set. */
export interface Addition {
  readonly id: number;
  readonly group: Group;
  readonly structure: Ref;
  readonly label: Ref;
  readonly pick: PickSummary | null;
}

/** A list of initial structures. */
export interface InitialStructures {
  readonly list: Ref;
  readonly count: number;
}

/** An entry of it. */
export interface InitialStructure {
  readonly group: Group;
  readonly structure: Ref;
}

/** What happened. `command` is the id of the command it answers. */
export type CampaignEvent = { readonly command: string } & (
  | {
      readonly type: 'prepared';
      readonly prepared: Prepared;
      readonly ideal: Ref;
      /** Random displacements and structures of existing data, whose labels are in the store. */
      readonly initial: InitialStructures;
      /** Absent where it was not forked. */
      readonly inheritance?: Inheritance;
    }
  | { readonly type: 'test-set'; readonly testSet: Ref; readonly frames: number }
  | { readonly type: 'labelled'; readonly structure: number; readonly outcome: LabelOutcome }
  | { readonly type: 'displaced'; readonly initial: InitialStructures }
  | { readonly type: 'taken'; readonly structures: readonly InitialStructure[] }
  | { readonly type: 'explored'; readonly walker: number; readonly result: WalkerRound }
  | { readonly type: 'screened'; readonly kept: readonly number[] }
  | {
      readonly type: 'refitted';
      readonly forceField: ForceFieldSummary;
      readonly trainingSet: Ref;
      readonly counts: TrainingCounts;
      readonly checks: readonly LabelCheck[];
      readonly warnings: readonly string[];
      readonly seconds: number;
    }
  /** Temporal's own record of what was done so far; null where there is none to be had. */
  | { readonly type: 'archived'; readonly history: Ref | null }
  | ({ readonly type: 'steered' } & Steering)
  | { readonly type: 'recorded'; readonly head: Ref; readonly sequence: number }
  | {
      readonly type: 'published';
      /** Training structures with labels that the posterior calls impossible. */
      readonly suspects?: readonly number[];
    }
  | { readonly type: 'ended'; readonly verdict: Verdict }
);
