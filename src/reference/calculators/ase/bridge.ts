import { readFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Start } from '../../ladder.js';
import type { ProgramEnd } from '../../launchers/process.js';
import type { Launcher } from '../../launchers/types.js';
import type { InputFiles, ReferenceContext, ReferenceResult, ReferenceStructure } from '../../types.js';
import {
  type Code,
  type Fail,
  failuresOf,
  LONGEST,
  type RunSettings,
  readTexts,
  requireOwnEnd,
  runCode,
  writeInputs,
} from '../codeRun.js';
import { structureText } from '../exchange.js';
import { differenceOf } from '../sameAtoms.js';
import { type BridgeAnswer, type BridgeResult, errorLine, readBridgeAnswer } from './answer.js';

/**
 * What the bridge makes of a job, by number: part of every label's identity, raised when the same job would give other numbers.
 * Not its checksum: a label does not become another one because a comment does.
 */
export const BRIDGE_MEANING = 1;

/** Names in the folder of a run. */
const PROGRAM = 'bridge.py';
const JOB = 'job.json';
const STRUCTURE = 'structure.xyz';
const ANSWER = 'answer.json';
/** The calculator's own working folder in it. */
export const WORK = 'run';
const LOGS = { stdout: 'stdout.txt', stderr: 'stderr.txt' };

/** What the bridge is told beyond names of files; bridge.py says how it reads it. */
export type BridgeJob = Readonly<Record<string, unknown>>;

export interface BridgeRun {
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

/** Runs the bridge for one structure; throws the `ReferenceFailure` that tells why there is no result. */
export async function runBridge(run: BridgeRun) {
  const { launcher, command, folder, settings, structure, context } = run;
  const { scratch, corrections = [] } = context;
  const code = { ...run.code, ...LOGS };
  const argv = [...command, join(scratch, PROGRAM), JOB];
  const end = await runCode({
    code,
    launcher,
    argv,
    folder,
    settings,
    context,
    prepare: async () => {
      const start = await possibleStart(run, corrections.at(-1)?.start ?? 'scratch');
      const stale = [ANSWER, ...(start === 'scratch' ? [WORK] : [])];
      await writeInputs(code, scratch, stale, bridgeInputs(structure, run.job(start), run.files));
    },
  });
  const fail = await failuresOf(code, scratch);
  const result = await resultOf(run, code, end, fail);
  return { result, end, fail };
}

/** As a label's candidate. */
export function referenceResult(
  { energy, forces, converged, program, warnings }: BridgeResult,
  { seconds, peakMemory }: ProgramEnd,
): ReferenceResult {
  const evidence = warnings.length > 0 && { evidence: warnings };
  return { energy, forces, converged, program, seconds, peakMemory, ...evidence };
}

/** Nothing to start from is no reason to fail. */
async function possibleStart({ context, saved }: BridgeRun, wanted: Start): Promise<Start> {
  return wanted !== 'scratch' && (await isSaved(context, saved)) ? wanted : 'scratch';
}

async function isSaved({ scratch }: ReferenceContext, saved: string | undefined): Promise<boolean> {
  if (saved === undefined) return false;
  return access(join(scratch, WORK, saved)).then(
    () => true,
    () => false,
  );
}

async function resultOf(run: BridgeRun, code: Code, end: ProgramEnd, fail: Fail): Promise<BridgeResult> {
  const { context, settings, saved } = run;
  const { scratch } = context;
  if (end.timedOut && (await isSaved(context, saved))) {
    const limit = settings.timeout ?? LONGEST;
    throw fail('time-limit', 'program-known', `${code.name} was stopped after its time limit of ${limit} s`);
  }
  const answer = await readBridgeAnswer(join(scratch, ANSWER));
  const error = answer !== undefined && 'error' in answer ? answer.error : undefined;
  const texts = {
    ...(await readTexts(scratch, { ...LOGS, log: join(WORK, run.log ?? '') })),
    exception: error === undefined ? '' : errorLine(error),
    exit: `exit code ${end.exitCode}`,
  };
  requireOwnEnd(code, end, settings, texts, fail);
  if (error !== undefined) {
    const message = `${code.name} failed: ${error.classes[0]}: ${error.message}`;
    throw fail('exception', 'program-unknown', message, error.traceback);
  }
  return requireSameAtoms(requireResult(answer, code, end, fail), run, fail);
}

function requireResult(
  answer: BridgeAnswer | undefined,
  { name }: Code,
  { exitCode }: ProgramEnd,
  fail: Fail,
): BridgeResult {
  if (exitCode !== 0) {
    const message = `${name} ended with exit code ${exitCode}, for no reason that is known`;
    throw fail('exit-code', 'program-unknown', message);
  }
  if (answer !== undefined && 'result' in answer) return answer.result;
  throw fail('no-output', 'program-unknown', `${name} wrote no ${ANSWER} that can be read`);
}

function requireSameAtoms(result: BridgeResult, { code, structure }: BridgeRun, fail: Fail): BridgeResult {
  const difference = differenceOf(result.structure, structure);
  if (difference === undefined) return result;
  const message = `${code.name} computed other atoms than were asked for: ${difference}`;
  throw fail('wrong-atoms', 'program-unknown', message);
}
