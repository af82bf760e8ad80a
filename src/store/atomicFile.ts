import { randomBytes } from 'node:crypto';
import { link as hardLink, mkdir, open, readdir, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { storeError, systemCode } from './errors.js';

export interface WriteOptions {
  /** Permissions of the file before the umask; 0o644 by default. */
  readonly mode?: number;
  /** Where the temporary file goes: a folder of the same file system; by default that of `path`. */
  readonly temporaryFolder?: string;
}

/**
 * Writes a whole file or nothing: temporary file, fsync, rename, fsync of the folder. Whoever reads `path` sees
 * the old content or the new, also after a power cut. Folders on the way are made.
 * Throws `StoreError`; the temporary file is then gone.
 *
 * Own code: the current write-file-atomic asks for Node 22.22.
 */
export async function writeFileAtomic(
  path: string,
  content: Uint8Array | string,
  options: WriteOptions = {},
): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await throughTemporary(path, content, options, (temporary) => rename(temporary, path));
    await syncFolder(dirname(path));
  } catch (error) {
    throw storeError(error, 'write', path);
  }
}

/** Writes a temporary file, durable, and hands it to `place`; it is removed where `place` left it or anything failed. */
export async function throughTemporary<T>(
  path: string,
  content: Uint8Array | string,
  options: WriteOptions,
  place: (temporary: string) => Promise<T>,
): Promise<T> {
  const folder = options.temporaryFolder ?? dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = await open(temporary, 'wx', options.mode ?? 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    return await place(temporary);
  } finally {
    await unlink(temporary).catch(() => undefined);
  }
}

/** Gives a file a second name; false where the name is taken. */
export async function claim(temporary: string, path: string, content: Uint8Array | string): Promise<boolean> {
  try {
    try {
      await hardLink(temporary, path);
    } catch (error) {
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(error) ?? '')) throw error;
      // A file system without hard links: exclusive all the same; what a crash tears here does not resolve.
      await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    }
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Makes renames and new names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems refuse fsync of folders; their renames are durable on the server's terms.
    if (!['EINVAL', 'ENOTSUP', 'EBADF'].includes(systemCode(error) ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

/** Removes temporary files that a writer which no longer lives has left in a folder; returns how many. */
export async function removeLeftovers(folder: string, olderThanMs: number, now: number): Promise<number> {
  let removed = 0;
  for (const name of await readdir(folder)) {
    if (!name.startsWith('.') || !name.endsWith('.tmp')) continue;
    const path = join(folder, name);
    // Another process may be cleaning as well.
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || now - found.mtimeMs < olderThanMs) continue;
    await unlink(path).then(
      () => removed++,
      () => undefined,
    );
  }
  return removed;
}

/**
 * Makes a folder and those above it, durably; content with what is there.
 * Own code: Node 20's recursive mkdir never returns where the file system answers ENOENT for a parent that exists.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  try {
    await makeOneFolder(folder, mode);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder), mode);
    await makeOneFolder(folder, mode);
  }
}

/** Makes a folder durably, but none above it; content with one that is there. */
export async function makeOneFolder(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    // Something that is not a folder shows itself by ENOTDIR as soon as it is used.
    if (systemCode(error) === 'EEXIST') return;
    throw error;
  }
  await syncFolder(dirname(folder));
}
