import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Claim, takeClaim } from '../claim.js';
import { ReferenceFailure } from './failures.js';
import { checkLabel } from './gate.js';
import type { GateLimits } from './gateLimits.js';
import { type Correction, DEFAULT_CORRECTIONS, type Ladder, nextCorrection } from './ladder.js';
import { Detached, Superseded } from './launchers/types.js';
import { type Progress, readProgress, START, writeProgress } from './progress.js';
import type { Residents } from './resident/types.js';
import { watchRoom } from './room.js';
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
  /** For codes that stay between structures. */
  readonly residents?: Residents;
  /** A folder that does not exist yet, or that of an earlier call that was left; removed in the end. */
  readonly scratch: string;
  readonly onAttempt?: (number: number) => void;
  /** Attempts made before, by whoever died in the middle; default: what a durable launcher's folder tells, else none. */
  readonly from?: Progress;
  /** Called with each attempt that has ended before anything else happens: a record outlives what follows. */
  readonly onEnded?: (progress: Progress, label?: AcceptedResult) => Promise<void>;
}

/** A result that has passed the gate. */
export interface AcceptedResult {
  readonly result: ReferenceResult;
  readonly netForce: number;
}

export type LabelAnswer = { readonly attempts: readonly AttemptRecord[] } & (
  | ({ readonly accepted: true } & AcceptedResult)
  | { readonly accepted: false; readonly reason: string }
);

/** Failures that are the structure's or the settings' own; those of machine, disk or input are for others to mend. */
const PROGRAM_FAILURES: readonly FailureClass[] = ['program-known', 'program-unknown'];
/** ms between two looks whether another worker has the folder, because this one was frozen, for example. */
const LOOK = 1000;
/** Runs ended from outside before it is left to a longer pause. */
const INTERRUPTIONS = 3;
/** A run that was ended from outside goes on from what it left. */
const RESUME: Correction = { name: 'resume', start: 'density' };

/**
 * Computes one label: a failure is corrected by the tables of code and launcher and tried again, until a label passes the gate
 * or the ladder ends. Throws `ReferenceFailure` for what is not the structure's fault, `Superseded` where another call has taken the
 * folder over, and the signal's reason after an abort; where programs outlive this one, the folder then stays, and the next
 * call with it goes on where this one was.
 */
export async function computeLabel(request: LabelRequest): Promise<LabelAnswer> {
  const { calculator, scratch } = request;
  const durable = calculator.launcher?.durable === true;
  await mkdir(scratch, { recursive: true });
  const isMine = claimFolder(scratch);
  const superseded = new AbortController();
  const look = setInterval(() => isMine() || superseded.abort(new Superseded()), LOOK);
  const signal = AbortSignal.any([request.signal, superseded.signal]);
  let again = false;
  try {
    const left = durable ? await readProgress(scratch) : START;
    const { from = START } = request;
    const reached = left.attempts.length > from.attempts.length ? left : from;
    return await climb({ ...request, signal }, reached, isMine);
  } catch (error) {
    again = comesBack(error, signal, durable);
    throw error;
  } finally {
    clearInterval(look);
    if (!again && isMine()) await rm(scratch, { recursive: true, force: true });
  }
}

/** Takes a label's folder away from any worker before; tells from then on whether another has taken it in turn, or is done with it. */
function claimFolder(folder: string): () => boolean {
  let claim: Claim;
  try {
    claim = takeClaim(join(folder, 'claim'));
  } catch {
    // No room, most likely. What follows will say so.
    return () => true;
  }
  return () => {
    try {
      return claim.isMine();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'ENOENT';
    }
  };
}

/** Whether the folder has what the next call can use: a run that goes on, or an answer that could not be kept. */
function comesBack(error: unknown, signal: AbortSignal, durable: boolean): boolean {
  if (signal.aborted) return durable && signal.reason instanceof Detached;
  if (!(error instanceof ReferenceFailure)) return true;
  return error.failureClass === 'store' || (durable && error.failureClass === 'machine');
}

