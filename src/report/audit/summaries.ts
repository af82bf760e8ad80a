import type { LedgerEntryBody } from '../../campaign/ledger.js';

/** The attempts at labels of one program on one host. */
export interface AttemptSummary {
  readonly program: string;
  readonly host: string;
  /** ISO 8601, of the first and the last start. */
  readonly first: string;
  readonly last: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly failed: number;
  readonly seconds: number;
}

/** All attempts of a ledger by program and host, in the order in which these first occur. */
export function attemptSummaries(ledger: readonly LedgerEntryBody[]): readonly AttemptSummary[] {
  const groups = new Map<string, AttemptSummary>();
  for (const entry of ledger) {
    if (entry.type !== 'attempt') continue;
    const { program, host, started, outcome, seconds } = entry.attempt;
    const key = JSON.stringify([program, host]);
    const s = groups.get(key) ?? { ...EMPTY, first: started, last: started };
    const starts = [s.first, s.last, started].sort();
    groups.set(key, {
      program,
      host,
      first: starts[0],
      last: starts[2],
      accepted: s.accepted + (outcome === 'accepted' ? 1 : 0),
      rejected: s.rejected + (outcome === 'rejected' ? 1 : 0),
      failed: s.failed + (outcome === 'failed' ? 1 : 0),
      seconds: s.seconds + seconds,
    });
  }
  return [...groups.values()];
}

const EMPTY: AttemptSummary = {
  program: '',
  host: '',
  first: '',
  last: '',
  accepted: 0,
  rejected: 0,
  failed: 0,
  seconds: 0,
};
