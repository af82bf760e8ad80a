import { readFileSync } from 'node:fs';
import type { Problem } from '../../../errors.js';
import type { RunTexts, Start } from '../../ladder.js';
import type { ProgramEnd } from '../../launchers/process.js';
import type { Launcher } from '../../launchers/types.js';
import type { InputFiles, ReferenceContext, ReferenceResult, ReferenceStructure } from '../../types.js';
import { type Code, type Fail, type RunSettings, requireOwnEnd } from '../codeRun.js';
import { structureText } from '../exchange.js';
import { differenceOf } from '../sameAtoms.js';
import { type BridgeAnswer, type BridgeResult, errorLine } from './answer.js';
import type { AseSettings } from './settings.js';

/**
 * What the bridge makes of a job, by number: part of every label's identity, raised when the same job would give other numbers.
 * Not its checksum: a label does not become another one because a comment does.
 */
export const BRIDGE_MEANING = 1;

/** Names in the folder of a run. */
export const PROGRAM = 'bridge.py';
export const JOB = 'job.json';
const STRUCTURE = 'structure.xyz';
export const ANSWER = 'answer.json';
/** The calculator's own working folder in it. */
export const WORK = 'run';
export const LOGS = { stdout: 'stdout.txt', stderr: 'stderr.txt' };

/** What the bridge is told beyond names of files; bridge.py says how it reads it. */
export type BridgeJob = Readonly<Record<string, unknown>>;

export interface BridgeRun {
  /** The calculator stays in memory from one structure to the next, as a client of a socket. */
  readonly resident?: true | undefined;
  readonly code: Omit<Code, 'stdout' | 'stderr'>;
  readonly launcher: Launcher;
  /** The interpreter; files of the campaign's `folder` are found there. */
  readonly command: readonly string[];
  readonly folder: string;
  readonly settings: RunSettings;
  readonly structure: ReferenceStructure;
  readonly context: ReferenceContext;
  /** A file in the working folder that a later run can go on from. */
  readonly saved?: string;
  /** A text of the working folder that the code's table looks at, as `log`. */
  readonly log?: string;
  /** What goes on from `saved` is told so. */
  job(start: Start): BridgeJob;
  /** Further inputs. */
  readonly files?: InputFiles;
}

/** All that one run reads, ready for `python3 bridge.py job.json` in its folder. */
export function bridgeInputs(structure: ReferenceStructure, job: BridgeJob, files: InputFiles = {}) {
  const places = { structure: STRUCTURE, answer: ANSWER, folder: WORK };
  return {
    // Read here and now, as the nodes of a cluster may not see this program's folder.
    [PROGRAM]: readFileSync(new URL(`./${PROGRAM}`, import.meta.url), 'utf8'),
    [JOB]: `${JSON.stringify({ ...job, ...places }, null, 1)}\n`,
    [STRUCTURE]: structureText(structure),
    ...files,
  };
}

/** What a run has given, and what makes a failure of it where it is not believed after all. */
export interface BridgeOutcome {
  readonly result: BridgeResult;
  readonly ran: Pick<ReferenceResult, 'seconds' | 'peakMemory' | 'evidence'>;
  readonly fail: Fail;
}

/** A program that stays connects to the worker: it runs on the worker's own machine. */
export function residentProblems(settings: Pick<AseSettings, 'resident' | 'launcher'>): readonly Problem[] {
  if (!settings.resident || settings.launcher?.kind !== 'slurm') return [];
  return [{ field: 'reference.resident', message: 'is not possible through Slurm', got: 'true' }];
}

/** As a label's candidate. */
export function referenceResult({ result, ran }: BridgeOutcome): ReferenceResult {
  const { energy, forces, converged, program, warnings } = result;
  const evidence = [...warnings, ...(ran.evidence ?? [])];
  return { energy, forces, converged, program, ...ran, ...(evidence.length > 0 && { evidence }) };
}

/** Throws for a run that did not end by itself, and for an exception; the code's table first. */
export function requireNoError(
  { code, settings }: BridgeRun,
  answer: BridgeAnswer | undefined,
  end: ProgramEnd,
  texts: RunTexts,
  fail: Fail,
): void {
  const error = answer !== undefined && 'error' in answer ? answer.error : undefined;
  const exception = error === undefined ? '' : errorLine(error);
  const exit = `exit code ${end.exitCode}`;
  requireOwnEnd({ ...code, ...LOGS }, end, settings, { ...texts, exception, exit }, fail);
  if (error === undefined) return;
  const message = `${code.name} failed: ${error.classes[0]}: ${error.message}`;
  throw fail('exception', 'program-unknown', message, error.traceback);
}

export function requireSameAtoms(
  result: BridgeResult,
  { code, structure }: BridgeRun,
  fail: Fail,
): BridgeResult {
  const difference = differenceOf(result.structure, structure);
  if (difference === undefined) return result;
  const message = `${code.name} computed other atoms than were asked for: ${difference}`;
  throw fail('wrong-atoms', 'program-unknown', message);
}
