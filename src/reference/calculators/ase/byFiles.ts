import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Start } from '../../ladder.js';
import type { ProgramEnd } from '../../launchers/process.js';
import type { ReferenceContext } from '../../types.js';
import {
  type Code,
  type Fail,
  failuresOf,
  LONGEST,
  ranAs,
  readTexts,
  runCode,
  writeInputs,
} from '../codeRun.js';
import { type BridgeAnswer, type BridgeResult, readBridgeAnswer } from './answer.js';
import {
  ANSWER,
  type BridgeOutcome,
  type BridgeRun,
  bridgeInputs,
  JOB,
  LOGS,
  PROGRAM,
  requireNoError,
  requireSameAtoms,
  WORK,
} from './bridge.js';

/** One structure by files, in a process of its own. */
export async function runByFiles(run: BridgeRun): Promise<BridgeOutcome> {
  const { launcher, command, folder, settings, structure, context } = run;
  const { scratch, corrections = [] } = context;
  const code = { ...run.code, ...LOGS };
  const argv = [...command, join(scratch, PROGRAM), JOB];
  return runCode({
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
    read: async (end) => {
      const fail = await failuresOf(code, scratch);
      const result = await resultOf(run, code, end, fail);
      return { result, ran: ranAs(end), fail };
    },
  });
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
  const texts = await readTexts(scratch, { ...LOGS, log: join(WORK, run.log ?? ''), answer: ANSWER });
  const answer = readBridgeAnswer(texts.answer);
  requireNoError(run, answer, end, texts, fail);
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
