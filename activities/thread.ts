import { workerData } from 'node:worker_threads';
import { FailureError, InputError } from '../src/errors.js';
import { ReferenceFailure } from '../src/reference/failures.js';
import { StoreError, storeError } from '../src/store/errors.js';
import { openFolderStore } from '../src/store/folderStore.js';
import { STOP, type TaskFailure, type TaskReply, type TaskRequest, TaskStopped } from './protocol.js';
import { residentsOver } from './residents.js';
import type { TaskEnvironment, WorkerSettings } from './tasks/environment.js';
import { tasks } from './tasks/index.js';

/** Entry of every worker thread: one task at a time, errors turned into data. */

// piscina wraps what it was given.
const settings = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerSettings;
let store: ReturnType<typeof openFolderStore> | undefined;

export default async function runTask(request: TaskRequest): Promise<TaskReply<unknown>> {
  const { task, input, port, service, stop } = request;
  try {
    store ??= openFolderStore(settings.store, { mustExist: true });
    const environment: TaskEnvironment = {
      places: settings,
      store: await store,
      threadsPerWalker: settings.threadsPerWalker,
      residents: service && residentsOver(service),
      report: (progress) => port.postMessage(progress),
      shouldStop: () => Atomics.load(stop, 0) !== 0,
      isHandedOver: () => Atomics.load(stop, 0) === STOP.handedOver,
    };
    return { outcome: 'done', output: await tasks[task](environment, input as never) };
  } catch (error) {
    const known = asStoreError(error);
    if (known instanceof StoreError) store = undefined;
    return known instanceof TaskStopped
      ? { outcome: 'stopped' }
      : { outcome: 'failed', failure: classify(known) };
  } finally {
    port.close();
    service?.close();
  }
}

/** A system call on a file that failed outside the store says the same as inside: the disk is full, gone or closed to us. */
function asStoreError(error: unknown): unknown {
  const { path, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined || path === undefined ? error : storeError(error, syscall, path);
}

/** V8 and WebAssembly have no type of their own for memory that cannot be had. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocat|memory/i.test(error.message);
}

/**
 * The class of a failure decides whether it is tried again (CAMPAIGN, "Classes of failure"): what a person must change
 * and what would fail in the same way are not; what the world may mend is, for as long as it takes.
 */
function classify(error: unknown): TaskFailure {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const hint = error instanceof FailureError && error.hint !== undefined ? ` (${error.hint})` : '';
  const failure = (type: TaskFailure['type'], retryable: boolean): TaskFailure => ({
    message: message + hint,
    type,
    retryable,
    stack,
  });
  if (error instanceof InputError) return failure('input-wrong', false);
  if (error instanceof StoreError) return failure('store', true);
  if (isOutOfMemory(error)) return { ...failure('machine', true), message: `out of memory (${message})` };
  if (error instanceof ReferenceFailure)
    return failure(error.failureClass, ['machine', 'store'].includes(error.failureClass));
  return failure('bug', false);
}
