import type { Residents } from '../../src/reference/resident/types.js';
import type { Store } from '../../src/store/types.js';
import type { TaskProgress } from '../protocol.js';

/** Folders of this worker; campaigns know only the store's contents. */
export interface Places {
  /** With the progress of walkers beside its objects. */
  readonly store: string;
  /** Scratch of reference programs. */
  readonly work: string;
  /** Where results are laid out for a person: `runs/NAME`. */
  readonly runs: string;
}

/** What the threads of a worker are given. */
export interface WorkerSettings extends Places {
  /** Threads that share the error bar of one walker. */
  readonly threadsPerWalker: number;
}

/** What a task may use. */
export interface TaskEnvironment {
  readonly places: Places;
  readonly store: Store;
  /** Threads that share the error bar of one walker; 1 without. */
  readonly threadsPerWalker?: number;
  /** Programs of the worker that stay between labels. */
  readonly residents?: Residents;
  report(progress: TaskProgress): void;
  /** True once the activity was cancelled or the worker shuts down. */
  shouldStop(): boolean;
  /** Then: another worker goes on with it; absent where there is none. */
  isHandedOver?(): boolean;
}
