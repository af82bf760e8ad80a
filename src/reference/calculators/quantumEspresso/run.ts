import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReferenceFailure } from '../../failures.js';
import { type CodeSettings, diagnose, type RunTexts } from '../../ladder.js';
import { endedBy } from '../../launchers/endedBy.js';
import type { ProgramEnd } from '../../launchers/process.js';
import { lastLines } from '../../launchers/tail.js';
import type { FailureClass, ReferenceResult, ReferenceStructure } from '../../types.js';
import { ranAs } from '../codeRun.js';
import type { KPoints } from '../kpoints.js';
import { kPointCounts } from '../kpoints.js';
import type { Pseudopotential } from '../pseudopotentials.js';
import { differenceOf } from '../sameAtoms.js';
import { PW_LADDER } from './ladder.js';
import { type PwOutput, readPwLog, readPwOutput } from './output.js';

/** A run of pw.x that has ended, with what was asked of it. */
export interface PwRun {
  readonly end: ProgramEnd;
  readonly structure: ReferenceStructure;
  readonly pseudopotentials: readonly Pseudopotential[];
  readonly kpoints: KPoints;
  readonly settings: CodeSettings;
  /** s */
  readonly timeout: number;
  /** MiB */
  readonly memory: number | undefined;
}

/** Lines of output kept as evidence where no line tells the failure. */
const EVIDENCE = 15;
/**
 * rms over the components, eV/Å, two to four times the true error. pw.x's own warning compares with the forces, which vanish
 * on the ideal lattice.
 */
const ROUGH = 1e-3;

export type Fail = (
  symptom: string,
  failureClass: FailureClass,
  message: string,
  lines?: readonly string[],
) => ReferenceFailure;

/** The label of a run, or the `ReferenceFailure` that tells why there is none. */
export async function readRun(run: PwRun, scratch: string): Promise<ReferenceResult> {
  const texts = await readTexts(scratch);
  const last = [
    ...(await lastLines(join(scratch, 'pw.err'), EVIDENCE)),
    ...(await lastLines(join(scratch, 'pw.out'), EVIDENCE)),
  ];
  const fail: Fail = (symptom, failureClass, message, lines = last) =>
    new ReferenceFailure(message, { failureClass, symptom, evidence: lines });
  const { end } = run;
  requireEnd(run, texts, fail);
  const log = readPwLog(texts.stdout, run.structure.species.length);
  if (end.exitCode !== 0 || !log.done) {
    throw fail(
      'exit-code',
      'program-unknown',
      `pw.x ended with exit code ${end.exitCode}, for no reason that is known`,
    );
  }
  const output = readXml(texts.xml, fail);
  requireTrust(run, output, log, fail);
  const { energy, forces, program } = output;
  return { energy, forces, converged: true, program, ...ranAs(end) };
}

async function readTexts(scratch: string): Promise<RunTexts> {
  const text = (name: string): Promise<string> => readFile(join(scratch, name), 'utf8').catch(() => '');
  const [stdout, stderr, crash, xml] = await Promise.all(
    ['pw.out', 'pw.err', 'CRASH', 'pwscf.xml'].map(text),
  );
  return { stdout, stderr, crash, xml };
}

/** Ends of the whole process first, then what the table knows, then a run that was cut off. */
export function requireEnd({ end, timeout, memory }: PwRun, texts: RunTexts, fail: Fail): void {
  if (end.outOfMemory)
    throw fail('memory', 'program-known', `pw.x took more than its memory limit of ${memory} MiB`);
  if (end.timedOut) {
    throw fail(
      'timeout',
      'program-unknown',
      `pw.x did not end by itself and was stopped after its time limit of ${timeout} s`,
    );
  }
  const known = diagnose(PW_LADDER.rules, texts);
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
  if (signal === 'SIGKILL' || signal === 'SIGTERM') {
    throw fail('interrupted', 'machine', `pw.x was ended from outside by ${signal}`);
  }
  if (signal !== undefined) throw fail('killed', 'program-unknown', `pw.x was ended by ${signal}`);
  const cutOff = end.exitCode === 0 && texts.stdout.includes('Program PWSCF') && texts.crash === '';
  if (cutOff && !readPwLog(texts.stdout, 1).done) {
    throw fail('interrupted', 'machine', 'pw.x ended in the middle: there is no JOB DONE');
  }
}

export function readXml(xml: string, fail: Fail): PwOutput {
  if (xml === '') throw fail('no-output', 'program-unknown', 'pw.x wrote no pwscf.xml');
  try {
    return readPwOutput(xml);
  } catch (error) {
    throw fail('bad-output', 'program-unknown', `pwscf.xml cannot be read: ${(error as Error).message}`);
  }
}

/** A run that claims success is believed only where everything fits what was asked for. */
export function requireTrust(
  run: Omit<PwRun, 'end'>,
  output: PwOutput,
  log: ReturnType<typeof readPwLog>,
  fail: Fail,
): void {
  const { structure, settings, kpoints, pseudopotentials } = run;
  const threshold = Number(settings['electrons.conv_thr']);
  // The negation catches NaN too.
  if (!output.converged || !(output.scfError <= 1.01 * threshold)) {
    const found = `scf_error ${output.scfError.toExponential(1)} Ry, conv_thr ${threshold.toExponential(1)} Ry`;
    throw fail('false-convergence', 'program-known', `pw.x calls converged what is not: ${found}`, [found]);
  }
  const read = log.pseudopotentials;
  const other = pseudopotentials.find((p, i) => read[i] !== p.md5);
  if (other) {
    const found = `MD5 ${read[pseudopotentials.indexOf(other)] ?? 'missing'} instead of ${other.md5}`;
    throw fail(
      'wrong-pseudopotential',
      'input-wrong',
      `pw.x read another pseudopotential for ${other.species}: ${found}`,
    );
  }
  const { paired, all } = kPointCounts(kpoints);
  if (output.kpoints !== paired && output.kpoints !== all) {
    throw fail('wrong-kpoints', 'input-wrong', `pw.x used ${output.kpoints} k-points instead of ${paired}`);
  }
  const difference = differenceOf(output.structure, structure);
  if (difference !== undefined) {
    throw fail(
      'wrong-atoms',
      'program-unknown',
      `pw.x computed other atoms than were asked for: ${difference}`,
    );
  }
  if (output.forces.length !== structure.positions.length) {
    throw fail(
      'bad-output',
      'program-unknown',
      `pwscf.xml has ${output.forces.length / 3} forces for ${structure.species.length} atoms`,
    );
  }
  if (log.forceCorrection > ROUGH) {
    const found = `SCF correction of the forces ${(1e3 * log.forceCorrection).toPrecision(2)} meV/Å (rms)`;
    throw fail('rough-forces', 'program-known', `the forces still lack self-consistency: ${found}`, [found]);
  }
}
