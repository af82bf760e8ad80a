import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { FailureError } from '../../errors.js';
import { frameFormat } from '../../numerics/frame.js';
import {
  listLinks,
  listObjects,
  readStart,
  type StoredLink,
  type StoredObject,
} from '../../store/folderInventory.js';
import { isHash } from '../../store/ref.js';
import type { Store } from '../../store/types.js';

/** Bytes of an object that tell what it is. */
const START = 1 << 12;

/** A ledger of the store, first entry to last. */
export interface Chain {
  readonly entries: readonly LedgerEntryBody[];
}

/** Everything in a store. */
export interface Survey {
  /** Arrays, by the format that their frame names. */
  readonly frames: readonly { readonly format: string; readonly object: StoredObject }[];
  /** Documents and whatever else is never freed. */
  readonly others: readonly StoredObject[];
  readonly links: readonly StoredLink[];
  /** Every ledger, also of campaigns that no name stands for. */
  readonly chains: readonly Chain[];
}

type Entry = LedgerEntryBody & { readonly previous: string | null };

/**
 * Looks at all objects of a store, documents in full.
 * @throws FailureError where a document is damaged: what it named can then not be told from what nobody needs
 */
export async function surveyStore(folder: string, store: Store): Promise<Survey> {
  const frames: { format: string; object: StoredObject }[] = [];
  const others: StoredObject[] = [];
  const entries = new Map<string, Entry>();
  for (const object of await listObjects(folder)) {
    const start = await readStart(object.path, START);
    const format = frameFormat(start);
    if (format !== undefined) frames.push({ format, object });
    else {
      others.push(object);
      const entry = start[0] === BRACE ? await readEntry(store, object) : undefined;
      if (entry) entries.set(object.hash, entry);
    }
  }
  return { frames, others, links: await listLinks(folder), chains: await chainsOf(store, entries) };
}

/** `{` */
const BRACE = 0x7b;

async function readEntry(
  store: Store,
  { hash, bytes }: Pick<StoredObject, 'hash' | 'bytes'>,
): Promise<Entry | undefined> {
  const content = await store.get({ kind: 'ledger-entry', hash, bytes }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FailureError(
      `what is needed cannot be told: ${reason}`,
      'nothing is freed before that is mended: `anharmony verify NAME` says what it belongs to',
    );
  });
  const value = JSON.parse(new TextDecoder().decode(content)) as Partial<Record<keyof Entry, unknown>>;
  const isEntry =
    Number.isInteger(value.sequence) &&
    typeof value.type === 'string' &&
    (value.previous === null || isHash(value.previous));
  return isEntry ? (value as unknown as Entry) : undefined;
}

async function chainsOf(store: Store, found: ReadonlyMap<string, Entry>): Promise<Chain[]> {
  const entries = new Map(found);
  const followed = new Set([...found.values()].map((entry) => entry.previous));
  const chains: Chain[] = [];
  for (const [hash, head] of found) {
    if (followed.has(hash)) continue;
    const chain = [head];
    for (let { previous } = head; previous !== null; previous = chain[chain.length - 1].previous) {
      // Not among those found where it was written while they were listed, one folder after the other.
      const before = entries.get(previous) ?? (await readEntry(store, { hash: previous, bytes: 0 }));
      if (before === undefined) throw new FailureError(`a ledger of the store is not one: ${previous}`);
      entries.set(previous, before);
      chain.push(before);
    }
    chains.push({ entries: chain.reverse() });
  }
  return chains;
}
