import { FailureError } from '../errors.js';
import type { FailureClass } from './types.js';

/** What a reference calculation that failed says of itself. */
export interface ReferenceFailureDetails {
  /** Decides what is done next: each class has its own retry policy. */
  readonly failureClass: FailureClass;
  /** A short name that corrections are looked up by, e.g. `exit-code`, `timeout`, `no-output`. */
  readonly symptom: string;
  /** Lines of output that a person should see. */
  readonly evidence?: readonly string[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** A reference calculation that gave no result. (What a person got wrong before it started is an `InputError`.) */
export class ReferenceFailure extends FailureError {
  readonly failureClass: FailureClass;
  readonly symptom: string;
  readonly evidence: readonly string[];

  constructor(message: string, details: ReferenceFailureDetails) {
    super(message, details.hint, details.cause === undefined ? undefined : { cause: details.cause });
    this.failureClass = details.failureClass;
    this.symptom = details.symptom;
    this.evidence = details.evidence ?? [];
  }
}
