import { canonicalJson } from '../canonical.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-structure-list';

/** Structures in order, of any number: state and payloads hold the list's reference alone. */
export interface StructureList<Entry> {
  readonly structures: readonly Entry[];
}

export function putStructureList<Entry>(store: Store, { structures }: StructureList<Entry>): Promise<Ref> {
  return store.put('structure-list', canonicalJson({ format: FORMAT, version: 1, structures }));
}

/** Trusts the hash for the entries' form: only this program writes them. */
export async function getStructureList<Entry>(store: Store, ref: Ref): Promise<StructureList<Entry>> {
  return JSON.parse(new TextDecoder().decode(await store.get(ref))) as StructureList<Entry>;
}
