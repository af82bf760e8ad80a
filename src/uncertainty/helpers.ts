import { Worker } from 'node:worker_threads';
import { FailureError } from '../errors.js';
import { kernelModule } from '../numerics/kernels/kernels.js';
import { type Chunks, CONTROL, type ErrorPlan, type Scratch, takeChunks } from './errorChunks.js';

/** What a helper thread is given; all of it shared with its owner but the scratch area, which is its own. */
export interface HelperData {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly plan: ErrorPlan;
  readonly scratch: Scratch;
  readonly chunks: Chunks;
  /** [CONTROL.words] shared */
  readonly control: Int32Array;
}

/** The compiled entry; another where this module does not run from where it was compiled to. */
export const HELPER_ENTRY = new URL('./errorHelper.js', import.meta.url);
/** A helper that took work and has not given it back after this long is dead. */
const DEAD_AFTER_MS = 120_000;

/**
 * Threads that share the work of one error kernel. Synchronous: the owner works along and sleeps for the rest, no message
 * is sent. A helper that is late costs nothing, since the others take its chunks.
 */
export class Helpers {
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.words));
  readonly #workers: readonly Worker[];
  readonly #chunks: Chunks;
  readonly #groups: number;

  constructor(memory: WebAssembly.Memory, plan: ErrorPlan, scratches: readonly Scratch[], entry: URL) {
    this.#groups = plan.groups.length / 3;
    this.#chunks = evenChunks(this.#groups, scratches.length + 1, plan.batch);
    this.#workers = scratches.map((scratch) => {
      const data: HelperData = {
        module: kernelModule(),
        memory,
        plan,
        scratch,
        chunks: this.#chunks,
        control: this.#control,
      };
      const worker = new Worker(entry, { workerData: data });
      worker.unref();
      return worker;
    });
  }

  /** Runs `compute` over all groups, in this thread and in the helpers. */
  run(compute: (first: number, end: number) => void): void {
    const control = this.#control;
    Atomics.store(control, CONTROL.finished, 0);
    Atomics.store(control, CONTROL.next, 0);
    Atomics.add(control, CONTROL.round, 1);
    Atomics.notify(control, CONTROL.round);
    takeChunks(control, this.#chunks, this.#groups, compute);
    for (let done = 0; ; ) {
      done = Atomics.load(control, CONTROL.finished);
      if (done >= this.#chunks.count) return;
      if (Atomics.wait(control, CONTROL.finished, done, DEAD_AFTER_MS) === 'timed-out') {
        throw new FailureError('a helper thread does not answer', 'run with one thread per walker');
      }
    }
  }

  close(): void {
    Atomics.store(this.#control, CONTROL.quit, 1);
    Atomics.add(this.#control, CONTROL.round, 1);
    Atomics.notify(this.#control, CONTROL.round);
    for (const worker of this.#workers) void worker.terminate();
  }
}

/** As few chunks as fit into a batch, equally many for each thread. */
function evenChunks(groups: number, threads: number, batch: number): Chunks {
  const perThread = Math.ceil(groups / (threads * batch));
  const size = Math.ceil(groups / (threads * perThread));
  return { size, count: Math.ceil(groups / size) };
}
