import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../errors.js';
import { ReferenceFailure } from '../../failures.js';
import { type CodeSettings, diagnose, type Ladder, type RunTexts } from '../../ladder.js';
import { endedBy } from '../../launchers/endedBy.js';
import type { ProgramEnd } from '../../launchers/process.js';
import { lastLines } from '../../launchers/tail.js';
import type { FailureClass, ReferenceResult } from '../../types.js';
import { ranAs } from '../codeRun.js';
import type { KPoints } from '../kpoints.js';
import { inOriginalOrder, type SortedStructure } from './input.js';
import { readVaspOutput, type VaspOutput } from './output.js';
import type { Potcar } from './potcar.js';
import { requireTrust } from './trust.js';

/** A run of VASP that has ended, with what was asked of it. */
export interface VaspRun {
  readonly end: ProgramEnd;
  readonly sorted: SortedStructure;
  /** In the order of the sorted atoms. */
  readonly potcars: readonly Potcar[];
  readonly kpoints: KPoints;
  readonly settings: CodeSettings;
  readonly ladder: Ladder;
  /** s */
  readonly timeout: number;
  /** MiB */
  readonly memory: number | undefined;
}

/** Makes the failure of a run; its last lines are the evidence where no others are given. */
export type Fail = (
  symptom: string,
  failureClass: FailureClass,
  message: string,
  lines?: readonly string[],
) => ReferenceFailure;

/** Lines of output kept as evidence where no line tells the failure. */
const EVIDENCE = 15;

/** The label of a run, in the order asked for, or the `ReferenceFailure` that tells why there is none. */
export async function readRun(run: VaspRun, scratch: string): Promise<ReferenceResult> {
  const texts = await readTexts(scratch);
  const last = [
    ...(await lastLines(join(scratch, 'vasp.err'), EVIDENCE)),
    ...(await lastLines(join(scratch, 'vasp.out'), EVIDENCE)),
  ];
  const fail: Fail = (symptom, failureClass, message, lines = last) =>
    new ReferenceFailure(message, { failureClass, symptom, evidence: lines });
  requireEnd(run, texts, fail);
  const output = readOutput(texts, run, fail);
  const { energy, forces } = requireTrust(run, output, fail);
  const { program } = output;
  return {
    energy,
    forces: inOriginalOrder(forces, run.sorted.origin),
    converged: true,
    program,
    ...ranAs(run.end),
  };
}

async function readTexts(scratch: string): Promise<RunTexts> {
  const text = (name: string): Promise<string> => readFile(join(scratch, name), 'latin1').catch(() => '');
  const [stdout, stderr, outcar, xml] = await Promise.all(
    ['vasp.out', 'vasp.err', 'OUTCAR', 'vasprun.xml'].map(text),
  );
  return { stdout, stderr, outcar, xml };
}

/** Ends of the whole process first, then what the table knows, then a run that was cut off. */
function requireEnd({ end, timeout, memory, ladder }: VaspRun, texts: RunTexts, fail: Fail): void {
  if (end.outOfMemory)
    throw fail('memory', 'program-known', `VASP took more than its memory limit of ${memory} MiB`);
  if (end.timedOut) {
    throw fail('timeout', 'program-unknown', `VASP was stopped after its time limit of ${timeout} s`);
  }
  const known = diagnose(ladder.rules, texts);
  if (known) {
    const { symptom, failureClass, meaning } = known.rule;
    throw fail(
      symptom,
      failureClass,
      `the calculation failed: ${meaning} (${known.evidence[0]})`,
      known.evidence,
    );
  }
  const signal = endedBy(end);
  if (signal === 'SIGKILL' || signal === 'SIGTERM')
    throw fail('interrupted', 'machine', `VASP was ended from outside by ${signal}`);
  if (signal !== undefined) throw fail('killed', 'program-unknown', `VASP was ended by ${signal}`);
  if (end.exitCode !== 0) {
    throw fail(
      'exit-code',
      'program-unknown',
      `VASP ended with exit code ${end.exitCode}, for no reason that is known`,
    );
  }
}

/** VASP's last words in the OUTCAR; its exit code is 0 after many failures. */
const DONE = /General timing and accounting informations for this job/;

function readOutput({ outcar, xml }: RunTexts, run: VaspRun, fail: Fail): VaspOutput {
  if (outcar !== '' && !DONE.test(outcar))
    throw fail('interrupted', 'machine', 'VASP ended in the middle: its OUTCAR has no timing at the end');
  if (xml === '') throw fail('no-output', 'program-unknown', 'VASP wrote no vasprun.xml');
  let output: VaspOutput;
  try {
    output = readVaspOutput(xml);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw fail('bad-output', 'program-unknown', `vasprun.xml cannot be read: ${error.message}`);
  }
  const { steps } = output;
  const limit = Number(run.settings.NELM);
  if (steps < limit) return output;
  const found = `${steps} electronic steps, NELM = ${limit}`;
  throw fail('no-convergence', 'program-known', `self-consistency was not reached: ${found}`, [found]);
}
