import { openMemoryStore } from './memoryStore.js';
import type { Ref, Store } from './types.js';

/** Reads from a store and writes to memory: what is computed for a proof leaves nothing behind. */
export function overlayStore(below: Store): Store {
  const memory = openMemoryStore();
  // Factors are the one thing that would fill the memory; a refit looks back to the one before it and no further.
  let fields: readonly Store[] = [];
  const holder = async (ref: Ref): Promise<Store> => {
    for (const store of [memory, ...fields]) if (await store.has(ref)) return store;
    return below;
  };
  return {
    put(kind, content) {
      if (kind !== 'force-field') return memory.put(kind, content);
      const field = openMemoryStore();
      fields = [...fields.slice(-1), field];
      return field.put(kind, content);
    },
    get: async (ref) => (await holder(ref)).get(ref),
    has: async (ref) => (await holder(ref)).has(ref),
    // What was just computed stands here, so that nothing is adopted where it was to be computed again.
    link: async (_namespace, _key, ref) => ref,
    resolve: (namespace, key) =>
      RECOMPUTED.includes(namespace) ? Promise.resolve(undefined) : below.resolve(namespace, key),
  };
}

/** Results that are to be computed again rather than found. */
const RECOMPUTED = ['label', 'label-attempt', 'basis'];
