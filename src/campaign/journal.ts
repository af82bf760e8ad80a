import type { Attempt, JournalEntry, JournalEvent, LedgerEntryBody } from './ledger.js';
import type { CampaignState, Verdict } from './state.js';

/** Puts entries on the way to the ledger, with their sequence numbers. */
export function note(state: CampaignState, ...events: readonly JournalEvent[]): CampaignState {
  let { sequence } = state.ledger;
  const entries = events.map((event): JournalEntry => {
    const entry = { sequence, ...event };
    sequence += event.type === 'attempts' ? event.count : 1;
    return entry;
  });
  return { ...state, ledger: { ...state.ledger, sequence }, journal: [...state.journal, ...entries] };
}

/** The entries as the ledger has them. @param attemptsOf the attempts that an entry stands for */
export function unfold(
  entries: readonly JournalEntry[],
  attemptsOf: (entry: Extract<JournalEntry, { type: 'attempts' }>) => readonly Attempt[],
): readonly LedgerEntryBody[] {
  return entries.flatMap((entry): readonly LedgerEntryBody[] => {
    if (entry.type !== 'attempts') return [entry];
    const { sequence, structure } = entry;
    return attemptsOf(entry).map((attempt, k) => ({
      sequence: sequence + k,
      type: 'attempt',
      structure,
      attempt,
    }));
  });
}

/** Ends the campaign with a verdict; its results are then laid out. */
export function finish(state: CampaignState, verdict: Verdict): CampaignState {
  const entry: JournalEvent =
    verdict.kind === 'failed' ? { type: 'faulted', message: verdict.reason } : { type: 'finished', verdict };
  return note({ ...state, verdict, stage: 'publish' }, entry);
}
