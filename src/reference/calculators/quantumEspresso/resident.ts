import { largestDifference } from '../../../numerics/matrix3.js';
import { ReferenceFailure } from '../../failures.js';
import type { CodeSettings, RunTexts } from '../../ladder.js';
import { lastWords, residentFailure } from '../../resident/failure.js';
import { askResident } from '../../resident/oneOff.js';
import type { ResidentForces, ResidentProgram, ResidentTexts } from '../../resident/types.js';
import type { ReferenceContext, ReferenceResult } from '../../types.js';
import { pwInput } from './input.js';
import { type PwOutput, readPwLog, readPwStep } from './output.js';
import { type Fail, type PwRun, readXml, requireEnd, requireTrust } from './run.js';

/** What a label is asked of pw.x with, its corrections made. */
export interface ResidentRun extends Omit<PwRun, 'end'> {
  /** Program and arguments, files by their paths. */
  readonly command: readonly string[];
  readonly transport: ResidentProgram['transport'];
  readonly environment: Readonly<Record<string, string>>;
  /** Settings are not the campaign's own: nobody else will ask for them. */
  readonly corrected: boolean;
}

const XML = 'pwscf.save/data-file-schema.xml';
const MEBIBYTE = 1_048_576;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
/** Printed before the forces go out, whatever was computed. */
const ANSWERED = /DRIVER MODE: Returning v,forces/;
/** eV/Å: what is sent and what is in the XML are the same numbers. */
const SAME_FORCES = 1e-6;

/**
 * A label of a pw.x that stays between structures. pw.x may answer with forces that have not converged: they count only where
 * its own output of this very step passes the tests that a run of files passes.
 */
export async function residentLabel(asked: ResidentRun, context: ReferenceContext): Promise<ReferenceResult> {
  const run = { ...asked, settings: tightened(asked.settings) };
  const { structure, timeout, memory, corrected } = run;
  const answer = await askResident(
    {
      program: programOf(run),
      structure,
      timeout,
      logEnds: ANSWERED,
      reads: ['CRASH', XML],
      ...(corrected && { once: true }),
    },
    context,
  );
  const { texts } = answer;
  const fail: Fail = (symptom, failureClass, message, lines = lastWords(texts)) =>
    new ReferenceFailure(message, { failureClass, symptom, evidence: lines });
  if (!answer.answered) {
    if (answer.failure === 'ended') requireEnd({ ...run, end: answer.end }, runTexts(texts), fail);
    throw residentFailure(answer, 'pw.x', { timeout, memory });
  }
  return labelOf(run, answer, fail);
}

/**
 * Each structure starts from the one before: without this the forces of 8 silicon atoms depend on the order by 0.14 meV/Å, with
 * it by less than 0.05 (docs/reference.md).
 */
const TIGHTER = 0.1;

function tightened(settings: CodeSettings): CodeSettings {
  const threshold = TIGHTER * Number(settings['electrons.conv_thr']);
  return { ...settings, 'electrons.conv_thr': Number(threshold.toPrecision(3)) };
}

function programOf(run: ResidentRun): ResidentProgram {
  const { structure, settings, pseudopotentials, kpoints, command, transport, environment, memory } = run;
  const { lattice, species } = structure;
  const address = transport === 'unix' ? '{socket}:UNIX' : '{host}:{port}';
  const sums = pseudopotentials.map((p) => p.sha256);
  // Its set of plane waves is that of the cell it starts with.
  const key = [command, transport, environment, memory, settings, sums, kpoints, [...lattice], species];
  return {
    key: JSON.stringify(['pw.x', ...key]),
    transport,
    argv: [...command, '--ipi', address, '-in', 'pw.in'],
    files: {
      'pw.in': pwInput({ structure, settings, pseudopotentials, kpoints, start: 'scratch' }),
      ...Object.fromEntries(pseudopotentials.map(({ name, bytes }) => [name, bytes])),
    },
    // Fortran's buffer would hold back what the label is judged by.
    environment: { GFORTRAN_UNBUFFERED_PRECONNECTED: 'y', FORT_BUFFERED: 'n', ...environment },
    memory: memory === undefined ? undefined : memory * MEBIBYTE,
    grace: GRACE,
  };
}

/** As a run of files would have left them. */
function runTexts({ stdout, stderr, files }: ResidentTexts): RunTexts {
  return { stdout, stderr, crash: files.CRASH, xml: files[XML] };
}

function labelOf(
  run: ResidentRun,
  { texts, energy, forces, seconds, memory }: ResidentForces,
  fail: Fail,
): ReferenceResult {
  const { structure } = run;
  const step = stepOf(texts.stdout);
  if (step === undefined || !ANSWERED.test(step)) {
    const message = 'pw.x sent forces, but its stdout does not show how it came to them';
    throw fail('no-output', 'program-unknown', message);
  }
  const end = {
    exitCode: 0,
    killedBy: null,
    timedOut: false,
    outOfMemory: false,
    peakMemory: memory,
    seconds,
  };
  requireEnd({ ...run, end }, { ...runTexts(texts), stdout: step }, fail);
  const log = readPwLog(texts.head + step, structure.species.length);
  const printed: PwOutput = { ...readPwStep(texts.head, step), energy, forces, structure };
  requireTrust(run, printed, log, fail);
  const xml = texts.files[XML];
  if (tellsForces(xml)) requireXml(run, readXml(xml, fail), forces, log, fail);
  const { program } = printed;
  return {
    energy,
    forces,
    converged: true,
    program: `${program}, resident`,
    seconds,
    ...(memory > 0 && { peakMemory: memory }),
  };
}

/** Some versions write no more than the settings in every step: then stdout has to do. What is cut is no whole output. */
function tellsForces(xml: string): boolean {
  const whole = /<output>.*<\/output>/s.exec(xml)?.[0];
  return xml !== '' && (whole === undefined || whole.includes('<forces'));
}

function requireXml(
  run: ResidentRun,
  written: PwOutput,
  forces: Float64Array,
  log: ReturnType<typeof readPwLog>,
  fail: Fail,
): void {
  requireTrust(run, written, log, fail);
  const difference = largestDifference(written.forces, forces);
  if (difference <= SAME_FORCES) return;
  const message = `pw.x sent other forces than it wrote: they differ by ${difference.toPrecision(2)} eV/Å`;
  throw fail('bad-output', 'program-unknown', message);
}

/** What was printed since the positions came; a log that was late may begin with the end of the step before. */
function stepOf(stdout: string): string | undefined {
  const [, ...steps] = stdout.split('DRIVER MODE: Message from server: POSDATA');
  return steps.at(-1);
}
