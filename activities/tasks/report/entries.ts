import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';

/** A ledger entry of one kind. */
export type EntryOf<T extends LedgerEntryBody['type']> = Extract<LedgerEntryBody, { type: T }>;

/** The entries of one kind, in order. */
export function entriesOf<T extends LedgerEntryBody['type']>(
  ledger: readonly LedgerEntryBody[],
  type: T,
): EntryOf<T>[] {
  return ledger.filter((entry): entry is EntryOf<T> => entry.type === type);
}
