import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ReferenceFailure } from '../failures.js';
import { type ProgramEnd, runProgram, waitForEarlier } from '../launchers/process.js';
import { lastLines } from '../launchers/tail.js';
import type { CommandSettings } from '../settings.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { type CommandLine, readCommandLine } from './commandLine.js';
import { readAnswer, structureText } from './exchange.js';

/** s: a day. */
const TIMEOUT = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
/** Which process runs in a scratch folder. */
const RECORD = 'process.json';
/** Lines of output kept as evidence. */
const EVIDENCE = 20;

/**
 * Any program as a reference: the structure goes out as an extended XYZ file, the same atoms come back with forces. It runs
 * in its scratch folder, without a shell, in its own process group. Throws `InputError` where the command cannot be run at all.
 */
export function commandCalculator(settings: CommandSettings, folder: string): Calculator {
  const line = readCommandLine(settings, folder);
  const { timeout = TIMEOUT } = settings;
  return {
    name: 'command',
    // A program found through PATH counts by its name only: its path and build differ between the hosts of a campaign.
    identity: { calculator: 'command', command: settings.command, files: line.files },
    evaluate: (structure, context) => evaluate(line, timeout, structure, context),
  };
}

async function evaluate(
  line: CommandLine,
  timeout: number,
  structure: ReferenceStructure,
  { scratch, signal }: ReferenceContext,
): Promise<ReferenceResult> {
  const places = { input: join(scratch, 'input.xyz'), output: join(scratch, 'output.xyz'), scratch };
  const logs = { stdout: join(scratch, 'stdout.txt'), stderr: join(scratch, 'stderr.txt') };
  const argv = line.fill(places);
  const earlier = await earlierAnswer(places.output, structure, scratch, signal);
  if (earlier !== undefined) return { ...earlier, program: earlier.program ?? basename(argv[0]) };
  await writeInput(places.input, structure);
  const record = join(scratch, RECORD);
  const end = await launch({ argv, folder: scratch, ...logs, timeout, grace: GRACE, signal, record });
  const evidence = [...(await lastLines(logs.stderr, EVIDENCE)), ...(await lastLines(logs.stdout, EVIDENCE))];
  requireSuccess(end, argv[0], timeout, evidence);
  const answer = await readAnswer(places.output, structure, evidence);
  return { ...answer, program: answer.program ?? basename(argv[0]), seconds: end.seconds };
}

/**
 * The answer of a run in this folder whose end nobody saw, because the worker died under it: a program goes on without us.
 * Undefined where there was none, or where it has left no whole answer; it is then run again.
 */
async function earlierAnswer(
  output: string,
  structure: ReferenceStructure,
  scratch: string,
  signal: AbortSignal,
) {
  const started = performance.now();
  if (!(await waitForEarlier({ record: join(scratch, RECORD), signal, grace: GRACE }))) return undefined;
  try {
    const answer = await readAnswer(output, structure, []);
    const seconds = (performance.now() - started) / 1e3;
    return {
      ...answer,
      seconds,
      evidence: ['run by a worker that died; its end was not seen, its answer is whole'],
    };
  } catch (error) {
    if (error instanceof ReferenceFailure && error.failureClass === 'store') throw error;
    return undefined;
  }
}

async function writeInput(path: string, structure: ReferenceStructure): Promise<void> {
  try {
    await writeFile(path, structureText(structure));
  } catch (cause) {
    const failureClass = 'store';
    throw new ReferenceFailure(`the structure cannot be written to ${path}`, {
      failureClass,
      symptom: 'write-input',
      cause,
    });
  }
}

async function launch(run: Parameters<typeof runProgram>[0]): Promise<ProgramEnd> {
  try {
    return await runProgram(run);
  } catch (cause) {
    if (run.signal.aborted) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'EACCES';
    throw new ReferenceFailure(`the program ${run.argv[0]} cannot be started (${code ?? cause})`, {
      failureClass: missing ? 'input-wrong' : 'machine',
      symptom: 'not-started',
      ...(missing && {
        hint: 'is it installed here, on PATH and executable? Paths are relative to the campaign file',
      }),
      cause,
    });
  }
}

function requireSuccess(
  end: ProgramEnd,
  program: string,
  timeout: number,
  evidence: readonly string[],
): void {
  if (end.timedOut) {
    throw new ReferenceFailure(`${program} was stopped after its time limit of ${timeout} s`, {
      failureClass: 'program-unknown',
      symptom: 'timeout',
      evidence,
      hint: 'raise reference.timeout, or find out why it hangs',
    });
  }
  if (end.killedBy !== null) {
    // SIGKILL and SIGTERM come from outside (memory, scheduler, a person), other signals from the program's own faults.
    const outside = end.killedBy === 'SIGKILL' || end.killedBy === 'SIGTERM';
    throw new ReferenceFailure(`${program} was ended by ${end.killedBy}`, {
      failureClass: outside ? 'machine' : 'program-unknown',
      symptom: 'killed',
      evidence,
    });
  }
  if (end.exitCode !== 0) {
    throw new ReferenceFailure(`${program} ended with exit code ${end.exitCode}`, {
      failureClass: 'program-unknown',
      symptom: 'exit-code',
      evidence,
    });
  }
}
