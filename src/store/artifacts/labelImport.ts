import { canonicalJson } from '../canonical.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-label-import';
const NAMESPACE = 'label-import';

/** Where a label came from that was brought into this store from a file. */
export interface LabelImport {
  readonly file: string;
  /** SHA-256 of the file's content. */
  readonly sha256: string;
  /** Number of the structure in it, from 1. */
  readonly number: number;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Program and version that computed it, where the file says it. */
  readonly program?: string;
  /** The campaign that had it computed, where the file says it. */
  readonly campaign?: string;
  /** Settings that nobody could compare: they are as a person stated; absent for a label of this program's own. */
  readonly unchecked?: readonly string[];
}

/** Records where a label came from. What is on record already stands: a label is brought in once. */
export async function putLabelImport(store: Store, label: Ref, record: LabelImport): Promise<void> {
  const content = canonicalJson({ format: FORMAT, version: 1, ...record });
  await store.link(NAMESPACE, label.hash, await store.put('label-import', content));
}

/** Undefined for a label that was not brought in from a file. */
export async function getLabelImport(
  store: Store,
  label: Pick<Ref, 'hash'>,
): Promise<LabelImport | undefined> {
  const ref = await store.resolve(NAMESPACE, label.hash);
  return ref && (JSON.parse(new TextDecoder().decode(await store.get(ref))) as LabelImport);
}
