import { canonicalJson } from '../canonical.js';
import type { Ref, Store } from '../types.js';

const FORMAT = 'anharmony-training-set';

/** The ordered list of training structures: groups one after the other, each by structure number. */
export interface TrainingSet<Entry> {
  readonly entries: readonly Entry[];
}

export function putTrainingSet<Entry>(store: Store, set: TrainingSet<Entry>): Promise<Ref> {
  return store.put('training-set', canonicalJson({ format: FORMAT, version: 1, entries: set.entries }));
}

/** Trusts the hash for the entries' form: only this program writes them. */
export async function getTrainingSet<Entry>(store: Store, ref: Ref): Promise<TrainingSet<Entry>> {
  return JSON.parse(new TextDecoder().decode(await store.get(ref))) as TrainingSet<Entry>;
}
