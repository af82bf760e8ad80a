import type { MessagePort } from 'node:worker_threads';
import type { FailureClass } from '../src/reference/types.js';

/** What runs in a worker thread: the work of one activity. */
export type TaskName =
  | 'prepare'
  | 'displace'
  | 'take'
  | 'screen'
  | 'refit'
  | 'archive'
  | 'record'
  | 'publish'
  | 'explore'
  | 'label'
  | 'testSet';

export interface TaskRequest {
  readonly task: TaskName;
  readonly input: unknown;
  /** Progress goes out here. */
  readonly port: MessagePort;
  /** To what the main thread does for tasks; absent where it does nothing. */
  readonly service?: MessagePort;
  /** [1] shared; not 0, one of `STOP`: stop at the next opportunity. */
  readonly stop: Int32Array;
}

/** Why a task is to stop: nobody wants its result any more, or another worker goes on with it. */
export const STOP = { cancelled: 1, handedOver: 2 } as const;

export type TaskReply<Output> =
  | { readonly outcome: 'done'; readonly output: Output }
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'failed'; readonly failure: TaskFailure };

/** An error as it crosses the thread boundary, where classes are lost. */
export interface TaskFailure {
  readonly message: string;
  readonly type: FailureClass;
  readonly retryable: boolean;
  readonly stack?: string;
}

/** Heartbeat details: what a task is at. */
export type TaskProgress =
  | {
      readonly phase: 'md';
      readonly walker: number;
      readonly step: number;
      readonly untilStep: number;
      readonly stepsPerSecond: number;
      /** eV/Å */
      readonly rms: number;
      readonly error: number;
      readonly mean: number;
      readonly deviation: number;
      readonly threshold: number;
      /** K */
      readonly temperature: number;
      /** ε_B since the last message, thinned. */
      readonly recent: readonly number[];
    }
  | { readonly phase: 'test-set'; readonly frames: number; readonly of: number }
  | { readonly phase: 'label'; readonly structure: number; readonly attempt: number }
  | { readonly phase: 'basis' | 'fit' | 'report' };

/** Thrown by a task that was asked to stop; what it had done is on disk. */
export class TaskStopped extends Error {
  override readonly name = 'TaskStopped';
}
