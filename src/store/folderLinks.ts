import { readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { claim, makeOneFolder, syncFolder, throughTemporary } from './atomicFile.js';
import { canonicalJson, hashBytes } from './canonical.js';
import { CorruptArtifactError, MissingArtifactError, storeError, systemCode } from './errors.js';
import { isRef } from './ref.js';
import type { Ref, Store } from './types.js';

interface LinkPlaces {
  readonly folder: string;
  readonly temporaryFolder: string;
  readonly store: Pick<Store, 'get' | 'has'>;
  /** Throws where the whole store is gone. */
  requirePresent(): Promise<void>;
}

/**
 * Named pointers as small files. A name is taken by link(2), which fails where it exists: the first result stands.
 * A pointer that is unreadable, or whose artifact is gone or damaged, does not resolve, and the next `link` replaces it:
 * results are found again or computed again, never lost behind a broken name.
 */
export function openLinks(places: LinkPlaces): Pick<Store, 'link' | 'resolve'> {
  const { folder, temporaryFolder, store, requirePresent } = places;
  const pathOf = (namespace: string, key: string): string => {
    if (!/^[a-z0-9][a-z0-9-]*$/.test(namespace))
      throw new TypeError(`not a namespace: ${JSON.stringify(namespace)}`);
    return join(folder, namespace, hashBytes(new TextEncoder().encode(key)));
  };

  async function resolve(namespace: string, key: string): Promise<Ref | undefined> {
    const path = pathOf(namespace, key);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw storeError(error, 'read', path);
      await requirePresent();
      return undefined;
    }
    const ref = parseRef(text);
    return ref !== undefined && (await isWhole(ref)) ? ref : undefined;
  }

  async function isWhole(ref: Ref): Promise<boolean> {
    try {
      return (await store.get(ref)).length === ref.bytes;
    } catch (error) {
      if (error instanceof CorruptArtifactError || error instanceof MissingArtifactError) return false;
      throw error;
    }
  }

  async function link(namespace: string, key: string, ref: Ref): Promise<Ref> {
    const path = pathOf(namespace, key);
    if (!(await store.has(ref))) throw new MissingArtifactError(ref, path);
    const content = canonicalJson({ kind: ref.kind, hash: ref.hash, bytes: ref.bytes });
    try {
      await makeOneFolder(dirname(path), 0o700);
      const options = { mode: 0o600, temporaryFolder };
      return await throughTemporary(path, content, options, async (temporary) => {
        if (!(await claim(temporary, path, content))) {
          const standing = await resolve(namespace, key);
          if (standing !== undefined) return standing;
          await rename(temporary, path);
        }
        await syncFolder(dirname(path));
        return ref;
      });
    } catch (error) {
      throw storeError(error, 'write', path);
    }
  }

  return { link, resolve };
}

/** The content of a link; undefined where it is torn. */
export function parseRef(text: string): Ref | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRef(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