async function climb(request: LabelRequest, from: Progress, isMine: () => boolean): Promise<LabelAnswer> {
  const { calculator, signal, scratch, residents } = request;
  const durable = calculator.launcher?.durable === true;
  const resumable = calculator.correctable !== undefined || calculator.resident || durable;
  const ended = async (reached: Progress): Promise<void> => {
    if (durable) await writeProgress(scratch, reached);
    await request.onEnded?.(reached);
  };
  let progress = from;
  for (;;) {
    const { attempts, made } = progress;
    const number = attempts.length + 1;
    request.onAttempt?.(number);
    // A code with a ladder finds its density where it left it; any other starts in an empty folder.
    const folder = calculator.correctable ? scratch : join(scratch, String(number));
    await mkdir(folder, { recursive: true });
    const corrections = progress.resume ? [...made, RESUME] : made;
    const context = { signal, scratch: folder, name: String(number), corrections, residents };
    const ran = await attempt(request, number, context);
    // What it found may be another's doing: it puts nothing on record.
    if (!isMine()) throw new Superseded();
    // The run may well go on: it is no attempt that failed.
    if (!ran.label && ran.failure && UNSEEN.includes(ran.symptom)) throw ran.failure;
    const records = [...attempts, ran.record];
    if (ran.label) {
      await request.onEnded?.({ ...progress, attempts: records }, ran.label);
      return { accepted: true, ...ran.label, attempts: records };
    }
    const { failureClass, symptom, reason, failure } = ran;
    const next = correctionFor(calculator, symptom, made);
    progress = { ...progress, attempts: records, resume: false };
    if (next) progress = { ...progress, made: [...made, next] };
    else if (failureClass === 'machine' && resumable && progress.interruptions + 1 < INTERRUPTIONS)
      progress = { ...progress, resume: true, interruptions: progress.interruptions + 1 };
    else if (made.some(({ more }) => more) && REFUSALS.includes(symptom)) {
      await ended(progress);
      return { accepted: false, reason, attempts: records };
    } else if (failure && !PROGRAM_FAILURES.includes(failureClass)) {
      const { interruptions } = progress;
      // Each job has a name of its own, so that none that is over is asked for again.
      if (durable) await ended({ ...progress, interruptions: 0 });
      else if (failureClass === 'machine' && isNews(ran.record, attempts, INTERRUPTIONS))
        await ended({ ...progress, interruptions: interruptions + 1 });
      else if (failureClass === 'store' && isNews(ran.record, attempts, 1)) await ended(progress);
      throw failure;
    } else if (isKnown(calculator, symptom) || progress.repeats + 1 >= request.attempts) {
      await ended({ ...progress, repeats: progress.repeats + 1 });
      return { accepted: false, reason, attempts: records };
    } else progress = { ...progress, repeats: progress.repeats + 1 };
    await ended(progress);
  }
}

/** Whether it goes on record: for as long as a disk is full or a program is killed it is tried again, which may be for days. */
function isNews({ symptom }: AttemptRecord, before: readonly AttemptRecord[], limit: number): boolean {
  const row = before.slice(before.findLastIndex(({ outcome }) => outcome !== 'interrupted') + 1);
  return row.filter((attempt) => attempt.symptom === symptom).length < limit;
}

/** Symptoms of a launcher that lost sight of a run. */
const UNSEEN: readonly string[] = ['slurm-silent', 'job-files'];
/** Symptoms that mean, after a correction that asks for more, that there is no more. */
const REFUSALS: readonly string[] = ['job-refused', 'job-policy'];

function correctionFor(calculator: Calculator, symptom: string, made: readonly Correction[]) {
  const { settings = {}, policy = DEFAULT_CORRECTIONS } = calculator.correctable ?? {};
  return nextCorrection(ladderOf(calculator), symptom, settings, made, policy);
}

/** The same calculation again would only fail in the same way. */
function isKnown(calculator: Calculator, symptom: string): boolean {
  return ladderOf(calculator).rules.some((rule) => rule.symptom === symptom);
}

/** What helps against failures of the launcher, then of the code. */
function ladderOf({ launcher, correctable }: Calculator): Ladder {
  return {
    defaults: correctable?.ladder.defaults ?? {},
    rules: [...(launcher?.rules ?? []), ...(correctable?.ladder.rules ?? [])],
  };
}

type Ran =
  | { readonly record: AttemptRecord; readonly label: AcceptedResult }
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
  const disk = watchRoom(context.scratch);
  try {
    const result = await calculator.evaluate(structure, context).catch(async (error: unknown) => {
      throw (await disk.wasFull()) ? diskFull(context.scratch, error) : error;
    });
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
    const outcome = failureClass === 'machine' || failureClass === 'store' ? 'interrupted' : 'failed';
    return {
      record: record({ program: calculator.name, outcome, symptom, reason, evidence }),
      failureClass,
      symptom,
      reason,
      failure,
    };
  } finally {
    disk.end();
  }
}

/** Where the disk was full, that is why a program failed, whatever it says. */
function diskFull(folder: string, error: unknown): unknown {
  if (!(error instanceof ReferenceFailure) || error.failureClass === 'store') return error;
  if (UNSEEN.includes(error.symptom)) return error;
  const { evidence } = error;
  const message = `no room left on the disk of ${folder}`;
  return new ReferenceFailure(message, {
    failureClass: 'store',
    symptom: 'disk-full',
    evidence,
    cause: error,
  });
}
