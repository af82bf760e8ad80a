import { createHash } from 'node:crypto';
import { unfold } from '../../src/campaign/journal.js';
import type { Attempt, JournalEntry, LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { CampaignEvent, Command, ExploreCommand, RefitCommand } from '../../src/campaign/messages.js';
import type {
  CampaignRules,
  ErrorStatistics,
  Group,
  LabelOutcome,
  PickSummary,
  WalkerRound,
} from '../../src/campaign/state.js';
import type { ExplorationOutcome } from '../../src/exploration/types.js';
import type { ArtifactKind, Ref } from '../../src/store/types.js';

/** How the simulated world behaves; everything else follows from the commands by hashing. */
export interface Nature {
  readonly seed: number;
  /** Whether the reference fails for good on a structure. */
  rejects(structure: number, group: Group): boolean;
  /** β^{-1/2} with so many structures from MD, eV/Å. */
  fittingError(fromMd: number): number;
  /** Mean rms ε_B with so many structures from MD, eV/Å. */
  bayesianError(fromMd: number): number;
  /** Replaces how a walker's round ends. */
  outcome(walker: number, round: number): ExplorationOutcome | undefined;
  /** Whether every walker picks as much as it may, instead of something from nothing to that. */
  readonly greedy: boolean;
  /** No picks any more with so many structures from MD. */
  readonly quietFrom: number;
  /** What is wrong with a run that fails. */
  readonly trouble: string;
  /** Whether every label takes two attempts. */
  readonly stumbles: boolean;
  /** Structures at the start. */
  readonly initial: number;
  /** Whether they are random displacements or existing data. */
  readonly initially: 'random' | 'imported';
  /** Screening keeps every `keeps`-th pick. */
  readonly keeps: number;
}

export const FRIENDLY: Nature = {
  seed: 1,
  rejects: () => false,
  fittingError: (n) => 0.01 * (1 + 0.2 / (n + 1)),
  bayesianError: (n) => 0.01 / Math.sqrt(n + 1),
  outcome: () => undefined,
  greedy: false,
  quietFrom: Number.POSITIVE_INFINITY,
  trouble: 'did not converge',
  stumbles: false,
  initial: 2,
  initially: 'random',
  keeps: 1,
};

/** Answers every command with what the real activities could have said; the same command always gets the same answer. */
export interface World {
  answer(command: Command): CampaignEvent;
  /** The chain that ends at a head, first to last. */
  ledger(head: Ref | null): readonly LedgerEntryBody[];
}

interface Counts {
  readonly random: number;
  readonly phonon: number;
  readonly md: number;
}

/** MD steps between two evaluations of ε_B. */
const EVERY = 50;

/** Artifacts are known by hashes of all that they follow from, as in the real store, so nothing depends on the order of calls. */
export function createWorld(nature: Nature = FRIENDLY): World {
  const lists = new Map<string, readonly Attempt[]>();
  const trainingSets = new Map<string, Counts>();
  const forceFields = new Map<string, { readonly fromMd: number; readonly error: number }>();
  const checkpoints = new Map<string, { readonly step: number; readonly sinceRefit: ErrorStatistics }>();
  const entries = new Map<string, { readonly previous: Ref | null; readonly entry: LedgerEntryBody }>();

  const make = (kind: ArtifactKind, ...from: readonly unknown[]): Ref => {
    const text = JSON.stringify([nature.seed, kind, from]);
    return { kind, hash: createHash('sha256').update(text).digest('hex'), bytes: text.length };
  };
  /** A number in [0, 1) for these things. */
  const draw = (...from: readonly unknown[]): number => {
    return Number.parseInt(make('trace', 'draw', from).hash.slice(0, 8), 16) / 2 ** 32;
  };

  const random = make('structure-list', 'random');

  function label(structure: number, group: Group, ref: Ref): LabelOutcome {
    const rejected = nature.rejects(structure, group);
    if (group === 'imported') {
      const without = { attempts: null, seconds: 0 };
      return rejected
        ? { accepted: false, reason: nature.trouble, ...without }
        : { accepted: true, label: make('label', ref), adopted: true, ...without };
    }
    const adopted = !rejected && draw('adopted', ref) < 0.1;
    const attempt = { host: 'host', program: 'simulated', started: '2026-01-01T00:00:00.000Z', seconds: 2 };
    const failed = {
      ...attempt,
      number: 1,
      outcome: 'failed' as const,
      reason: nature.trouble,
    };
    const made: readonly Attempt[] = rejected
      ? [failed, { ...failed, number: 2 }]
      : [
          ...(nature.stumbles ? [failed] : []),
          { ...attempt, number: nature.stumbles ? 2 : 1, outcome: 'accepted' },
        ];
    const list = make('attempt-list', made);
    lists.set(list.hash, made);
    const attempts = {
      list,
      count: made.length,
      ...(!rejected && nature.stumbles && { trouble: nature.trouble }),
    };
    return rejected
      ? { accepted: false, reason: nature.trouble, attempts, seconds: 4 }
      : {
          accepted: true,
          label: make('label', ref),
          adopted,
          attempts: adopted ? null : attempts,
          seconds: adopted ? 0 : 2,
        };
  }

  function explore(command: ExploreCommand): WalkerRound {
    const { walker, round, forceField, fresh, untilStep, lookahead } = command;
    const field = forceFields.get(forceField.hash)!;
    const from = command.checkpoint && checkpoints.get(command.checkpoint.hash)!;
    const fromStep = from?.step ?? 0;
    const draws = (what: string) => draw(what, walker, round, forceField, command.checkpoint);
    const forced = nature.outcome(walker, round);
    const wanted =
      field.fromMd >= nature.quietFrom
        ? 0
        : nature.greedy
          ? lookahead
          : Math.floor(draws('picks') * (lookahead + 1));
    const count = forced === 'stuck' ? 0 : forced === 'wrecked' ? 1 : wanted;
    const outcome = forced ?? (count === lookahead ? 'triggered' : 'reached');
    const length = untilStep - fromStep;
    const steps =
      outcome === 'reached' ? length : Math.max(lookahead, Math.floor(length * (0.5 + draws('steps') / 2)));
    const before = from && !fresh ? from.sinceRefit : { samples: 0, sum: 0, sumOfSquares: 0, steps: 0 };
    const samples = Math.ceil(steps / EVERY);
    const sinceRefit = {
      samples: before.samples + samples,
      sum: before.sum + samples * field.error,
      sumOfSquares: before.sumOfSquares + samples * field.error * field.error * 1.04,
      steps: before.steps + steps,
    };
    const checkpoint = make('checkpoint', walker, round, forceField, command.checkpoint);
    checkpoints.set(checkpoint.hash, { step: fromStep + steps, sinceRefit });
    const picks = Array.from({ length: count }, (_, k): WalkerRound['picks'][number] => {
      const step = fromStep + Math.floor(((k + 1) * steps) / count);
      return {
        structure: make('structure', checkpoint, k),
        pick: summary(walker, step, field.error, forced === 'wrecked'),
      };
    });
    const detail = forced === 'wrecked' || forced === 'stuck' ? { detail: 'atom 3 left its site' } : {};
    const trace = make('trace', checkpoint);
    return {
      outcome,
      ...detail,
      fromStep,
      toStep: fromStep + steps,
      checkpoint,
      trace,
      picks,
      sinceRefit,
      evaluations: samples,
      seconds: 1,
    };
  }

  function refit(command: RefitCommand): Extract<CampaignEvent, { type: 'refitted' }> {
    const { additions, dropSynthetic, previous } = command;
    const before = command.trainingSet
      ? trainingSets.get(command.trainingSet.hash)!
      : { random: 0, phonon: 0, md: 0 };
    const added = (group: Group) => additions.filter((a) => a.group === group).length;
    const counts = {
      random: dropSynthetic ? 0 : before.random + added('random'),
      phonon: dropSynthetic ? 0 : before.phonon + added('phonon'),
      md: before.md + added('md'),
    };
    const trainingSet = make('training-set', command.trainingSet, additions, dropSynthetic);
    trainingSets.set(trainingSet.hash, counts);
    const ref = make('force-field', trainingSet, command.idealLabel);
    forceFields.set(ref.hash, { fromMd: counts.md, error: nature.bayesianError(counts.md) });
    const fittingError = nature.fittingError(counts.md);
    return {
      type: 'refitted',
      command: '',
      trainingSet,
      counts,
      forceField: {
        ref,
        parametersHash: make('force-field', 'parameters', ref).hash,
        fittingError,
        logEvidence: 1000 + counts.md,
        hyperparameters: { prior: 'decay', a: [1, 2, 3], kappa: [0.5, 1, 1.5] },
        effectiveParameters: 90,
        notDetermined: [],
        test: command.testSet && { mae: 0.008, rmse: 0.011, frames: 50 },
      },
      checks: previous ? additions.map((a) => ({ structure: a.id, predicted: 0.011, found: 0.012 })) : [],
      warnings: previous ? [] : ['forces on the ideal supercell'],
      seconds: 3,
    };
  }

  function record(head: Ref | null, added: readonly JournalEntry[]): Ref {
    return unfold(added, ({ list }) => lists.get(list.hash)!).reduce<Ref | null>((previous, entry) => {
      const expected = previous === null ? 0 : entries.get(previous.hash)!.entry.sequence + 1;
      if (entry.sequence !== expected)
        throw new Error(`entry ${entry.sequence} cannot follow entry ${expected - 1}`);
      const ref = make('ledger-entry', previous, entry);
      entries.set(ref.hash, { previous, entry });
      return ref;
    }, head)!;
  }

  function respond(command: Command): CampaignEvent {
    switch (command.type) {
      case 'prepare':
        return {
          type: 'prepared',
          command: '',
          prepared: {
            basis: make('basis'),
            atoms: 216,
            formula: 'Si',
            spaceGroup: 'Fd-3m (227)',
            orders: [{ order: 2, cutoff: 6, clusters: 100, orbits: 8, parameters: 21 }],
            parameters: 21,
            warnings: [],
          },
          ideal: make('structure', 'ideal'),
          initial: { list: random, count: nature.initial },
        };
      case 'test-set':
        return { type: 'test-set', command: '', testSet: make('test-set'), frames: 50 };
      case 'label':
        return {
          type: 'labelled',
          command: '',
          structure: command.structure,
          outcome: label(command.structure, command.group, command.ref),
        };
      case 'displace':
        return {
          type: 'displaced',
          command: '',
          initial: { list: make('structure-list', command.forceField), count: 3 },
        };
      case 'take':
        return {
          type: 'taken',
          command: '',
          structures: Array.from({ length: command.count }, (_, k) => ({
            group: command.list.hash === random.hash ? nature.initially : ('phonon' as const),
            structure: make('structure', command.list, command.from + k),
          })),
        };
      case 'explore':
        return { type: 'explored', command: '', walker: command.walker, result: explore(command) };
      case 'screen':
        return {
          type: 'screened',
          command: '',
          kept: command.picks.filter((_, k) => k % nature.keeps === 0).map((p) => p.id),
        };
      case 'refit':
        return refit(command);
      case 'archive':
        // One for all: a ledger does not tell how often a workflow continued as new.
        return { type: 'archived', command: '', history: make('history') };
      case 'record':
        return {
          type: 'recorded',
          command: '',
          head: record(command.head, command.entries),
          sequence: lastOf(command.entries),
        };
      case 'publish':
        return { type: 'published', command: '' };
    }
  }

  return {
    // Through JSON, as on the way from an activity.
    answer: (command) =>
      JSON.parse(JSON.stringify({ ...respond(command), command: command.id })) as CampaignEvent,
    ledger(head) {
      const chain: LedgerEntryBody[] = [];
      for (let at = head; at !== null; at = entries.get(at.hash)!.previous)
        chain.push(entries.get(at.hash)!.entry);
      return chain.reverse();
    },
  };
}

/** The last place in the ledger that entries take. */
function lastOf(entries: readonly JournalEntry[]): number {
  const last = entries.at(-1)!;
  return last.type === 'attempts' ? last.sequence + last.count - 1 : last.sequence;
}

function summary(walker: number, step: number, error: number, wreck: boolean): PickSummary {
  return {
    walker,
    step,
    rule: wreck ? 'wreck' : 'trajectory-deviation',
    error: error * 1.5,
    threshold: error * 1.4,
    mean: error,
    deviation: error * 0.13333333333333333,
    rmsError: error * 1.5,
    worstAtom: 17,
    worstAtomError: error * 1.7182818284590451,
    temperature: 300.1234567890123,
  };
}

/** Rules of a small campaign: converges after some 15 structures. */
export function smallRules(change: Partial<CampaignRules> = {}): CampaignRules {
  return {
    walkers: [{ temperature: 300 }],
    timestep: 1,
    lookahead: 2,
    slots: 2,
    acquisition: {
      criterion: { name: 'trajectory-deviation', n: 3 },
      quantity: 'rms',
      every: 1,
      window: 1000,
      minWindow: 1000,
      minGap: 200,
      stall: { after: 2000, structures: 15, fraction: 0.25 },
    },
    phononStructures: 3,
    dropAfter: 5,
    hasTestSet: true,
    limits: { steps: 100_000, structures: 100, roundSteps: 1000 },
    convergence: {
      stopAtConvergence: true,
      minSteps: 5000,
      stepsSinceRefit: 1000,
      minStructures: 15,
      ratio: 0.25,
      levelledRatio: 0.35,
      tolerance: 0.03,
      overStructures: 4,
    },
    ...change,
  };
}
