import type { LadderRule } from '../ladder.js';
import type { ProgramEnd } from './process.js';

/** A program that a calculator wants to have run. */
export interface Job<Answer> {
  /** The same again after a restart, another for every attempt; absent where nobody asks for it a second time. */
  readonly name?: string;
  /** Program and arguments; no shell sees them. */
  readonly argv: readonly string[];
  /** Working folder, of this structure's alone. */
  readonly folder: string;
  /** Files that take what it prints. */
  readonly stdout: string;
  readonly stderr: string;
  /** Wall-clock limit, s. */
  readonly timeout: number;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace: number;
  /** Limit of resident memory of all its processes together, bytes. */
  readonly memory?: number;
  /** Variables set on top of this program's own. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What the corrections so far ask for, as a multiple of the first attempt's. */
  readonly more?: Resources;
  readonly signal: AbortSignal;
  /** Writes the inputs, and removes outputs that are there. Not called where the program has been started already. */
  prepare(): Promise<void>;
  /** Reads what the program has written; throws `ReferenceFailure` where that is no answer. May be asked twice. */
  read(end: ProgramEnd): Promise<Answer>;
}

/** Factors on what a program is given. */
export interface Resources {
  readonly time?: number;
  readonly memory?: number;
}

/** Where programs run. Belongs to no label's identity: the same forces come from anywhere. */
export interface Launcher {
  readonly kind: 'process' | 'slurm';
  /** Its programs outlive this one: their folders are kept where it stops, and found again. */
  readonly durable: boolean;
  /** Its own failures, by the symptom of the `ReferenceFailure`, and what helps. */
  readonly rules: readonly LadderRule[];
  /**
   * The answer of a program: of one with this name that an earlier worker has started in this folder, else of one that is run to its end.
   * Throws `ReferenceFailure` where it cannot be started, for the launcher's own failures and those of its answer, and the
   * signal's reason after an abort.
   */
  run<Answer>(job: Job<Answer>): Promise<Answer>;
}

/** An abort for this reason ends the waiting only: whoever waits next finds the job. */
export class Detached extends Error {
  override readonly name: string = 'Detached';
}

/** An abort for this reason: another worker has the job now, and its folder. Programs of this machine go on too. */
export class Superseded extends Detached {
  override readonly name = 'Superseded';
}
