import { constants } from 'node:fs';
import { access, open, readFile, rename, stat } from 'node:fs/promises';
import { resolve as absolute, dirname, join } from 'node:path';
import { makeFolder, makeOneFolder, removeLeftovers, syncFolder, throughTemporary } from './atomicFile.js';
import { hashBytes } from './canonical.js';
import { CorruptArtifactError, MissingArtifactError, storeError, systemCode } from './errors.js';
import { openLinks } from './folderLinks.js';
import { isHash, refOf } from './ref.js';
import type { ArtifactKind, Ref, Store } from './types.js';

const DAY_MS = 86_400_000;
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

export interface StoreOptions {
  /** Makes no folders: where there is no store, something is wrong. */
  readonly mustExist?: boolean;
}

/**
 * A store in a folder, private to its user:
 *
 *   objects/ab/cdef…        content, by the SHA-256 of its bytes
 *   links/NAMESPACE/sha256  named pointers, each the canonical JSON of a `Ref`
 *   temporary/              files being written
 *
 * Several processes may use it at once. A store that is gone, as one on a disk that is not mounted, is no empty store: every
 * call then throws a `StoreError`, and nothing is made in its place.
 * Throws `StoreError` where the folder cannot be made or written to.
 */
export async function openFolderStore(folder: string, options: StoreOptions = {}): Promise<Store> {
  const root = absolute(folder);
  const temporaryFolder = join(root, 'temporary');
  try {
    for (const part of ['objects', 'links', 'temporary']) {
      if (options.mustExist !== true) await makeFolder(join(root, part), FOLDER_MODE);
      await access(join(root, part), constants.R_OK | constants.W_OK | constants.X_OK);
    }
    await removeLeftovers(temporaryFolder, DAY_MS, Date.now());
  } catch (error) {
    throw storeError(error, 'use the store folder', root);
  }

  const pathOf = (hash: string): string => {
    if (!isHash(hash)) throw new TypeError(`not a SHA-256 in hexadecimal: ${JSON.stringify(hash)}`);
    return join(root, 'objects', hash.slice(0, 2), hash.slice(2));
  };

  async function put(kind: ArtifactKind, content: Uint8Array): Promise<Ref> {
    const ref = refOf(kind, content);
    const path = pathOf(ref.hash);
    try {
      if (await holds(path, content)) return ref;
      await makeOneFolder(dirname(path), FOLDER_MODE);
      const options = { mode: FILE_MODE, temporaryFolder };
      await throughTemporary(path, content, options, (temporary) => rename(temporary, path));
      await syncFolder(dirname(path));
    } catch (error) {
      throw storeError(error, 'write', path);
    }
    return ref;
  }

  async function get(ref: Ref): Promise<Uint8Array> {
    const path = pathOf(ref.hash);
    let content: Uint8Array;
    try {
      const file = await readFile(path);
      // Not a Buffer: its `slice` shares memory where that of a Uint8Array copies.
      content = new Uint8Array(file.buffer, file.byteOffset, file.length);
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        await requirePresent();
        throw new MissingArtifactError(ref, path);
      }
      throw storeError(error, 'read', path);
    }
    const hash = hashBytes(content);
    if (hash !== ref.hash) {
      throw new CorruptArtifactError(ref, path, `${content.length} bytes with SHA-256 ${hash.slice(0, 12)}…`);
    }
    return content;
  }

  async function has(ref: Ref): Promise<boolean> {
    const path = pathOf(ref.hash);
    try {
      return (await stat(path)).size === ref.bytes;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') {
        await requirePresent();
        return false;
      }
      throw storeError(error, 'look at', path);
    }
  }

  async function requirePresent(): Promise<void> {
    const objects = join(root, 'objects');
    await access(objects).catch((error: unknown) => {
      throw storeError(error, 'use the store folder', objects);
    });
  }

  return {
    put,
    get,
    has,
    ...openLinks({ folder: join(root, 'links'), temporaryFolder, store: { get, has }, requirePresent }),
  };
}

/**
 * Whether a file holds exactly these bytes. Reading is cheaper than writing anew and syncing, and a comparison
 * cheaper than a hash, so an existing object is always verified: a put heals one that was damaged.
 */
async function holds(path: string, content: Uint8Array): Promise<boolean> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  try {
    if ((await file.stat()).size !== content.length) return false;
    const block = Buffer.alloc(Math.min(content.length, 1 << 20));
    for (let offset = 0; offset < content.length; ) {
      const { bytesRead } = await file.read(block, 0, block.length, offset);
      if (bytesRead === 0) return false;
      if (!block.subarray(0, bytesRead).equals(content.subarray(offset, offset + bytesRead))) return false;
      offset += bytesRead;
    }
    return true;
  } catch (error) {
    // A block that the disk can no longer read is damage too.
    if (systemCode(error) === 'EIO') return false;
    throw error;
  } finally {
    await file.close();
  }
}
