import type { MessagePort } from 'node:worker_threads';
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Piscina } from 'piscina';
import { STOP, type TaskFailure, type TaskName } from './protocol.js';
import { type RunningTask, startTask } from './runningTask.js';

/** How often a running activity says that it lives, whatever its thread is doing. */
const HEARTBEAT_MS = 1000;
/** What waits for room on a disk, or for rights, is looked after this often. */
const STORE_RETRY = '5s';

/** Worker threads of one role. All numerics run there: the main thread only heartbeats. */
export interface ThreadPool {
  /**
   * Runs a task for the current activity: its progress becomes heartbeat details, its cancellation a request to stop.
   * An attempt that the server has given up on (no heartbeat came through for too long) lets go of its task; the next attempt,
   * where it comes to this worker, takes hold of it again, and nothing is lost.
   * @throws ApplicationFailure with the class of the failure as its type
   */
  run<Output>(task: TaskName, input: unknown): Promise<Output>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly threads: number;
  /** Given to every task: where the store and the result folders are. */
  readonly workerData: unknown;
  /** Whether the server answers now; never rejects. */
  readonly serverIsThere: () => Promise<boolean>;
  /** What the main thread does for each task, over a port of its own. */
  readonly serve?: (port: MessagePort) => void;
}

export function createThreadPool({ threads, workerData, serverIsThere, serve }: PoolOptions): ThreadPool {
  const pool = new Piscina({
    filename: new URL('./thread.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: threads,
    // Threads keep force fields, kernels and sums between tasks.
    idleTimeout: Infinity,
    concurrentTasksPerWorker: 1,
    workerData,
  });
  const running = new Map<string, RunningTask>();
  const taskOf = (task: TaskName, input: unknown): RunningTask => {
    const key = `${task} ${JSON.stringify(input)}`;
    const known = running.get(key);
    if (known !== undefined) return known;
    const started = startTask(pool, task, input, () => running.delete(key), serverIsThere, serve);
    running.set(key, started);
    return started;
  };
  return {
    run: (task, input) => attend(taskOf(task, input)),
    close: () => pool.destroy(),
  };
}

/** One attempt of an activity at a task. */
async function attend<Output>(task: RunningTask): Promise<Output> {
  // The attempt's own, for calls that come from elsewhere: the server's word, the task's thread.
  const context = Context.current();
  const { cancellationSignal } = context;
  const pulse = setInterval(() => context.heartbeat(task.progress()), HEARTBEAT_MS);
  const letGo = task.hold((progress) => context.heartbeat(progress));
  let leave: () => void = () => undefined;
  const left = new Promise<'left'>((resolve) => {
    leave = () => {
      const details = context.cancellationDetails;
      if (details?.notFound || details?.timedOut) resolve('left');
      // A worker that shuts down sees its activities cancelled too: others have those next.
      else task.stop(details?.cancelRequested ? STOP.cancelled : STOP.handedOver);
    };
  });
  cancellationSignal.addEventListener('abort', leave);
  if (cancellationSignal.aborted) leave();
  try {
    const reply = await Promise.race([task.reply, left]);
    if (reply === 'left') throw ApplicationFailure.retryable('another attempt has taken over', 'superseded');
    if (reply.outcome === 'done') return reply.output as Output;
    if (reply.outcome === 'stopped') {
      cancellationSignal.throwIfAborted();
      throw ApplicationFailure.retryable('the task was stopped', 'stopped');
    }
    throw failureOf(reply.failure);
  } finally {
    clearInterval(pulse);
    cancellationSignal.removeEventListener('abort', leave);
    letGo();
  }
}

function failureOf({ message, type, retryable, stack }: TaskFailure): ApplicationFailure {
  const nextRetryDelay = type === 'store' ? STORE_RETRY : undefined;
  const failure = ApplicationFailure.create({ message, type, nonRetryable: !retryable, nextRetryDelay });
  if (stack !== undefined) failure.stack = stack;
  return failure;
}
