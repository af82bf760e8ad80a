import { readFile, stat, unlink, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { FailureError } from '../errors.js';
import { identityOf, type ProcessIdentity, stateOf } from '../processes.js';
import { makeFolder, writeFileAtomic } from '../store/atomicFile.js';
import { storeError, systemCode } from '../store/errors.js';

/** Files of the embedded server inside a home. */
export interface ServerPlaces {
  readonly folder: string;
  /** SQLite; with -wal and -shm beside it. */
  readonly database: string;
  readonly record: string;
  readonly log: string;
}

export function serverPlaces(home: string): ServerPlaces {
  const folder = join(home, 'server');
  return {
    folder,
    database: join(folder, 'temporal.db'),
    record: join(folder, 'server.json'),
    log: join(folder, 'server.log'),
  };
}

/** Who runs the server of a home: written by the owner, removed when it stops, stale when it was killed. */
export interface HomeRecord {
  readonly owner: ProcessIdentity;
  readonly address: string;
  readonly serverPid: number | null;
}

/** Another process already runs the server of this home. */
export class HomeInUseError extends FailureError {
  constructor(
    readonly home: string,
    readonly record: HomeRecord,
  ) {
    const { pid, host } = record.owner;
    const where = host === hostname() ? `process ${pid}` : `process ${pid} on ${host}`;
    super(
      `${where} already runs the server of ${home}`,
      host === hostname()
        ? `use its server with TEMPORAL_ADDRESS=${record.address}, end it, or choose another folder with --home`
        : `end it there; if it is gone, wait a minute or remove ${serverPlaces(home).record}`,
    );
  }
}

/** How often an owner shows that it lives, for those on other machines that cannot see its process. */
export const SIGN_OF_LIFE_MS = 10_000;
const GONE_MS = 60_000;
const GOING_MS = 1000;

/**
 * The record of the process that runs a home's server now; undefined when nobody does.
 * A record whose process is dead does not count; one from another machine does while it is being refreshed.
 */
export async function currentOwner(home: string): Promise<HomeRecord | undefined> {
  const { record } = serverPlaces(home);
  const found = await readRecord(record);
  if (found === undefined) return undefined;
  const state = await stateOf(found.owner);
  if (state === 'dead') return undefined;
  if (state === 'elsewhere' && Date.now() - (await stat(record)).mtimeMs > GONE_MS) return undefined;
  return found;
}

/** The same, once a process that is just being killed has had the time to go. */
export async function lastingOwner(home: string): Promise<HomeRecord | undefined> {
  const deadline = Date.now() + GOING_MS;
  for (;;) {
    const owner = await currentOwner(home);
    if (owner === undefined || Date.now() > deadline) return owner;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function writeRecord(
  places: ServerPlaces,
  address: string,
  serverPid: number | null,
): Promise<void> {
  const owner = await identityOf(process.pid);
  if (owner === undefined) throw new FailureError('this system does not tell when a process began');
  const record: HomeRecord = { owner, address, serverPid };
  await writeFileAtomic(places.record, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

export async function removeRecord(places: ServerPlaces): Promise<void> {
  await unlink(places.record).catch(() => undefined);
}

export async function refreshRecord(places: ServerPlaces): Promise<void> {
  const now = new Date();
  await utimes(places.record, now, now).catch(() => undefined);
}

/**
 * Runs an action while no other process starts or ends the server of this home. The turn is short-lived; lasting
 * ownership is the record, because a process that is killed leaves its record provably dead, whereas a lock of
 * proper-lockfile would first have to go stale.
 */
export async function inTurn<T>(places: ServerPlaces, action: () => Promise<T>): Promise<T> {
  await makeFolder(places.folder, 0o700).catch((error: unknown) => {
    throw storeError(error, 'use the server folder', places.folder);
  });
  const release = await takeTurn(places);
  try {
    return await action();
  } finally {
    await release().catch(() => undefined);
  }
}

async function takeTurn(places: ServerPlaces): Promise<() => Promise<void>> {
  const options = {
    lockfilePath: join(places.folder, '.turn'),
    stale: 10_000,
    // Only a process that was suspended for long loses its turn; the record still guards the database.
    onCompromised: () => undefined,
  };
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      return await lockfile.lock(places.folder, options);
    } catch (error) {
      if (systemCode(error) !== 'ELOCKED') throw storeError(error, 'lock', places.folder);
      if (Date.now() > deadline)
        throw new FailureError(`another process keeps starting the server in ${places.folder}`);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

async function readRecord(path: string): Promise<HomeRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', path);
  }
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is HomeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { owner, address } = value as Partial<Record<keyof HomeRecord, unknown>>;
  if (typeof address !== 'string' || typeof owner !== 'object' || owner === null) return false;
  const { host, boot, pid, started } = owner as Partial<Record<keyof ProcessIdentity, unknown>>;
  return [host, boot, started].every((field) => typeof field === 'string') && Number.isInteger(pid);
}
