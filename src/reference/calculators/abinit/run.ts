import type { CodeSettings, Ladder } from '../../ladder.js';
import type { ProgramEnd } from '../../launchers/process.js';
import type { ReferenceResult, ReferenceStructure } from '../../types.js';
import { type Code, type Fail, failuresOf, ranAs, readTexts, requireOwnEnd } from '../codeRun.js';
import type { Pseudopotential } from '../pseudopotentials.js';
import { type AbinitOutput, type AbinitSummary, errorsOf, readAbinitOutput, readSummary } from './output.js';
import type { AbinitSettings } from './settings.js';
import { requireTrust } from './trust.js';

/** Its main output and its log, in the folder of a run. */
export const OUTPUT = 'run.abo';

export const abinitCode = (ladder: Ladder): Code => ({
  name: 'ABINIT',
  ladder,
  stdout: 'abinit.log',
  stderr: 'abinit.err',
});

/** A run of ABINIT that has ended, with what was asked of it. */
export interface AbinitRun {
  readonly code: Code;
  readonly end: ProgramEnd;
  readonly structure: ReferenceStructure;
  readonly pseudopotentials: readonly Pseudopotential[];
  readonly settings: AbinitSettings;
  /** With what was corrected. */
  readonly variables: CodeSettings;
}

/** The label of a run, or the `ReferenceFailure` that tells why there is none. */
export async function readRun(run: AbinitRun, scratch: string): Promise<ReferenceResult> {
  const { code, end, settings } = run;
  const names = { stdout: code.stdout, stderr: code.stderr, output: OUTPUT };
  const texts = await readTexts(scratch, names);
  const fail = await failuresOf(code, scratch);
  const errors = errorsOf(texts.stdout);
  requireOwnEnd(code, end, settings, { ...texts, errors }, fail);
  const summary = requireSummary(run, texts, errors, fail);
  const output = readOutput(texts.output, fail);
  requireTrust(run, output, summary, fail);
  const { energy, forces } = output;
  const { program } = summary;
  return { energy, forces, converged: true, program, ...ranAs(end) };
}

/** ABINIT's last words: without them it did not come to its end, whatever its exit code. */
function requireSummary(
  { end }: AbinitRun,
  { stdout }: Readonly<Record<'stdout', string>>,
  errors: string,
  fail: Fail,
): AbinitSummary {
  if (errors !== '')
    throw fail(
      'program-error',
      'program-unknown',
      `ABINIT found an error: ${errors.split('\n')[0]}`,
      errors.split('\n'),
    );
  const summary = readSummary(stdout);
  if (summary?.stoppedByUser) throw fail('interrupted', 'machine', 'ABINIT was asked to stop by a file');
  if (summary !== undefined && end.exitCode === 0) return summary;
  // It gives a reason for every end of its own, where there is room for one.
  if (summary === undefined && /Version\s+[\d.]+\s+of ABINIT/.test(stdout))
    throw fail(
      'interrupted',
      'machine',
      'ABINIT ended in the middle, without a word: there is no FinalSummary',
    );
  throw fail(
    'exit-code',
    'program-unknown',
    `what ran ended with exit code ${end.exitCode}, without ABINIT’s FinalSummary`,
  );
}

function readOutput(text: string, fail: Fail): AbinitOutput {
  if (text === '') throw fail('no-output', 'program-unknown', `ABINIT wrote no ${OUTPUT}`);
  try {
    return readAbinitOutput(text);
  } catch (error) {
    throw fail('bad-output', 'program-unknown', `${OUTPUT} cannot be read: ${(error as Error).message}`);
  }
}
