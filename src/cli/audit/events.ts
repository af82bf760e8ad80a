import { listOf } from '../../../activities/tasks/attemptList.js';
import type { Inheritance, LedgerEntryBody } from '../../campaign/ledger.js';
import type { CampaignEvent } from '../../campaign/messages.js';
import type { LabelOutcome, PickSummary, Prepared } from '../../campaign/state.js';
import { decodeCheckpoint } from '../../exploration/codec.js';
import type { Store } from '../../store/types.js';

/** What moved a campaign on, in order, told from its ledger: events for `decide`, and the moments when it was resumed. */
export type Happening =
  | { readonly kind: 'event'; readonly event: CampaignEvent }
  | { readonly kind: 'resumed'; readonly program?: string };

type Entry<T extends LedgerEntryBody['type']> = Extract<LedgerEntryBody, { type: T }>;

/** `command` is left empty: who replays them knows which command each answers. */
export async function happenings(
  store: Store,
  ledger: readonly LedgerEntryBody[],
): Promise<readonly Happening[]> {
  const found: Happening[] = [];
  for (const [k, entry] of ledger.entries()) {
    if (entry.type === 'resumed') found.push({ kind: 'resumed', program: entry.program });
    const event = await eventOf(store, ledger, k, entry);
    if (event) found.push({ kind: 'event', event });
  }
  return found;
}

async function eventOf(
  store: Store,
  ledger: readonly LedgerEntryBody[],
  k: number,
  entry: LedgerEntryBody,
): Promise<CampaignEvent | null> {
  const command = '';
  switch (entry.type) {
    case 'prepared': {
      const { basis, parameters, warnings, initial } = entry;
      const prepared: Prepared = {
        basis,
        parameters,
        warnings,
        atoms: 0,
        formula: '',
        spaceGroup: '',
        orders: [],
      };
      const [ideal] = run(ledger, k + 1, 'asked');
      const forked = ledger[k - 1];
      return {
        type: 'prepared',
        command,
        prepared,
        ideal: ideal.ref,
        initial,
        ...(forked.type === 'forked' && { inheritance: inheritanceOf(forked) }),
      };
    }
    case 'test-set':
      return { type: 'test-set', command, testSet: entry.testSet, frames: entry.frames };
    case 'displaced':
      return { type: 'displaced', command, initial: entry.initial };
    case 'asked': {
      if (!isInitial(entry) || isInitial(ledger[k - 1])) return null;
      const structures = run(ledger, k, 'asked').map(({ group, ref }) => ({ group, structure: ref }));
      return { type: 'taken', command, structures };
    }
    case 'explored':
      return {
        type: 'explored',
        command,
        walker: entry.walker,
        result: await walkerRound(store, ledger, k, entry),
      };
    case 'screened':
      return { type: 'screened', command, kept: entry.kept };
    case 'labelled':
    case 'quarantined':
      return {
        type: 'labelled',
        command,
        structure: entry.structure,
        outcome: labelOutcome(ledger, k, entry),
      };
    case 'refitted': {
      const { forceField, trainingSet, counts, checks, seconds } = entry;
      return {
        type: 'refitted',
        command,
        forceField,
        trainingSet,
        counts,
        checks,
        seconds,
        warnings: warningsBefore(ledger, k),
      };
    }
    case 'steered': {
      const { by, at, order } = entry;
      return { type: 'steered', command, by, at, order };
    }
    case 'history':
      return { type: 'archived', command, history: entry.history };
    case 'faulted':
      return { type: 'ended', command, verdict: { kind: 'failed', reason: entry.message } };
    case 'finished':
      return entry.verdict.kind === 'cancelled' ? { type: 'ended', command, verdict: entry.verdict } : null;
    default:
      return null;
  }
}

function inheritanceOf({ parent, fingerprint, head, taken, left }: Entry<'forked'>): Inheritance {
  return { parent, fingerprint, head, taken, left };
}

/** One of a batch of initial structures; a batch follows upon none without a refit, or the refusal of all of it, in between. */
function isInitial(entry: LedgerEntryBody | undefined): boolean {
  return entry?.type === 'asked' && entry.group !== 'ideal' && entry.group !== 'md';
}

/** The entries of one type that follow each other from `from` on. */
function run<T extends LedgerEntryBody['type']>(
  ledger: readonly LedgerEntryBody[],
  from: number,
  type: T,
): Entry<T>[] {
  const found: Entry<T>[] = [];
  for (let k = from; ledger[k]?.type === type; k++) found.push(ledger[k] as Entry<T>);
  return found;
}

/** The statistics of ε_B come from the checkpoint. */
async function walkerRound(
  store: Store,
  ledger: readonly LedgerEntryBody[],
  k: number,
  entry: Entry<'explored'>,
) {
  const { round, walker, picks, outcome, detail, fromStep, toStep, checkpoint, trace, evaluations, seconds } =
    entry;
  const { sinceRefit } = decodeCheckpoint(await store.get(entry.checkpoint));
  let next = k;
  while (ledger[next]?.type === 'explored' && (ledger[next] as Entry<'explored'>).round === round) next++;
  if (ledger[next]?.type === 'assessed') next++;
  const asked = run(ledger, next, 'asked').filter((e) => e.group === 'md' && e.pick?.walker === walker);
  const taken = asked.map((e) => ({ structure: e.ref, pick: e.pick! }));
  // Picks that convergence made needless were never asked for: the ledger holds their number alone.
  const dropped = Array.from({ length: picks - taken.length }, () => ({
    structure: entry.checkpoint,
    pick: NOT_ASKED,
  }));
  const walked = { outcome, detail, fromStep, toStep, checkpoint, trace, evaluations, seconds };
  return { ...walked, sinceRefit, picks: [...taken, ...dropped] };
}

const NOT_ASKED: PickSummary = {
  walker: 0,
  step: 0,
  rule: 'stall',
  error: 0,
  threshold: null,
  mean: null,
  deviation: null,
  rmsError: 0,
  worstAtom: 0,
  worstAtomError: 0,
  temperature: 0,
};

function labelOutcome(
  ledger: readonly LedgerEntryBody[],
  k: number,
  entry: Entry<'labelled'> | Entry<'quarantined'>,
): LabelOutcome {
  // A structure that was tried again has attempts before its quarantine, which belong to that.
  const before = ledger.findLastIndex(
    (e, j) => j < k && e.type === 'quarantined' && e.structure === entry.structure,
  );
  const attempts = ledger
    .slice(before + 1, k)
    .filter((e): e is Entry<'attempt'> => e.type === 'attempt' && e.structure === entry.structure)
    .map((e) => e.attempt);
  const seconds = attempts.reduce((sum, attempt) => sum + attempt.seconds, 0);
  return entry.type === 'labelled'
    ? { accepted: true, label: entry.label, adopted: entry.adopted, attempts: listOf(attempts), seconds }
    : { accepted: false, reason: entry.reason, attempts: listOf(attempts), seconds };
}

function warningsBefore(ledger: readonly LedgerEntryBody[], k: number): string[] {
  const messages: string[] = [];
  for (let j = k - 1; ledger[j]?.type === 'warned'; j--)
    messages.unshift((ledger[j] as Entry<'warned'>).message);
  return messages;
}
