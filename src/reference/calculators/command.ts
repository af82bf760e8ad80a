import { rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ReferenceFailure } from '../failures.js';
import { resourcesOf } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { ProgramEnd } from '../launchers/process.js';
import { lastLines } from '../launchers/tail.js';
import type { Launcher } from '../launchers/types.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { ranAs } from './codeRun.js';
import { type CommandLine, readCommandLine } from './commandLine.js';
import type { CommandSettings } from './commandSettings.js';
import { readAnswer, structureText } from './exchange.js';
import { readTemplate, type Template } from './template.js';

/** s: a day. */
const TIMEOUT = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
/** What a program gets where the campaign has no template. */
const EXTXYZ: Template = { name: 'input.xyz', fill: structureText };
/** Lines of output kept as evidence. */
const EVIDENCE = 20;
const MEBIBYTE = 1_048_576;

/**
 * Any program as a reference: the structure goes out as an extended XYZ file or in a template, the same atoms come back with forces. It runs
 * in its scratch folder, without a shell, in its own process group. Throws `InputError` where the command cannot be run at all.
 */
export function commandCalculator(
  settings: CommandSettings,
  { folder }: { readonly folder: string },
): Calculator {
  const line = readCommandLine(settings, folder);
  const input = settings.template === undefined ? EXTXYZ : readTemplate(settings.template, folder);
  const launcher = createLauncher(settings, folder);
  const limits = { timeout: settings.timeout ?? TIMEOUT, memory: settings.memory };
  return {
    name: 'command',
    // A program found through PATH counts by its name only: its path and build differ between the hosts of a campaign.
    identity: { calculator: 'command', command: settings.command, files: line.files },
    launcher,
    inputFiles: (structure) => ({ [input.name]: input.fill(structure) }),
    evaluate: (structure, context) => evaluate(line, input, launcher, limits, structure, context),
  };
}

interface Limits {
  /** s */
  readonly timeout: number;
  /** MiB */
  readonly memory: number | undefined;
}

async function evaluate(
  line: CommandLine,
  input: Template,
  launcher: Launcher,
  limits: Limits,
  structure: ReferenceStructure,
  { scratch, signal, name, corrections = [] }: ReferenceContext,
): Promise<ReferenceResult> {
  const places = { input: join(scratch, input.name), output: join(scratch, 'output.xyz'), scratch };
  const logs = { stdout: join(scratch, 'stdout.txt'), stderr: join(scratch, 'stderr.txt') };
  const argv = line.fill(places);
  return launcher.run({
    name,
    argv,
    folder: scratch,
    ...logs,
    timeout: limits.timeout,
    grace: GRACE,
    memory: limits.memory === undefined ? undefined : limits.memory * MEBIBYTE,
    more: resourcesOf(corrections),
    signal,
    prepare: () => writeInput(places, input.fill(structure)),
    read: async (end) => {
      const evidence = [
        ...(await lastLines(logs.stderr, EVIDENCE)),
        ...(await lastLines(logs.stdout, EVIDENCE)),
      ];
      requireSuccess(end, argv[0], limits, evidence);
      const answer = await readAnswer(places.output, structure, evidence, end.unknown !== undefined);
      return { ...answer, program: answer.program ?? basename(argv[0]), ...ranAs(end) };
    },
  });
}

interface Places {
  readonly input: string;
  readonly output: string;
}

async function writeInput({ input, output }: Places, text: string): Promise<void> {
  try {
    await rm(output, { force: true });
    await writeFile(input, text);
  } catch (cause) {
    const failureClass = 'store';
    throw new ReferenceFailure(`the structure cannot be written to ${input}`, {
      failureClass,
      symptom: 'write-input',
      cause,
    });
  }
}

function requireSuccess(
  end: ProgramEnd,
  program: string,
  { timeout, memory }: Limits,
  evidence: readonly string[],
): void {
  if (end.outOfMemory) {
    throw new ReferenceFailure(`${program} took more than its memory limit of ${memory} MiB`, {
      failureClass: 'program-unknown',
      symptom: 'memory',
      evidence,
      hint: 'raise reference.memory',
    });
  }
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
