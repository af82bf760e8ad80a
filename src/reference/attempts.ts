import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ReferenceFailure } from './failures.js';
import { checkLabel } from './gate.js';
import { type Correction, nextCorrection } from './ladder.js';
import type { GateLimits } from './settings.js';
import type { Calculator, FailureClass, ReferenceResult, ReferenceStructure } from './types.js';

/** One attempt at a label: what was run, and what came of it. */
export interface AttemptRecord {
  readonly number: number;
  readonly program: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly seconds: number;
  /** An interrupted run was ended from outside: it does not count against the structure. */
  readonly outcome: 'accepted' | 'rejected' | 'failed' | 'interrupted';
  readonly reason?: string;
  readonly symptom?: string;
  readonly evidence?: readonly string[];
  /** Names of the corrections it ran with. */
  readonly corrections?: readonly string[];
  /** Among them is one that changes what is computed. */
  readonly changesPhysics?: true;
}

export interface LabelRequest {
  readonly calculator: Calculator;
  readonly structure: ReferenceStructure;
  readonly limits: GateLimits;
  /** Attempts at a failure that no correction is known for. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  /** A folder that does not exist yet; removed in the end. */
  readonly scratch: string;
  readonly onAttempt?: (number: number) => void;
}

export type LabelAnswer = { readonly attempts: readonly AttemptRecord[] } & (
  | { readonly accepted: true; readonly result: ReferenceResult; readonly netForce: number }
  | { readonly accepted: false; readonly reason: string }
);

/** Failures that are the structure's or the settings' own; those of machine, disk or input are for others to mend. */
const PROGRAM_FAILURES: readonly FailureClass[] = ['program-known', 'program-unknown'];
/** Runs ended from outside before it is left to a longer pause. */
const INTERRUPTIONS = 3;
/** A run that was ended from outside goes on from what it left. */
const RESUME: Correction = { name: 'resume', start: 'density' };

/**
 * Computes one label: a failure is corrected by the code's ladder and tried again, until a label passes the gate or the
 * ladder ends. Throws `ReferenceFailure` for what is not the structure's fault, and the signal's reason after an abort.
 */
export async function computeLabel(request: LabelRequest): Promise<LabelAnswer> {
  const { calculator, signal, scratch } = request;
  const attempts: AttemptRecord[] = [];
  const made: Correction[] = [];
  let resume = false;
  let interruptions = 0;
  let repeats = 0;
  try {
    for (let number = 1; ; number++) {
      request.onAttempt?.(number);
      // A code with a ladder finds its density where it left it; any other starts in an empty folder.
      const folder = calculator.correctable ? scratch : join(scratch, String(number));
      await mkdir(folder, { recursive: true });
      const corrections = resume ? [...made, RESUME] : made;
      const ran = await attempt(request, number, { signal, scratch: folder, corrections });
      attempts.push(ran.record);
      if (ran.label) return { accepted: true, ...ran.label, attempts };
      const { failureClass, symptom, reason, failure } = ran;
      const next = correctionFor(calculator, symptom, made);
      resume = false;
      if (next) made.push(next);
      else if (failureClass === 'machine' && calculator.correctable && ++interruptions < INTERRUPTIONS)
        resume = true;
      else if (failure && !PROGRAM_FAILURES.includes(failureClass)) throw failure;
      else if (isKnown(calculator, symptom) || ++repeats >= request.attempts)
        return { accepted: false, reason, attempts };
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function correctionFor({ correctable }: Calculator, symptom: string, made: readonly Correction[]) {
  if (correctable === undefined) return undefined;
  const { ladder, settings, policy } = correctable;
  return nextCorrection(ladder, symptom, settings, made, policy);
}

/** The same calculation again would only fail in the same way. */
function isKnown({ correctable }: Calculator, symptom: string): boolean {
  return correctable?.ladder.rules.some((rule) => rule.symptom === symptom) ?? false;
}

type Ran =
  | { readonly record: AttemptRecord; readonly label: { result: ReferenceResult; netForce: number } }
  | {
      readonly record: AttemptRecord;
      readonly label?: undefined;
      readonly failureClass: FailureClass;
      readonly symptom: string;
      readonly reason: string;
      /** Absent where the gate rejected a result. */
      readonly failure?: ReferenceFailure;
    };

async function attempt(
  { calculator, structure, limits }: LabelRequest,
  number: number,
  context: Parameters<Calculator['evaluate']>[1] & { readonly corrections: readonly Correction[] },
): Promise<Ran> {
  const clock = performance.now();
  const started = new Date().toISOString();
  const { corrections } = context;
  const record = (rest: Pick<AttemptRecord, 'program' | 'outcome' | 'reason' | 'symptom' | 'evidence'>) => ({
    number,
    started,
    seconds: (performance.now() - clock) / 1e3,
    ...(corrections.length > 0 && { corrections: corrections.map(({ name }) => name) }),
    ...(corrections.some((c) => c.changesPhysics) && { changesPhysics: true as const }),
    ...rest,
  });
  try {
    const result = await calculator.evaluate(structure, context);
    const verdict = checkLabel(structure, result, limits);
    const said = { program: result.program, ...(result.evidence && { evidence: result.evidence }) };
    if (verdict.accepted) {
      return {
        record: record({ ...said, outcome: 'accepted' }),
        label: { result, netForce: verdict.netForce },
      };
    }
    const symptom = `gate-${verdict.rule}`;
    const { reason } = verdict;
    return {
      record: record({ ...said, outcome: 'rejected', symptom, reason }),
      failureClass: 'program-known',
      symptom,
      reason,
    };
  } catch (failure) {
    if (context.signal.aborted || !(failure instanceof ReferenceFailure)) throw failure;
    const { failureClass, symptom, message: reason, evidence } = failure;
    const outcome = failureClass === 'machine' ? 'interrupted' : 'failed';
    return {
      record: record({ program: calculator.name, outcome, symptom, reason, evidence }),
      failureClass,
      symptom,
      reason,
      failure,
    };
  }
}
