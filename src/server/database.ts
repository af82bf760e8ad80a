import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../store/atomicFile.js';
import { storeError, systemCode } from '../store/errors.js';
import type { ServerPlaces } from './homeRecord.js';

/*
 * The server makes its tables one statement after the other, and only where there is no database. One that is killed
 * meanwhile leaves some of them, and no server starts on those, or one starts that lacks a table which it needs later.
 * So the first server that answers is written down beside the database; a database without that has no run in it.
 */

/** The release that last answered from this database; undefined when none ever did. Throws a `StoreError`. */
export async function databaseRelease(places: ServerPlaces): Promise<string | undefined> {
  const path = releaseFile(places);
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', path);
  }
}

export async function recordRelease(places: ServerPlaces, release: string): Promise<void> {
  await writeFileAtomic(releaseFile(places), `${release}\n`, { mode: 0o600 });
}

/**
 * Puts a database aside from which no server ever answered, so that the next one makes its own; returns where it is.
 * It is not removed: somebody may have brought it without the file beside it. Throws a `StoreError`.
 */
export async function putAsideUnfinished(places: ServerPlaces): Promise<string | undefined> {
  const { database } = places;
  // What is known of a database that somebody took away holds for no other.
  if (!(await exists(database))) await rm(releaseFile(places), { force: true });
  else if ((await databaseRelease(places)) === undefined) return putAside(database);
  return undefined;
}

async function putAside(database: string): Promise<string> {
  const aside = `${database}.unfinished`;
  // The database last: as long as it is there, this is done again after a crash in between.
  for (const end of ['-wal', '-shm', '']) {
    await rename(database + end, aside + end).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw storeError(error, 'put aside', database + end);
    });
  }
  return aside;
}

function releaseFile(places: ServerPlaces): string {
  return join(places.folder, 'version');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw storeError(error, 'read', path);
  }
}
