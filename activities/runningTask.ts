import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import { systemCode } from '../src/store/errors.js';
import { STOP, type TaskName, type TaskReply, type TaskRequest } from './protocol.js';

/** A task in its thread, whoever waits for it. */
export interface RunningTask {
  readonly reply: Promise<TaskReply<unknown>>;
  /** The latest report; null before the first. */
  progress(): unknown;
  /** Takes an interest in the task; gets its reports. The function that is returned gives the interest up. */
  hold(onProgress: (progress: unknown) => void): () => void;
  /** Asks it to stop, for one of the reasons of `STOP`; a thread that does not by itself is ended. */
  stop(reason: number): void;
}

/**
 * How long a task that nobody holds goes on, counted while the server can be reached: the next attempt comes a second after the
 * server has given up on the last one, and a server that is away gives up on nobody and sends nobody.
 */
const ALONE_MS = 15_000;
/** From the request to stop until the thread is ended: long enough for a checkpoint, or for a program's group to be killed. */
const STOP_MS: Readonly<Partial<Record<TaskName, number>>> = { explore: 5000, label: 7000 };
/** Fits and pages leave nothing behind when they are cut. */
const STOP_AT_ONCE_MS = 1000;

/**
 * @param over called when neither the task nor its reply will be wanted any more
 * @param serverIsThere whether the server answers now
 * @param serve what the main thread does for the task, over the port that it is given
 */
export function startTask(
  pool: Piscina,
  task: TaskName,
  input: unknown,
  over: () => void,
  serverIsThere: () => Promise<boolean>,
  serve?: (port: MessagePort) => void,
): RunningTask {
  const { port1, port2 } = new MessageChannel();
  const service = serve && new MessageChannel();
  if (service) serve(service.port1);
  const stopFlag = new Int32Array(new SharedArrayBuffer(4));
  const end = new AbortController();
  const holders = new Set<(progress: unknown) => void>();
  let progress: unknown = null;
  let settled = false;
  let alone: NodeJS.Timeout | undefined;
  let ending: NodeJS.Timeout | undefined;
  port1.on('message', (message: unknown) => {
    progress = message;
    for (const tell of holders) tell(progress);
  });
  const stop = (reason: number): void => {
    Atomics.store(stopFlag, 0, reason);
    ending ??= setTimeout(() => end.abort(), STOP_MS[task] ?? STOP_AT_ONCE_MS).unref();
  };
  const abandon = (): void => {
    alone = undefined;
    if (settled) over();
    else stop(STOP.handedOver);
  };
  // A server that has just come back has had no time yet to send the next attempt: it must have been there before as well.
  const waitAlone = (wasThere: boolean): void => {
    const timer = setTimeout(async () => {
      const isThere = await serverIsThere();
      // Somebody has taken hold of it meanwhile.
      if (alone !== timer) return;
      if (wasThere && isThere) abandon();
      else waitAlone(isThere);
    }, ALONE_MS).unref();
    alone = timer;
  };
  const request: TaskRequest = { task, input, port: port2, service: service?.port2, stop: stopFlag };
  const transferList = service ? [port2, service.port2] : [port2];
  const reply = pool
    .run(request, { transferList, signal: end.signal })
    .catch((error: unknown): TaskReply<unknown> => {
      if (end.signal.aborted) return { outcome: 'stopped' };
      return { outcome: 'failed', failure: threadFailure(task, error) };
    })
    .finally(() => {
      settled = true;
      clearTimeout(ending);
      port1.close();
      service?.port1.close();
      // A reply that comes while nobody holds the task is kept for the next attempt.
      if (holders.size === 0 && alone === undefined) over();
    }) as Promise<TaskReply<unknown>>;
  return {
    reply,
    progress: () => progress,
    hold(onProgress) {
      clearTimeout(alone);
      alone = undefined;
      holders.add(onProgress);
      return () => {
        holders.delete(onProgress);
        if (holders.size > 0) return;
        if (settled) over();
        else waitAlone(true);
      };
    },
    stop,
  };
}

/** A thread that died under its task: its memory, as a rule, which the machine may have again. */
function threadFailure(task: TaskName, error: unknown) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const memory = systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY';
  const text = memory ? `out of memory (${message})` : message;
  return {
    message: `the thread of ${task} ended: ${text}`,
    type: 'machine',
    retryable: true,
    stack,
  } as const;
}
