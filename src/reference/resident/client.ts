import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessIdentity } from '../../processes.js';
import type { ProgramEnd } from '../launchers/process.js';
import { type Connection, ConnectionLost } from '../sockets/connection.js';
import { sayExit } from '../sockets/conversation.js';
import { type Exchange, exchange } from './exchange.js';
import { forget, logSize, textsOf } from './folder.js';
import { type Ending, type RunningProgram, startResident } from './program.js';
import type { ResidentAnswer, ResidentFailed, ResidentProgram, ResidentRequest } from './types.js';

/** One program of a pool, for one structure at a time. */
export interface ResidentClient {
  readonly key: string;
  /** Structures that it has answered. */
  uses(): number;
  /** Whether it can take another structure. */
  isUsable(): boolean;
  /** After a failure or an abort the program has ended; rejects with the signal's reason after an abort. */
  evaluate(request: ResidentRequest, signal: AbortSignal): Promise<ResidentAnswer>;
  /** Asks it to leave, then makes it. */
  stop(): Promise<void>;
  /** At once, for a program that is about to exit itself. */
  kill(): void;
  /** Resolves when it is gone, and its folder too. */
  readonly gone: Promise<void>;
}

/** ms for a program whose connection is lost to end, and for one that is asked to leave. */
const LEAVE_MS = 3000;

/** Starts a program; throws the system's error where its folder or its socket cannot be made. */
export async function startClient(
  root: string,
  program: ResidentProgram,
  owner: ProcessIdentity,
): Promise<ResidentClient> {
  const running = await startResident(root, program, owner);
  let connection: Connection | undefined;
  let usable = true;
  let uses = 0;
  /** Where stdout of its first structure begins. */
  let first: number | undefined;
  let evaluation: Promise<unknown> = Promise.resolve();
  running.connection.then(
    (made) => {
      connection = made;
    },
    () => undefined,
  );
  const gone = running.ending.then(async () => {
    usable = false;
    connection?.close();
    // An evaluation that failed still reads what the program wrote.
    await evaluation;
    await running.remove();
  });

  async function evaluate(request: ResidentRequest, signal: AbortSignal): Promise<ResidentAnswer> {
    const started = performance.now();
    let from = await logSize(running.folder);
    let begun = false;
    const came = await exchange(running, request, signal, async () => {
      await forget(running.folder, request.reads);
      from = await logSize(running.folder);
      first ??= from;
      begun = true;
      return from;
    });
    const memory = running.memory();
    const ending = came.kind === 'forces' ? undefined : await endingAfter(running, came);
    if (came.kind === 'aborted') throw signal.reason;
    const texts = await textsOf(running.folder, first ?? from, from, request.reads);
    const seconds = (performance.now() - started) / 1e3;
    if (ending !== undefined) return { ...failureOf(came, ending, seconds), begun, texts, seconds, memory };
    uses++;
    return {
      answered: true,
      ...(came as Extract<Exchange, { kind: 'forces' }>).forces,
      texts,
      seconds,
      memory,
    };
  }

  return {
    key: program.key,
    uses: () => uses,
    isUsable: () => usable && connection?.isLost() !== true,
    evaluate(request, signal) {
      const answer = evaluate(request, signal);
      evaluation = answer.catch(() => undefined);
      return answer;
    },
    async stop() {
      usable = false;
      if (connection !== undefined) sayExit(connection);
      const patience = sleep(connection === undefined ? 0 : LEAVE_MS, undefined, { ref: false });
      await Promise.race([gone, patience]);
      running.stop();
      await gone;
    },
    kill: running.kill,
    gone,
  };
}

/** Waits until the program has ended: by itself where its connection is lost, else it is ended. */
async function endingAfter(running: RunningProgram, came: Exchange): Promise<Ending> {
  if (came.kind === 'broken' && came.error instanceof ConnectionLost)
    await Promise.race([running.ending, sleep(LEAVE_MS, undefined, { ref: false })]);
  running.stop();
  return running.ending;
}

type Failure = Pick<ResidentFailed, 'answered' | 'failure' | 'message' | 'end'>;

function failureOf(came: Exchange, ending: Ending, seconds: number): Failure {
  const none: ProgramEnd = {
    exitCode: null,
    killedBy: null,
    timedOut: came.kind === 'timeout',
    outOfMemory: false,
    peakMemory: 0,
    seconds,
  };
  if (ending.kind === 'not-started') {
    const { code } = ending.cause;
    const missing = code === 'ENOENT' || code === 'EACCES';
    const message = `cannot be started (${code ?? ending.cause})`;
    return { answered: false, failure: missing ? 'missing' : 'not-started', message, end: none };
  }
  // One that ended by itself says so, whatever was seen of its connection.
  if (ending.kind === 'ended' && came.kind !== 'timeout')
    return { answered: false, failure: 'ended', message: 'ended', end: { ...ending.end, seconds } };
  if (came.kind === 'broken') {
    return { answered: false, failure: 'protocol', message: came.error.message, end: none };
  }
  return { answered: false, failure: 'ended', message: 'was stopped at its time limit', end: none };
}
