import { open, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { storeError, systemCode } from './errors.js';
import { parseRef } from './folderLinks.js';
import { isHash } from './ref.js';
import type { Ref } from './types.js';

/** A file of a store. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was written, ms since 1970. */
  readonly modified: number;
}

export interface StoredObject extends StoredFile {
  readonly hash: string;
}

/** A named pointer: its name itself is kept as a hash only. */
export interface StoredLink {
  readonly namespace: string;
  readonly ref: Ref;
}

/** Every object of a store in a folder; what has no place there is none. */
export async function listObjects(store: string): Promise<readonly StoredObject[]> {
  const found: StoredObject[] = [];
  for (const folder of await namesIn(join(store, 'objects'))) {
    for (const name of await namesIn(join(store, 'objects', folder))) {
      const hash = folder + name;
      const file = isHash(hash) ? await fileAt(join(store, 'objects', folder, name)) : undefined;
      if (file) found.push({ ...file, hash });
    }
  }
  return found;
}

/** Every named pointer that can be read. */
export async function listLinks(store: string): Promise<readonly StoredLink[]> {
  const found: StoredLink[] = [];
  for (const namespace of await namesIn(join(store, 'links'))) {
    for (const name of await namesIn(join(store, 'links', namespace))) {
      const start = await readStart(join(store, 'links', namespace, name), 1 << 12);
      const ref = parseRef(new TextDecoder().decode(start));
      if (ref) found.push({ namespace, ref });
    }
  }
  return found;
}

/** All files below a folder; none where there is no such folder. */
export async function listFiles(folder: string): Promise<readonly StoredFile[]> {
  const found: StoredFile[] = [];
  let entries: readonly { readonly name: string; isDirectory(): boolean }[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw storeError(error, 'read', folder);
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) found.push(...(await listFiles(path)));
    else {
      const file = await fileAt(path);
      if (file) found.push(file);
    }
  }
  return found;
}

/** The first bytes of a file. */
export async function readStart(path: string, bytes: number): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw storeError(error, 'read', path);
  }
}

/** Removes a file; false where it has gone already. */
export async function removeFile(path: string): Promise<boolean> {
  try {
    await unlink(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw storeError(error, 'remove', path);
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return [];
    throw storeError(error, 'read', folder);
  }
}

async function fileAt(path: string): Promise<StoredFile | undefined> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { path, bytes: size, modified: mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'look at', path);
  }
}
