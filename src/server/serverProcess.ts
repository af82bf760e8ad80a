import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Connection } from '@temporalio/client';
import { FailureError } from '../errors.js';
import { processesWith } from '../processes.js';
import { storeError } from '../store/errors.js';
import type { ServerPlaces } from './homeRecord.js';

export const LOOPBACK = '127.0.0.1';
const READY_MS = 60_000;
/** SIGTERM lets the server end in 1–2 s. */
const GRACE_MS = 5000;
const LONGEST_LOG = 10_000_000;

/** Command line of the server: one process on loopback, SQLite in write-ahead mode, nothing shown. */
export function serverArguments(database: string, port: number): readonly string[] {
  const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];
  // Without these two a sequential activity takes some 100 ms, with them 20 ms (a poll limit of 20 per second).
  const settings = ['system.enableActivityEagerExecution=true', 'history.transferProcessorMaxPollRPS=1000'];
  return [
    ...['server', 'start-dev', '--headless', '--ip', LOOPBACK, '--port', String(port)],
    ...databaseArguments(database),
    ...['--log-level', 'error'],
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

function databaseArguments(database: string): readonly string[] {
  return ['--db-filename', database];
}

/**
 * Starts the server's process in its own process group: Ctrl-C in the terminal must not end it before the workers.
 * It writes to a file, not to a pipe, because it may outlive us.
 */
export async function spawnServer(
  executable: string,
  places: ServerPlaces,
  port: number,
): Promise<ChildProcess> {
  const size = await stat(places.log).then(
    (found) => found.size,
    () => 0,
  );
  const log = await open(places.log, size > LONGEST_LOG ? 'w' : 'a', 0o600).catch((error: unknown) => {
    throw storeError(error, 'write', places.log);
  });
  try {
    const child = spawn(executable, serverArguments(places.database, port), {
      cwd: places.folder,
      detached: true,
      env: serverEnvironment(),
      stdio: ['ignore', log.fd, log.fd],
    });
    // An 'error' without a listener would end this process; `exitCode` tells the rest.
    child.on('error', () => undefined);
    child.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** The user's TEMPORAL_… settings are for other servers. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const rest = Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return { ...Object.fromEntries(rest), TEMPORAL_VERSION_CHECK_DISABLED: '1' };
}

export function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** It ended instead of answering, whatever it said. */
export class EndedAtStartError extends FailureError {}

/** Waits until a real call answers, from a child that is alive: another server on the port would answer as well. */
export async function waitUntilReady(
  child: ChildProcess,
  address: string,
  places: ServerPlaces,
): Promise<Connection> {
  const deadline = Date.now() + READY_MS;
  while (!hasEnded(child)) {
    const connection = await tryConnection(address);
    if (connection !== undefined && !hasEnded(child)) return connection;
    await connection?.close();
    if (Date.now() > deadline) {
      throw new FailureError(
        `the Temporal server did not answer within ${READY_MS / 1000} s`,
        `its log: ${places.log}`,
      );
    }
    await pause(50);
  }
  const { signalCode, exitCode } = child;
  const reason = signalCode
    ? `by ${signalCode}`
    : (await lastLines(places.log)) || `exit ${exitCode ?? 'before it began'}`;
  throw new EndedAtStartError(
    `the Temporal server ended at its start: ${reason}`,
    `its log: ${places.log}; where it cannot open its database (another release, a power cut), move ${places.database}* away: campaigns then go on from the store, and only MD is done again`,
  );
}

async function tryConnection(address: string): Promise<Connection | undefined> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 1000 });
    await connection.withDeadline(Date.now() + 2000, () =>
      connection!.workflowService.describeNamespace({ namespace: 'default' }),
    );
    return connection;
  } catch {
    await connection?.close();
    return undefined;
  }
}

/** Ends a server's process, by force when it does not go by itself. */
export async function endProcess(pid: number, hasGone: () => boolean | Promise<boolean>): Promise<void> {
  for (const [signal, patience] of [
    ['SIGTERM', GRACE_MS],
    ['SIGKILL', GRACE_MS],
  ] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      if (await hasGone()) return;
      throw new FailureError(`process ${pid} cannot be ended`, 'it belongs to another user; let them end it');
    }
    const deadline = Date.now() + patience;
    while (Date.now() < deadline) {
      if (await hasGone()) return;
      await pause(20);
    }
  }
  throw new FailureError(`process ${pid} does not end`);
}

/** Ends servers on this database that a killed parent has left behind; returns their process numbers. */
export async function endOrphans(database: string): Promise<readonly number[]> {
  const args = databaseArguments(database);
  const orphans = await processesWith(args);
  for (const pid of orphans) await endProcess(pid, async () => !(await processesWith(args)).includes(pid));
  return orphans;
}

/** A port of loopback that is free now. Throws a `FailureError` when the wanted one is taken. */
export function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', () =>
      reject(new FailureError(`port ${wanted} is taken`, 'choose another one with --port')),
    );
    probe.listen(wanted, LOOPBACK, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      probe.close(() => resolve(port));
    });
  });
}

async function lastLines(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-3).join(' | ').slice(-500);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
