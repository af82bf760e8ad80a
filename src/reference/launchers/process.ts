import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, type ProcessIdentity, stateOf } from '../../processes.js';
import { endRest, sessionProcesses, sessionsIn, signalSession } from './session.js';
import { type Job, Superseded } from './types.js';

/** What a program may take, and how it is ended. */
export type Limits = Pick<Job<unknown>, 'timeout' | 'grace' | 'memory' | 'signal'>;

/** A program to run on this machine, in a session of its own; its memory is limited on Linux alone. */
export interface ProgramRun
  extends Limits,
    Pick<Job<unknown>, 'name' | 'argv' | 'folder' | 'stdout' | 'stderr' | 'environment'> {
  /** File that tells, while it runs and after, what was started here. */
  readonly record: string;
  /** Called as soon as it runs. */
  readonly onStart?: (process: ProcessIdentity) => void;
}

/** What whoever comes next finds out about a program. */
export interface ProgramRecord {
  /** Of its job. */
  readonly name?: string;
  /** Not known of one whose worker died as it started it. */
  readonly process?: ProcessIdentity;
}

/** How it ended. */
export interface ProgramEnd {
  readonly exitCode: number | null;
  /** The signal that ended it, where one did. */
  readonly killedBy: NodeJS.Signals | null;
  readonly timedOut: boolean;
  /** Ended because it took more memory than it was allowed. */
  readonly outOfMemory: boolean;
  /** Most resident memory that its processes were seen to take together, bytes; 0 where it was too short or this is not Linux. */
  readonly peakMemory: number;
  /** As long as it was watched. */
  readonly seconds: number;
  /** Why `exitCode` 0 stands for nothing here, and what it wrote has to show by itself that it is whole. */
  readonly unknown?: string;
}

/** ms between two looks at its memory. */
const LOOK = 500;
/** ms between two looks at a program that is no child of ours. */
const LOOK_STRANGER = 200;

/**
 * Runs a program to its end. On abort and at its limits all that it started gets SIGTERM, then SIGKILL; what it
 * leaves behind is killed in any case, so there are no orphans. Rejects with the signal's reason after an
 * abort (when all of it is gone), and with the system's error where the program cannot be started.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const { name, record, signal } = run;
  signal.throwIfAborted();
  // Before it starts: a worker that dies in between leaves a program that is looked for by its folder.
  await keep(record, { name });
  const child = await start(run);
  const identity = child.pid === undefined ? undefined : await identityOf(child.pid);
  if (identity !== undefined) {
    run.onStart?.(identity);
    await keep(record, { name, process: identity });
  }
  return watch(child.pid!, exitOf(child), run);
}

/**
 * Waits for a program that an earlier worker has started in a folder and not seen to its end, because it died: it goes on, within
 * its limits. How it ended by itself nobody knows. Rejects with the signal's reason after an abort, when all of it is gone.
 */
export async function watchEarlier(
  { process }: ProgramRecord,
  folder: string,
  limits: Limits,
): Promise<ProgramEnd> {
  const exit = { exitCode: 0, killedBy: null, unknown: 'its worker died, and nobody saw how it ended' };
  const session = process?.pid ?? sessionsIn(folder)[0];
  const runs = async (): Promise<boolean> =>
    process === undefined ? sessionsIn(folder).includes(session) : (await stateOf(process)) === 'alive';
  if (await runs()) {
    const ended = async (): Promise<Exit> => {
      while (await runs()) await sleep(LOOK_STRANGER);
      return exit;
    };
    return watch(session, ended(), limits);
  }
  if (process !== undefined) await endRest(process);
  limits.signal.throwIfAborted();
  return { ...exit, timedOut: false, outOfMemory: false, peakMemory: 0, seconds: 0 };
}

/** What is known of the program in a folder; undefined where there is none. */
export async function readRecord(path: string): Promise<ProgramRecord | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ProgramRecord;
  } catch {
    return undefined;
  }
}

/** Without it a run whose worker dies is run again; that is no reason to fail now. */
async function keep(path: string, record: ProgramRecord): Promise<void> {
  try {
    await writeFile(`${path}.new`, JSON.stringify(record));
    await rename(`${path}.new`, path);
  } catch {
    // A full disk, most likely: the program will say so.
  }
}

async function start(run: ProgramRun): Promise<ChildProcess> {
  const stdout = await open(run.stdout, 'w');
  const stderr = await open(run.stderr, 'w');
  try {
    const child = spawn(run.argv[0], run.argv.slice(1), {
      cwd: run.folder,
      env: { ...process.env, ...run.environment },
      // A session of its own: a signal reaches mpirun's ranks and shell children too, and the terminal's Ctrl-C does not.
      detached: true,
      stdio: ['ignore', stdout.fd, stderr.fd],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    await stdout.close();
    await stderr.close();
  }
}

type Exit = Pick<ProgramEnd, 'exitCode' | 'killedBy' | 'unknown'>;

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    const finish = (exitCode: number | null, killedBy: NodeJS.Signals | null): void =>
      resolve({ exitCode, killedBy });
    if (child.exitCode !== null || child.signalCode !== null) finish(child.exitCode, child.signalCode);
    else child.once('exit', finish);
  });
}

/**
 * Holds a session to its limits until its first process has ended, and ends what is left of it. Ends nothing where another worker
 * does that now.
 */
async function watch(session: number, ended: Promise<Exit>, limits: Limits): Promise<ProgramEnd> {
  const { signal, timeout, memory, grace } = limits;
  const started = performance.now();
  let timedOut = false;
  let outOfMemory = false;
  let peakMemory = 0;
  let killTimer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    if (killTimer !== undefined) return;
    signalSession(session, 'SIGTERM');
    killTimer = setTimeout(() => signalSession(session, 'SIGKILL'), grace * 1e3);
  };
  const limitTimer = setTimeout(
    () => {
      timedOut = true;
      stop();
    },
    // setTimeout counts in 32 bits: longer limits are no limits.
    Math.min(timeout * 1e3, 2_147_483_647),
  );
  const memoryTimer = setInterval(() => {
    const taken = sessionProcesses(session).reduce((sum, p) => sum + p.memory, 0);
    peakMemory = Math.max(peakMemory, taken);
    if (memory === undefined || taken <= memory) return;
    outOfMemory = true;
    stop();
  }, LOOK);
  let onAbort: () => void = stop;
  const superseded = new Promise<never>((_, reject) => {
    onAbort = () => (signal.reason instanceof Superseded ? reject(signal.reason) : stop());
  });
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    const exit = await Promise.race([ended, superseded]);
    signalSession(session, 'SIGKILL');
    signal.throwIfAborted();
    return { ...exit, timedOut, outOfMemory, peakMemory, seconds: (performance.now() - started) / 1e3 };
  } finally {
    clearTimeout(limitTimer);
    clearTimeout(killTimer);
    clearInterval(memoryTimer);
    signal.removeEventListener('abort', onAbort);
  }
}
