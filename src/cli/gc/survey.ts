import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { FailureError } from '../../errors.js';
import { frameFormat } from '../../numerics/frame.js';
import { hashBytes } from '../../store/canonical.js';
import {
  listLinks,
  listObjects,
  readStart,
  type StoredLink,
  type StoredObject,
} from '../../store/folderInventory.js';
import { isHash } from '../../store/ref.js';
import type { Ref, Store } from '../../store/types.js';

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
  return { frames, others, links: await listLinks(folder), chains: chainsOf(entries) };
}

/** `{` */
const BRACE = 0x7b;

async function readEntry(store: Store, { hash, bytes, path }: StoredObject): Promise<Entry | undefined> {
  const ref: Ref = { kind: 'ledger-entry', hash, bytes };
  const content = await store.get(ref).catch(() => undefined);
  if (content === undefined || hashBytes(content) !== hash)
    throw new FailureError(
      `a document of the store is damaged: ${path}`,
      'nothing is freed before that is mended: `anharmony verify NAME` says what it belongs to',
    );
  const value = JSON.parse(new TextDecoder().decode(content)) as Partial<Record<keyof Entry, unknown>>;
  const isEntry =
    Number.isInteger(value.sequence) &&
    typeof value.type === 'string' &&
    (value.previous === null || isHash(value.previous));
  return isEntry ? (value as unknown as Entry) : undefined;
}

function chainsOf(entries: ReadonlyMap<string, Entry>): Chain[] {
  const followed = new Set([...entries.values()].map((entry) => entry.previous));
  return [...entries].flatMap(([hash, head]) => {
    if (followed.has(hash)) return [];
    const chain: Entry[] = [];
    for (let at: Entry | undefined = head; ; ) {
      chain.push(at);
      if (at.previous === null) return [{ entries: chain.reverse() }];
      const before: Entry | undefined = entries.get(at.previous);
      if (before === undefined)
        throw new FailureError(
          `a ledger of the store has a gap before entry ${at.sequence}: ${at.previous} is missing`,
          'nothing is freed before that is mended',
        );
      at = before;
    }
  });
}
