import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { FailureError } from '../errors.js';
import { connect, type ServerConnection, targetOf } from '../server/connect.js';
import { type EmbeddedServer, startEmbeddedServer } from '../server/embedded.js';
import { describeServer, requireServer } from '../server/find.js';
import { currentOwner, HomeInUseError, type HomeRecord, serverPlaces } from '../server/homeRecord.js';
import { externalServer } from '../server/settings.js';
import { isServerSilent } from './campaigns/watch.js';
import type { Home } from './home.js';

/** A server to talk to, and how to let go of it. */
export interface ServerAccess {
  readonly server: ServerConnection;
  /** Where this process started the server and stops it again. */
  readonly own?: EmbeddedServer;
  /** True where another process of this home serves. */
  readonly shared: boolean;
  close(): Promise<void>;
}

/**
 * The server for a home: the one that Temporal's settings name; the one that another process of this home runs; else one
 * of our own, started now and stopped at the end.
 * @param mustExist refuse to start one where the home has no database yet: there is nothing to look at
 */
export async function accessServer(
  home: Home,
  log: (line: string) => void,
  mustExist = false,
): Promise<ServerAccess> {
  const external = externalServer();
  if (external) {
    log(`server: ${describeServer(external)}`);
    return lent(await connect(targetOf(external), { log }), false);
  }
  const owner = await currentOwner(home.home);
  if (owner) return shareServer(owner, log);
  if (mustExist && !existsSync(serverPlaces(home.home).database)) throw noCampaigns(home);
  try {
    return await startOwn(home, log);
  } catch (error) {
    // Another process of this machine was first, after we had looked: its server serves as well.
    if (error instanceof HomeInUseError && error.record.owner.host === hostname()) {
      return shareServer(error.record, log);
    }
    throw error;
  }
}

async function shareServer(record: HomeRecord, log: (line: string) => void): Promise<ServerAccess> {
  const { address, owner } = record;
  log(`server: ${address}, which process ${owner.pid} runs for this home`);
  const description = `process ${owner.pid} of this home`;
  return lent(await connect({ address, namespace: 'default', description }, { log }), true);
}

/** Refuses a home that was never used; looking makes no folders. */
export function requireHome(home: Home): void {
  if (!existsSync(home.store)) throw noCampaigns(home);
}

function noCampaigns({ home }: Home): FailureError {
  return new FailureError(
    `there are no campaigns in ${home}`,
    'start one with `anharmony run CAMPAIGN.yaml`, or name its folder with --home',
  );
}

/** Silence (s) after which a full disk is thought of. */
const DISK_PATIENCE = 5;
/** A server's database grows by more than this (bytes) at a time. */
const LEAST_ROOM = 1 << 16;

/**
 * How long a server that does not answer is waited for: one that somebody else runs for as long as it takes; one of
 * another process of this home until that process has ended; our own, which is started again when it dies, until that is given up,
 * and as long as its disk is full.
 */
export function patienceWith(access: ServerAccess, home: Home, log: (line: string) => void) {
  const { address } = access.server;
  let told = false;
  let full = false;
  return async (seconds: number): Promise<void> => {
    // A new silence.
    if (seconds <= DISK_PATIENCE) full = false;
    if (access.own && seconds > DISK_PATIENCE && !(await hasRoom(home))) {
      if (!full) log(`no room left on the disk of ${home.home}: the campaign goes on when there is`);
      full = true;
      return;
    }
    const gone = access.shared ? (await currentOwner(home.home)) === undefined : access.own?.hasEnded();
    if (gone) throw new ServerGoneError(`the server at ${address} has ended`, 'the same command goes on');
    if (!told && seconds > 2) log(`no answer from ${address}: waiting for it`);
    told ||= seconds > 2;
  };
}

/** The database of a server of our own stands on the disk of the home: without room it answers nothing. */
async function hasRoom({ home }: Home): Promise<boolean> {
  const { bavail, bsize } = await statfs(home);
  return bavail * bsize > LEAST_ROOM;
}

async function requireRoom(home: Home): Promise<void> {
  if (await hasRoom(home)) return;
  throw new FailureError(
    `no room left on the disk of ${home.home}: the server cannot start`,
    'free some space, then run the same command again: the campaign goes on where it was',
  );
}

/** The server will not come back. */
class ServerGoneError extends FailureError {}

/** Whether an error is that the process whose server was shared has ended. */
export async function hasGone(home: Home, error: unknown): Promise<boolean> {
  if (error instanceof ServerGoneError) return true;
  return isServerSilent(error) && (await currentOwner(home.home)) === undefined;
}

function lent(server: ServerConnection, shared: boolean): ServerAccess {
  return { server, shared, close: () => server.close() };
}

async function startOwn(home: Home, log: (line: string) => void): Promise<ServerAccess> {
  const executable = await requireServer({ log, local: true });
  if (executable.kind === 'external') throw new FailureError('no program for a server of our own was found');
  const embedded = await startEmbeddedServer({ home: home.home, log, executable }).catch(async (error) => {
    await requireRoom(home);
    throw error;
  });
  log(`server: ${describeServer(executable)} at ${embedded.address}`);
  try {
    const server = await connect(targetOf(embedded), { log });
    const close = async () => {
      await server.close();
      await embedded.stop();
    };
    return { server, own: embedded, shared: false, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}
