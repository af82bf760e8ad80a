import { MessageChannel } from 'node:worker_threads';
import { Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { Piscina } from 'piscina';
import { STOP, type TaskFailure, type TaskName, type TaskReply, type TaskRequest } from './protocol.js';

/** How often a running activity says that it lives, whatever its thread is doing. */
const HEARTBEAT_MS = 1000;

/** Worker threads of one role. All numerics run there: the main thread only heartbeats. */
export interface ThreadPool {
  /**
   * Runs a task for the current activity: its progress becomes heartbeat details, its cancellation a request to stop.
   * @throws ApplicationFailure with the class of the failure as its type
   */
  run<Output>(task: TaskName, input: unknown): Promise<Output>;
  close(): Promise<void>;
}

export interface PoolOptions {
  readonly threads: number;
  /** Given to every task: where the store and the result folders are. */
  readonly workerData: unknown;
}

export function createThreadPool({ threads, workerData }: PoolOptions): ThreadPool {
  const pool = new Piscina({
    filename: new URL('./thread.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: threads,
    // Threads keep force fields, kernels and sums between tasks.
    idleTimeout: Infinity,
    concurrentTasksPerWorker: 1,
    workerData,
  });
  return {
    run: (task, input) => runTask(pool, task, input),
    close: () => pool.destroy(),
  };
}

async function runTask<Output>(pool: Piscina, task: TaskName, input: unknown): Promise<Output> {
  const { cancellationSignal } = Context.current();
  const { port1, port2 } = new MessageChannel();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  let progress: unknown = null;
  port1.on('message', (message: unknown) => {
    progress = message;
    heartbeat(progress);
  });
  const pulse = setInterval(() => heartbeat(progress), HEARTBEAT_MS);
  // Also a worker that shuts down, and one whose heartbeats came too late, see their activities cancelled: others have those next.
  const requestStop = () => {
    const { message } = cancellationSignal.reason as Error;
    Atomics.store(stop, 0, message === 'CANCELLED' ? STOP.cancelled : STOP.handedOver);
  };
  cancellationSignal.addEventListener('abort', requestStop);
  try {
    const request: TaskRequest = { task, input, port: port2, stop };
    const reply = (await pool.run(request, { transferList: [port2] })) as TaskReply<Output>;
    if (reply.outcome === 'done') return reply.output;
    if (reply.outcome === 'stopped') {
      cancellationSignal.throwIfAborted();
      throw ApplicationFailure.retryable('the task was stopped', 'stopped');
    }
    throw failureOf(reply.failure);
  } finally {
    clearInterval(pulse);
    cancellationSignal.removeEventListener('abort', requestStop);
    port1.close();
  }
}

function failureOf({ message, type, retryable, stack }: TaskFailure): ApplicationFailure {
  const failure = ApplicationFailure.create({ message, type, nonRetryable: !retryable });
  if (stack !== undefined) failure.stack = stack;
  return failure;
}
