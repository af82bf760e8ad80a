import { type ChildProcess, spawn } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, type ProcessIdentity, stateOf } from '../../processes.js';
import { sessionProcesses, signalSession } from './session.js';
import type { Job } from './types.js';

/** A program to run on this machine, in a session of its own; its memory is limited on Linux alone. */
export interface ProgramRun extends Omit<Job, 'name' | 'more' | 'prepare'> {
  /** File that tells, while it runs and after, which process it is. */
  readonly record: string;
  /** Called as soon as it runs. */
  readonly onStart?: (process: ProcessIdentity) => void;
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
  readonly seconds: number;
}

/** ms between two looks at its memory. */
const LOOK = 500;

/**
 * Runs a program to its end. On abort and at its limits all that it started gets SIGTERM, then SIGKILL; what it
 * leaves behind is killed in any case, so there are no orphans. Rejects with the signal's reason after an
 * abort (when all of it is gone), and with the system's error where the program cannot be started.
 */
export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  run.signal.throwIfAborted();
  const started = performance.now();
  const child = await start(run);
  const identity = child.pid === undefined ? undefined : await identityOf(child.pid);
  // Without it a run whose worker dies is run again; that is no reason to fail now.
  if (identity !== undefined) {
    run.onStart?.(identity);
    await writeFile(run.record, JSON.stringify(identity)).catch(() => undefined);
  }
  const end = await watch(child, run);
  run.signal.throwIfAborted();
  return { ...end, seconds: (performance.now() - started) / 1e3 };
}

/** How often a program is looked after that is no child of ours. */
const LOOK_MS = 200;

/**
 * Waits for a program that an earlier process has started and not seen to its end, because it died. False where none was
 * started. How it ended is unknown then: what it wrote has to show it. Ends it and all that it started on abort and rejects with the reason.
 */
export async function waitForEarlier(run: Pick<ProgramRun, 'record' | 'signal' | 'grace'>): Promise<boolean> {
  const identity = await readProcess(run.record);
  if (identity === undefined) return false;
  let asked: number | undefined;
  while ((await stateOf(identity)) === 'alive') {
    if (run.signal.aborted) {
      asked ??= performance.now();
      const force = performance.now() - asked > run.grace * 1e3;
      signalSession(identity.pid, force ? 'SIGKILL' : 'SIGTERM');
    }
    await sleep(LOOK_MS);
  }
  run.signal.throwIfAborted();
  return true;
}

/** The process that a record tells of; undefined where there is none, or one that was cut while it was written. */
export async function readProcess(record: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(record, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
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

function watch(child: ChildProcess, run: ProgramRun): Promise<Omit<ProgramEnd, 'seconds'>> {
  const session = child.pid!;
  return new Promise((resolve) => {
    let timedOut = false;
    let outOfMemory = false;
    let peakMemory = 0;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      if (killTimer !== undefined) return;
      signalSession(session, 'SIGTERM');
      killTimer = setTimeout(() => signalSession(session, 'SIGKILL'), run.grace * 1e3);
    };
    const limitTimer = setTimeout(
      () => {
        timedOut = true;
        stop();
      },
      // setTimeout counts in 32 bits: longer limits are no limits.
      Math.min(run.timeout * 1e3, 2_147_483_647),
    );
    const memoryTimer = setInterval(() => {
      const memory = sessionProcesses(session).reduce((sum, p) => sum + p.memory, 0);
      peakMemory = Math.max(peakMemory, memory);
      if (run.memory === undefined || memory <= run.memory) return;
      outOfMemory = true;
      stop();
    }, LOOK);
    const finish = (exitCode: number | null, killedBy: NodeJS.Signals | null): void => {
      clearTimeout(limitTimer);
      clearTimeout(killTimer);
      clearInterval(memoryTimer);
      run.signal.removeEventListener('abort', stop);
      signalSession(session, 'SIGKILL');
      resolve({ exitCode, killedBy, timedOut, outOfMemory, peakMemory });
    };
    if (child.exitCode !== null || child.signalCode !== null) {
      finish(child.exitCode, child.signalCode);
      return;
    }
    child.once('exit', finish);
    run.signal.addEventListener('abort', stop);
    if (run.signal.aborted) stop();
  });
}
