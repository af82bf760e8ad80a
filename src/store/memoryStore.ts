import { MissingArtifactError } from './errors.js';
import { refOf } from './ref.js';
import type { Ref, Store } from './types.js';

/** A store that lives as long as the process: for tests, and for dry runs that must not leave anything behind. */
export function openMemoryStore(): Store {
  const objects = new Map<string, Uint8Array>();
  const links = new Map<string, Ref>();
  const find = (ref: Ref): Uint8Array => {
    const content = objects.get(ref.hash);
    if (content === undefined) throw new MissingArtifactError(ref, 'memory');
    return content;
  };
  const has = async (ref: Ref): Promise<boolean> => objects.get(ref.hash)?.length === ref.bytes;

  return {
    async put(kind, content) {
      const ref = refOf(kind, content);
      objects.set(ref.hash, Uint8Array.from(content));
      return ref;
    },
    get: async (ref) => Uint8Array.from(find(ref)),
    has,
    async link(namespace, key, ref) {
      if (!(await has(ref))) throw new MissingArtifactError(ref, 'memory');
      const name = `${namespace}/${key}`;
      if (!links.has(name)) links.set(name, ref);
      return links.get(name)!;
    },
    resolve: async (namespace, key) => links.get(`${namespace}/${key}`),
  };
}
