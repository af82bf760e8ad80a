import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FailureError } from '../errors.js';
import { databaseRelease, putAsideUnfinished, recordRelease } from './database.js';
import type { ServerExecutable } from './executable.js';
import { requireServer } from './find.js';
import {
  HomeInUseError,
  inTurn,
  lastingOwner,
  refreshRecord,
  removeRecord,
  type ServerPlaces,
  SIGN_OF_LIFE_MS,
  serverPlaces,
  writeRecord,
} from './homeRecord.js';
import { ensureSearchAttributes, raiseRetention } from './namespace.js';
import {
  EndedAtStartError,
  endOrphans,
  endProcess,
  freePort,
  hasEnded,
  LOOPBACK,
  spawnServer,
  waitUntilReady,
} from './serverProcess.js';

export interface EmbeddedServerOptions {
  /** The folder that holds everything of our campaigns on this machine, `.anharmony` as a rule. */
  readonly home: string;
  /** Lines for a person. */
  readonly log: (line: string) => void;
  /** The program; found by `requireServer` when absent. */
  readonly executable?: ServerExecutable;
  /** A free one when absent. */
  readonly port?: number;
}

/** A Temporal server of our own: one process on loopback, its database in the home. */
export interface EmbeddedServer {
  readonly address: string;
  readonly namespace: 'default';
  readonly executable: ServerExecutable;
  readonly places: ServerPlaces;
  /** Of the process that serves now: another one after a restart. */
  pid(): number | undefined;
  /** It has ended and is not started again: it kept dying, or did not come up. */
  hasEnded(): boolean;
  /** Ends it: SIGTERM, after 5 s SIGKILL. Workers and connections come first. May be called twice. */
  stop(): Promise<void>;
}

const NAMESPACE = 'default';
/** A server that keeps dying at its start is not restarted for ever. */
const MOST_RESTARTS = 5;
/** Longest that the news of a process's end takes, ms. */
const NEWS_MS = 500;
/** One that has served this long has not died at its start, ms. */
const SETTLED_MS = 60_000;

/**
 * Starts the server of a home and returns when it answers, keeps closed runs, and knows our search attributes.
 * A server that a killed process left behind is ended first: two on one database both start and both say healthy.
 * A server that dies while we own it is started again on its port.
 *
 * Throws `HomeInUseError` when a living process owns the home, `StoreError` for a folder that cannot be written,
 * `FailureError` when no server can be had or it does not come up.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const home = absolute(options.home);
  const places = serverPlaces(home);
  return inTurn(places, async () => {
    const owner = await lastingOwner(home);
    if (owner !== undefined) throw new HomeInUseError(home, owner);
    const executable = options.executable ?? (await localServer(options.log));
    for (const pid of await endOrphans(places.database)) {
      options.log(`ended the server (process ${pid}) that an earlier run left behind`);
    }
    const begin = async (): Promise<EmbeddedServer> => {
      const port = await freePort(options.port);
      return own({ places, executable, port, address: `${LOOPBACK}:${port}`, log: options.log });
    };
    return begin().catch((error: unknown) => {
      // The port that was free a moment ago may have been somebody else's since.
      if (!(error instanceof EndedAtStartError)) throw error;
      options.log(`${error.message}; it is tried once more`);
      return begin();
    });
  });
}

interface Setting {
  readonly places: ServerPlaces;
  readonly executable: ServerExecutable;
  readonly port: number;
  readonly address: string;
  readonly log: (line: string) => void;
}

async function own(setting: Setting): Promise<EmbeddedServer> {
  const { places, address, log } = setting;
  await warnOfOtherVersion(setting);
  await writeRecord(places, address, null);
  let child: ChildProcess;
  try {
    child = await launch(setting);
  } catch (error) {
    await removeRecord(places);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  let restarts = 0;
  let lost = false;
  let restarting: Promise<void> = Promise.resolve();
  const restart = async (reason: string): Promise<void> => {
    log(`the Temporal server ended (${reason}); starting it again`);
    try {
      child = await launch(setting);
      watch(child);
    } catch (error) {
      lost = true;
      log(error instanceof Error ? error.message : String(error));
    }
  };
  const watch = (watched: ChildProcess): void => {
    const began = performance.now();
    watched.once('exit', (code, signal) => {
      if (stopping !== undefined) return;
      if (performance.now() - began > SETTLED_MS) restarts = 0;
      if (++restarts > MOST_RESTARTS) {
        lost = true;
        log(`the Temporal server keeps ending; its log: ${places.log}`);
      } else restarting = restart(signal ?? `exit ${code}`);
    });
  };
  watch(child);
  const signOfLife = setInterval(() => void refreshRecord(places), SIGN_OF_LIFE_MS).unref();
  // An uncaught error ends this process without anybody calling `stop`.
  const last = (): void => void (hasEnded(child) || child.kill('SIGTERM'));
  process.once('exit', last);

  const end = async (): Promise<void> => {
    clearInterval(signOfLife);
    process.off('exit', last);
    await restarting;
    if (!hasEnded(child)) await endProcess(child.pid!, () => hasEnded(child));
    await removeRecord(places);
  };
  const stop = (): Promise<void> => {
    stopping ??= end();
    return stopping;
  };
  return {
    address,
    namespace: NAMESPACE,
    executable: setting.executable,
    places,
    pid: () => child.pid,
    hasEnded: () => lost,
    stop,
  };
}

/** Starts it until it answers; once more where something outside has ended it on the way. */
async function launch(setting: Setting): Promise<ChildProcess> {
  const { places, executable, port, log } = setting;
  for (let restarts = 0; ; restarts++) {
    const aside = await putAsideUnfinished(places);
    if (aside !== undefined) {
      log(`a server was ended as it made its database, which is now ${aside}; another one is made`);
    }
    const child = await spawnServer(executable.path, places, port);
    try {
      await becomeReady(child, setting);
      return child;
    } catch (error) {
      // A call that fails because the server has gone is sooner here than the news of its end.
      if (!hasEnded(child)) await Promise.race([once(child, 'exit'), sleep(NEWS_MS)]);
      const signal = child.signalCode;
      if (!hasEnded(child)) await endProcess(child.pid!, () => hasEnded(child));
      if (signal === null || restarts === MOST_RESTARTS) throw error;
      log(`the Temporal server was ended by ${signal} as it started; starting it again`);
    }
  }
}

async function becomeReady(child: ChildProcess, { places, address, executable }: Setting): Promise<void> {
  if (child.pid !== undefined) await writeRecord(places, address, child.pid);
  const connection = await waitUntilReady(child, address, places);
  try {
    await recordRelease(places, executable.version);
    await raiseRetention(connection, NAMESPACE);
    await ensureSearchAttributes(connection, NAMESPACE);
  } finally {
    await connection.close();
  }
  if (hasEnded(child))
    throw new EndedAtStartError('the Temporal server ended at its start', `its log: ${places.log}`);
}

async function localServer(log: (line: string) => void): Promise<ServerExecutable> {
  const found = await requireServer({ log, local: true });
  if (found.kind === 'external') throw new FailureError('no program for a server of our own was found');
  return found;
}

/** There is no upgrade of a database from one release of the development server to another: say so beforehand. */
async function warnOfOtherVersion({ places, executable, log }: Setting): Promise<void> {
  const before = await databaseRelease(places);
  if (before !== undefined && before !== executable.version) {
    log(
      `the database in ${places.folder} was last used by Temporal ${before}, now it is ${executable.version}`,
    );
  }
}
