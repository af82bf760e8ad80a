import type { LedgerEntryBody } from './ledger.js';
import type { Verdict } from './state.js';

/** The verdict of a campaign that has come to its own end; null where it runs, was cancelled or failed. */
export function endOf(ledger: readonly LedgerEntryBody[]): Verdict | null {
  // The server's own records are kept after the end.
  const last = ledger.findLast((entry) => entry.type !== 'history');
  return last?.type === 'finished' && last.verdict.kind !== 'cancelled' ? last.verdict : null;
}

/**
 * Force fields of a ledger older than the latest two, by the SHA-256 of their files: caches, which are computed again from
 * the labels. A refit starts from the one before, MD goes on with the last.
 */
export function oldForceFields(ledger: readonly LedgerEntryBody[]): ReadonlySet<string> {
  const fields = ledger.flatMap((e) => (e.type === 'refitted' ? [e.forceField.ref.hash] : []));
  const latest = fields.slice(-2);
  return new Set(fields.filter((hash) => !latest.includes(hash)));
}
