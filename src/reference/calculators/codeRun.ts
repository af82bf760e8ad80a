import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReferenceFailure } from '../failures.js';
import { diagnose, type Ladder, type RunTexts, resourcesOf } from '../ladder.js';
import { endedBy } from '../launchers/endedBy.js';
import type { ProgramEnd } from '../launchers/process.js';
import { lastLines } from '../launchers/tail.js';
import type { Launcher } from '../launchers/types.js';
import type { FailureClass, InputFiles, ReferenceContext, ReferenceResult } from '../types.js';
import { findFiles } from './commandLine.js';

/** A code that runs once for each structure, by files in a folder of its own. */
export interface Code {
  /** For a person: `ABINIT`. */
  readonly name: string;
  readonly ladder: Ladder;
  /** Names in the folder of a run, of what it prints. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What a code's settings say of its runs. */
export interface RunSettings {
  /** s */
  readonly timeout?: number;
  /** MiB */
  readonly memory?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface CodeRun<Answer> {
  readonly code: Code;
  readonly launcher: Launcher;
  /** Program and arguments; files of the campaign's `folder` are found there. */
  readonly argv: readonly string[];
  readonly folder: string;
  readonly settings: RunSettings;
  readonly context: ReferenceContext;
  /** Writes the inputs. */
  prepare(): Promise<void>;
  /** Reads what it has written. */
  read(end: ProgramEnd): Promise<Answer>;
}

/** s: a day. */
export const LONGEST = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
const MEBIBYTE = 1_048_576;
/** Threads of BLAS beside MPI ranks only get in each other's way. */
const ENVIRONMENT = { OMP_NUM_THREADS: '1' };
/** Lines of output kept as evidence where no line tells the failure. */
const EVIDENCE = 15;

/** The answer of a code that runs in the scratch folder, through its launcher; throws the signal's reason after an abort. */
export async function runCode<Answer>(run: CodeRun<Answer>): Promise<Answer> {
  const { code, launcher, argv, folder, settings, context, prepare, read } = run;
  const { scratch, signal, name, corrections = [] } = context;
  signal.throwIfAborted();
  const { timeout = LONGEST } = settings;
  const found = findFiles(argv, folder);
  return launcher.run({
    name,
    argv: argv.map((word, i) => found[i] ?? word),
    folder: scratch,
    stdout: join(scratch, code.stdout),
    stderr: join(scratch, code.stderr),
    timeout,
    ...surroundings(settings),
    more: resourcesOf(corrections),
    signal,
    prepare,
    read,
  });
}

/** What a result says of the run that it comes from. */
export function ranAs({
  seconds,
  peakMemory,
  unknown,
}: ProgramEnd): Pick<ReferenceResult, 'seconds' | 'peakMemory' | 'evidence'> {
  return { seconds, peakMemory, ...(unknown && { evidence: [`${unknown}; its answer is whole`] }) };
}

/** What a code runs in, memory in bytes. */
export function surroundings({ memory, environment }: RunSettings) {
  return {
    grace: GRACE,
    memory: memory === undefined ? undefined : memory * MEBIBYTE,
    environment: { ...ENVIRONMENT, ...environment },
  };
}

/** Writes the inputs of a run, and removes what an earlier attempt left and nobody may take for this one's. */
export async function writeInputs(
  code: Code,
  scratch: string,
  stale: readonly string[],
  files: InputFiles,
): Promise<void> {
  try {
    for (const name of stale) await rm(join(scratch, name), { recursive: true, force: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(scratch, name), content);
  } catch (cause) {
    throw new ReferenceFailure(`the input of ${code.name} cannot be written to ${scratch}`, {
      failureClass: 'store',
      symptom: 'write-input',
      cause,
    });
  }
}

/** Makes the failure of a run; its last lines are the evidence where no others are given. */
export type Fail = (
  symptom: string,
  failureClass: FailureClass,
  message: string,
  lines?: readonly string[],
) => ReferenceFailure;

export async function failuresOf(code: Code, scratch: string): Promise<Fail> {
  const last = [
    ...(await lastLines(join(scratch, code.stderr), EVIDENCE)),
    ...(await lastLines(join(scratch, code.stdout), EVIDENCE)),
  ];
  return (symptom, failureClass, message, lines = last) =>
    new ReferenceFailure(message, { failureClass, symptom, evidence: lines });
}

/** Files of the run by the names of their texts; empty where there is none. */
export async function readTexts<Name extends string>(
  scratch: string,
  names: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, string>>> {
  const read = ([key, name]: [string, string]) =>
    readFile(join(scratch, name), 'utf8').then(
      (text) => [key, text] as const,
      () => [key, ''] as const,
    );
  return Object.fromEntries(await Promise.all(Object.entries<string>(names).map(read))) as Record<
    Name,
    string
  >;
}

/** Throws for a run that did not end by itself: its limits first, then what the code's table knows, then signals. */
export function requireOwnEnd(
  { name, ladder }: Code,
  end: ProgramEnd,
  { timeout = LONGEST, memory }: RunSettings,
  texts: RunTexts,
  fail: Fail,
): void {
  if (end.outOfMemory)
    throw fail('memory', 'program-known', `${name} took more than its memory limit of ${memory} MiB`);
  if (end.timedOut) {
    throw fail('timeout', 'program-unknown', `${name} was stopped after its time limit of ${timeout} s`);
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
    throw fail('interrupted', 'machine', `${name} was ended from outside by ${signal}`);
  if (signal !== undefined) throw fail('killed', 'program-unknown', `${name} was ended by ${signal}`);
}
