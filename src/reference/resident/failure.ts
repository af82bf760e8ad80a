import { ReferenceFailure } from '../failures.js';
import { endedBy } from '../launchers/endedBy.js';
import type { FailureClass } from '../types.js';
import type { ResidentFailed, ResidentTexts } from './types.js';

/** Lines of each text that are kept as evidence, and how much of each. */
const LINES = 15;
const WIDTH = 400;

/** The last lines that a program printed. */
export function lastWords({ stderr, stdout }: ResidentTexts): readonly string[] {
  return [stderr, stdout].flatMap((text) =>
    text
      .split(/\r?\n/)
      .map((line) => line.trimEnd().slice(0, WIDTH))
      .filter((line) => line !== '')
      .slice(-LINES),
  );
}

/** What a program's failure means where nothing that it printed is known. `timeout` in s, `memory` in MiB: its limits. */
export function residentFailure(
  { failure, message, end, texts }: ResidentFailed,
  program: string,
  { timeout, memory }: { readonly timeout: number; readonly memory?: number },
): ReferenceFailure {
  const fail = (symptom: string, failureClass: FailureClass, text: string, hint?: string) =>
    new ReferenceFailure(`${program} ${text}`, { failureClass, symptom, evidence: lastWords(texts), hint });
  if (failure === 'missing') {
    const hint = 'is it installed here, on PATH and executable? Paths are relative to the campaign file';
    return fail('not-started', 'input-wrong', message, hint);
  }
  if (failure === 'not-started') return fail('not-started', 'machine', message);
  if (failure === 'store') return fail('write-input', 'store', message);
  if (failure === 'protocol') return fail('protocol', 'program-unknown', `was ended: ${message}`);
  if (end.outOfMemory)
    return fail('memory', 'program-unknown', `took more than its memory limit of ${memory} MiB`);
  if (end.timedOut)
    return fail('timeout', 'program-unknown', `was stopped after its time limit of ${timeout} s`);
  const signal = endedBy(end);
  if (signal === 'SIGKILL' || signal === 'SIGTERM')
    return fail('interrupted', 'machine', `was ended from outside by ${signal}`);
  if (signal !== undefined) return fail('killed', 'program-unknown', `was ended by ${signal}`);
  return fail('exit-code', 'program-unknown', `ended with exit code ${end.exitCode} and without forces`);
}
