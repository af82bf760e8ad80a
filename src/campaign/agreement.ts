import { endOf } from './ending.js';
import type { LedgerEntryBody } from './ledger.js';

/** How far two runs of one campaign agree. */
export interface Agreement {
  /** Decisions and results of each: entries without attempts, interruptions, and what only names the campaign. */
  readonly entries: { readonly original: number; readonly again: number };
  /** Entries from the beginning that are the same in both. */
  readonly agreeing: number;
  /** SHA-256 of the last force constants of each; null before the first fit. */
  readonly forceConstants: { readonly original: string | null; readonly again: string | null };
  readonly difference: LedgerDifference | null;
  /** The original has not come to an end of its own: what goes beyond it is no difference. */
  readonly unfinished: boolean;
  /** Labels of the second run that were computed, and that came from the store. */
  readonly labels: { readonly computed: number; readonly adopted: number };
}

/** The first thing in which two ledgers differ. */
export interface LedgerDifference {
  /** Sequence numbers; null where one ledger has ended. */
  readonly original: number | null;
  readonly again: number | null;
  readonly type: string;
  /** The field of the entry, e.g. `forceField.parametersHash`; empty where an entry is missing or another. */
  readonly field: string;
  readonly was: unknown;
  readonly is: unknown;
}

/** Compares two ledgers entry by entry, but for clocks, hosts, names, interruptions, and which labels came from the store. */
export function compareLedgers(
  original: readonly LedgerEntryBody[],
  again: readonly LedgerEntryBody[],
): Agreement {
  const a = original.filter(isDecided);
  const b = again.filter(isDecided);
  const unfinished = endOf(original) === null;
  let agreeing = 0;
  let difference: LedgerDifference | null = null;
  const last = unfinished ? a.length : Math.max(a.length, b.length);
  while (agreeing < last && difference === null) {
    difference = differenceOf(a[agreeing], b[agreeing]);
    if (difference === null) agreeing++;
  }
  const labels = again.filter((entry) => entry.type === 'labelled');
  const adopted = labels.filter((entry) => entry.adopted).length;
  return {
    entries: { original: a.length, again: b.length },
    agreeing,
    forceConstants: { original: forceConstantsOf(original), again: forceConstantsOf(again) },
    difference,
    unfinished,
    labels: { computed: labels.length - adopted, adopted },
  };
}

/** What belongs to one run alone: its name, its machines, its interruptions, the server's own records. */
const OF_THE_RUN: readonly string[] = ['started', 'attempt', 'resumed', 'faulted', 'history', 'steered'];

function isDecided(entry: LedgerEntryBody): boolean {
  if (entry.type === 'finished') return entry.verdict.kind !== 'cancelled';
  return !OF_THE_RUN.includes(entry.type);
}

function forceConstantsOf(ledger: readonly LedgerEntryBody[]): string | null {
  const last = ledger.findLast((entry) => entry.type === 'refitted');
  return last?.type === 'refitted' ? last.forceField.parametersHash : null;
}

const OF_THE_RUN_FIELDS: readonly string[] = ['sequence', 'previous', 'seconds', 'adopted'];

function differenceOf(
  was: LedgerEntryBody | undefined,
  is: LedgerEntryBody | undefined,
): LedgerDifference | null {
  const at = { original: was?.sequence ?? null, again: is?.sequence ?? null };
  if (was?.type !== is?.type || was === undefined || is === undefined) {
    return {
      ...at,
      type: was?.type ?? is?.type ?? '',
      field: '',
      was: was?.type ?? null,
      is: is?.type ?? null,
    };
  }
  const found = firstDifference(comparable(was), comparable(is), '');
  return found && { ...at, type: was.type, ...found };
}

/** The file of a force field holds the campaign's name, so its hash is another; that of its force constants is not. */
function comparable(entry: LedgerEntryBody): unknown {
  const fields: Record<string, unknown> = { ...entry };
  for (const field of OF_THE_RUN_FIELDS) delete fields[field];
  if (entry.type === 'refitted') {
    const { ref: _, ...forceField } = entry.forceField;
    return { ...fields, forceField };
  }
  // The structures of a list are compared one by one, where they are asked for.
  if (entry.type === 'prepared' || entry.type === 'displaced')
    return { ...fields, initial: { count: entry.initial.count } };
  // Who stopped it stands in the reason.
  if (entry.type === 'finished' && entry.verdict.kind === 'stopped') return { verdict: 'stopped' };
  if (entry.type === 'explored') delete fields['forceField'];
  return fields;
}

interface FieldDifference {
  readonly field: string;
  readonly was: unknown;
  readonly is: unknown;
}

function firstDifference(was: unknown, is: unknown, field: string): FieldDifference | null {
  if (was === null || is === null || typeof was !== 'object' || typeof is !== 'object')
    return was === is ? null : { field, was: was ?? null, is: is ?? null };
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  for (const key of keys) {
    const inner = firstDifference(
      (was as Record<string, unknown>)[key],
      (is as Record<string, unknown>)[key],
      field === '' ? key : `${field}.${key}`,
    );
    if (inner) return inner;
  }
  return null;
}
