import { FailureError } from '../errors.js';
import { writeFileAtomic } from './atomicFile.js';
import { canonicalJson, canonicalText, hashBytes } from './canonical.js';
import { isHash } from './ref.js';
import type { Ref, Store } from './types.js';

/** What an entry says, as plain JSON. Sequence numbers are given by the workflow and run without gaps. */
export interface LedgerBody {
  readonly sequence: number;
  readonly type: string;
}

/**
 * An entry as it stands in the chain. Its object, and its line in the readable file, are the canonical JSON of this;
 * the SHA-256 of the line without its newline is the next line's `previous`.
 */
export type LedgerEntry<Body extends LedgerBody = LedgerBody> = Body & { readonly previous: string | null };

/** The chain does not hold: an entry was altered, removed, or put in another place. */
export class LedgerError extends FailureError {
  constructor(
    /** Sequence number of the entry at which it breaks, where one can be told. */
    readonly sequence: number | undefined,
    message: string,
  ) {
    super(`ledger: ${message}`, 'the record was changed after it was written; compare it with a backup');
  }
}

/**
 * Appends entries to the chain that ends at `head` and returns its new end; `head` itself where there are none.
 * The same entries after the same head give the same reference, so that a retried call writes nothing new.
 * Throws `LedgerError` where the sequence has a gap and `CorruptArtifactError` where the head is damaged.
 */
export async function appendLedger(
  store: Store,
  head: Ref | null,
  bodies: readonly LedgerBody[],
): Promise<Ref | null> {
  let previous = head;
  let expected = head === null ? bodies[0]?.sequence : parseEntry(await store.get(head)).sequence + 1;
  for (const body of bodies) {
    if (body.sequence !== expected) {
      throw new LedgerError(
        body.sequence,
        `entry ${body.sequence} cannot follow entry ${(expected ?? 0) - 1}`,
      );
    }
    if ('previous' in body)
      throw new TypeError('the body of a ledger entry must not bring its own `previous`');
    previous = await store.put('ledger-entry', canonicalJson({ ...body, previous: previous?.hash ?? null }));
    expected++;
  }
  return previous;
}

/** All entries of the chain that ends at `head`, first to last, every hash and sequence number verified. */
export async function readLedger<Body extends LedgerBody>(
  store: Store,
  head: Ref | null,
): Promise<readonly LedgerEntry<Body>[]> {
  const entries: LedgerEntry[] = [];
  let ref = head;
  while (ref !== null) {
    const entry = parseEntry(await store.get(ref));
    const after = entries.at(-1);
    if (after !== undefined) requireOrder(entry, after);
    entries.push(entry);
    // An entry is found by its hash alone; the line before is not told how long it is.
    ref = entry.previous === null ? null : { kind: 'ledger-entry', hash: entry.previous, bytes: 0 };
  }
  // The store holds what was appended under this type; the chain proves that it is still the same.
  return entries.reverse() as unknown as readonly LedgerEntry<Body>[];
}

/** Writes the readable copy: one canonical JSON document per line, the whole file or nothing. */
export async function writeLedgerLines(path: string, entries: readonly LedgerEntry[]): Promise<void> {
  await writeFileAtomic(path, entries.map((entry) => `${canonicalText(entry)}\n`).join(''));
}

/** Reads a readable copy back and verifies its chain without any store. Throws `LedgerError`. */
export function parseLedgerLines<Body extends LedgerBody>(text: string): readonly LedgerEntry<Body>[] {
  if (text !== '' && !text.endsWith('\n')) throw new LedgerError(undefined, 'the last line is cut off');
  const entries: LedgerEntry[] = [];
  let previous: string | null = null;
  for (const line of text.split('\n').slice(0, -1)) {
    const bytes = new TextEncoder().encode(line);
    const entry = parseEntry(bytes);
    if (entry.previous !== previous) {
      throw new LedgerError(
        entry.sequence,
        `entry ${entry.sequence} does not follow from the line before it`,
      );
    }
    const before = entries.at(-1);
    if (before !== undefined) requireOrder(before, entry);
    entries.push(entry);
    previous = hashBytes(bytes);
  }
  return entries as unknown as readonly LedgerEntry<Body>[];
}

function requireOrder(before: LedgerEntry, after: LedgerEntry): void {
  if (after.sequence === before.sequence + 1) return;
  throw new LedgerError(after.sequence, `entry ${after.sequence} follows entry ${before.sequence}`);
}

function parseEntry(bytes: Uint8Array): LedgerEntry {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new LedgerError(undefined, 'an entry is not JSON');
  }
  if (!isEntry(value))
    throw new LedgerError(undefined, 'an entry lacks its sequence number, type or predecessor');
  return value;
}

function isEntry(value: unknown): value is LedgerEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, type, previous } = value as Partial<Record<keyof LedgerEntry, unknown>>;
  return Number.isInteger(sequence) && typeof type === 'string' && (previous === null || isHash(previous));
}
