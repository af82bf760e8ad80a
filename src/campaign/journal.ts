import type { LedgerEvent } from './ledger.js';
import type { CampaignState, Verdict } from './state.js';

/** Puts entries on the way to the ledger, with their sequence numbers. */
export function note(state: CampaignState, ...events: readonly LedgerEvent[]): CampaignState {
  const first = state.ledger.sequence;
  return {
    ...state,
    ledger: { ...state.ledger, sequence: first + events.length },
    journal: [...state.journal, ...events.map((event, k) => ({ sequence: first + k, ...event }))],
  };
}

/** Ends the campaign with a verdict; its results are then laid out. */
export function finish(state: CampaignState, verdict: Verdict): CampaignState {
  const entry: LedgerEvent =
    verdict.kind === 'failed' ? { type: 'faulted', message: verdict.reason } : { type: 'finished', verdict };
  return note({ ...state, verdict, stage: 'publish' }, entry);
}
