import type { Ref } from '../store/types.js';
import type { LedgerEntryBody } from './ledger.js';
import type { Group } from './state.js';

/** Structures that are imported one by one, each with entries in the ledger and a twentieth of a second of time. */
export const MOST_IMPORTED = 2000;

/** A labelled structure that a fork may take over. */
export interface InheritableLabel {
  readonly group: Group;
  readonly ref: Ref;
  readonly label: Ref;
}

/**
 * What a fork may take over of a ledger, in the order of asking, each structure once: structures from MD, the campaign's
 * own and those that it took over itself. Displacements that were made up leave a training set as soon as there is MD, and
 * a fork makes its own.
 */
export function inheritable(ledger: readonly LedgerEntryBody[]): readonly InheritableLabel[] {
  const labels = new Map(ledger.flatMap((e) => (e.type === 'labelled' ? [[e.structure, e.label]] : [])));
  const found = new Map<string, InheritableLabel>();
  for (const entry of ledger) {
    if (entry.type !== 'asked' || (entry.group !== 'md' && entry.group !== 'imported')) continue;
    const label = labels.get(entry.structure);
    if (label === undefined || found.has(entry.ref.hash)) continue;
    found.set(entry.ref.hash, { group: entry.group, ref: entry.ref, label });
  }
  return [...found.values()];
}
