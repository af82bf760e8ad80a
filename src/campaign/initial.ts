import type { Ref } from '../store/types.js';
import { note } from './journal.js';
import type { CampaignEvent, Command, InitialStructure } from './messages.js';
import type { CampaignState } from './state.js';
import { ask } from './structures.js';

/**
 * Initial structures that are labelled and fitted together. All of them at once would make the state, and what is passed on of
 * it, as large as their number.
 */
export const BATCH = 32;

/** The expansion is there, and the first structures: the ideal supercell is labelled with the first batch of them. */
export function prepared(
  state: CampaignState,
  { prepared, ideal, initial, inheritance }: Extract<CampaignEvent, { type: 'prepared' }>,
): CampaignState {
  const { basis, parameters, warnings } = prepared;
  const known = note(
    { ...state, prepared, stage: 'label' },
    ...(inheritance ? [{ type: 'forked' as const, ...inheritance }] : []),
    { type: 'prepared', basis, parameters, warnings, initial },
  );
  return ask({ ...known, ...waiting(initial, 0) }, [{ group: 'ideal', ref: ideal, pick: null }]);
}

/** Phonon displacements are there. */
export function displaced(
  state: CampaignState,
  { initial }: Extract<CampaignEvent, { type: 'displaced' }>,
): CampaignState {
  const known = note({ ...state, displaced: true, stage: 'label' }, { type: 'displaced', initial });
  return { ...known, ...waiting(initial, 0) };
}

/** The next batch is asked for. */
export function taken(state: CampaignState, structures: readonly InitialStructure[]): CampaignState {
  const { waiting: list, ...known } = state;
  const asked = ask(
    known,
    structures.map(({ group, structure }) => ({ group, ref: structure, pick: null })),
  );
  const rest = list && waiting(list, list.from + structures.length);
  return { ...asked, ...rest, pending: [...state.pending, ...asked.pending] };
}

function waiting(
  { list, count }: { readonly list: Ref; readonly count: number },
  from: number,
): Pick<CampaignState, 'waiting'> {
  return from < count ? { waiting: { list, from, count } } : {};
}

/** Asks for the next batch once that before it has been fitted. */
export function takeCommand({ waiting, pending }: CampaignState): readonly Command[] {
  if (!waiting || pending.some((p) => p.group !== 'ideal')) return [];
  const { list, from } = waiting;
  const count = Math.min(BATCH, waiting.count - from);
  return [{ type: 'take', id: `take-${list.hash.slice(0, 8)}-${from}`, list, from, count }];
}
