import { openMemoryStore } from './memoryStore.js';
import type { Store } from './types.js';

/** Reads from a store and writes to memory: what is computed for a proof leaves nothing behind. */
export function overlayStore(below: Store): Store {
  const memory = openMemoryStore();
  return {
    put: (kind, content) => memory.put(kind, content),
    get: async (ref) => ((await memory.has(ref)) ? memory.get(ref) : below.get(ref)),
    has: async (ref) => (await memory.has(ref)) || below.has(ref),
    // What was just computed stands here, so that nothing is adopted where it was to be computed again.
    link: async (_namespace, _key, ref) => ref,
    resolve: (namespace, key) =>
      RECOMPUTED.includes(namespace) ? Promise.resolve(undefined) : below.resolve(namespace, key),
  };
}

/** Results that are to be computed again rather than found. */
const RECOMPUTED = ['label', 'basis'];
