import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../../../errors.js';

/** What a job script is filled with. */
export interface ScriptValues {
  /** Shell words with their redirections. */
  readonly command: string;
  readonly folder: string;
  readonly name: string;
  readonly time: string;
  readonly memory: string;
  readonly tasks: string;
}

const PLACEHOLDERS = ['command', 'folder', 'name', 'time', 'memory', 'tasks'] as const;
const PLACEHOLDER = /\{([a-z]+)\}/g;
/** Shells that know `trap … EXIT`. */
const SHELL = /^#!\s*\S*\/(env\s+)?(ba|da|k|z)?sh\b/;
const FIELD = 'reference.launcher.script';

/** The campaign's script: several lines are the script itself, one line the file that holds it. Throws `InputError`. */
export function readTemplate(script: string, folder: string, hasMemory: boolean): string {
  const text = script.includes('\n') ? script : readScriptFile(resolve(folder, script));
  const refuse = (message: string, expected?: string) => inputError({ field: FIELD, message, expected });
  if (!SHELL.test(text)) {
    throw refuse('the first line names no shell', '#!/bin/bash or another Bourne shell (sh, dash, ksh, zsh)');
  }
  if (/^[^#\n]*\btrap\b.*\b(EXIT|0)\b/m.test(text)) {
    throw refuse('its own trap on EXIT would hide how the code ended', 'a trap on another signal');
  }
  const used = [...text.matchAll(PLACEHOLDER)]
    // Shell's own braces, as in ${TMPDIR}, are no placeholders.
    .filter(({ index }) => text[index - 1] !== '$')
    .map(([, name]) => name);
  if (!used.includes('command')) throw refuse('it does not run {command}', 'e.g. a last line srun {command}');
  const unknown = used.find((name) => !PLACEHOLDERS.some((known) => known === name));
  if (unknown !== undefined) {
    throw refuse(`{${unknown}} stands for nothing`, PLACEHOLDERS.map((name) => `{${name}}`).join(', '));
  }
  if (used.includes('memory') && !hasMemory) {
    throw inputError({
      field: 'reference.memory',
      message: 'the script asks for {memory}, but none is given',
      expected: 'the memory of one calculation, MiB',
    });
  }
  return text;
}

function readScriptFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw inputError({
      field: FIELD,
      message: 'the file cannot be read',
      got: `${path} (${(error as NodeJS.ErrnoException).code ?? error})`,
      hint: 'the path is relative to the campaign file; several lines are taken for the script itself',
    });
  }
}

/** The job script: the template filled in, with `prologue` after its #SBATCH lines (the last place where sbatch reads them). */
export function jobScript(template: string, values: ScriptValues, prologue: string): string {
  const filled = template.replace(PLACEHOLDER, (whole, name: string, at: number) =>
    template[at - 1] === '$' ? whole : (values[name as keyof ScriptValues] ?? whole),
  );
  const lines = filled.replaceAll('\r\n', '\n').split('\n');
  const first = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  return [...lines.slice(0, first), prologue, ...lines.slice(first), ''].join('\n');
}

/** One shell word. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Slurm counts whole minutes: seconds as `H:MM:00`, rounded up. */
export function timeText(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:00`;
}
