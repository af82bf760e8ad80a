import type { Ref } from '../store/types.js';
import { note } from './journal.js';
import type { JournalEvent } from './ledger.js';
import type { CampaignState, Group, PendingStructure, PickSummary } from './state.js';

/** A structure that is to be labelled. */
export interface Wanted {
  readonly group: Group;
  readonly ref: Ref;
  readonly pick: PickSummary | null;
}

/** Numbers structures in canonical order and puts them on the list. */
export function ask(state: CampaignState, wanted: readonly Wanted[]): CampaignState {
  const pending: readonly PendingStructure[] = wanted.map((w, k) => ({
    id: state.structures + k,
    group: w.group,
    structure: w.ref,
    pick: w.pick,
    label: null,
  }));
  const asked = pending.map(
    (p): JournalEvent => ({ type: 'asked', structure: p.id, group: p.group, ref: p.structure, pick: p.pick }),
  );
  return note({ ...state, pending, structures: state.structures + pending.length }, ...asked);
}
