import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError } from '../../errors.js';
import type { CommandSettings } from './commandSettings.js';

/** Where a program finds its structure, leaves its answer, and may write. */
export interface Places {
  readonly input: string;
  readonly output: string;
  readonly scratch: string;
}

/** The arguments of a campaign's command, ready to run. */
export interface CommandLine {
  /** The argv of one evaluation: placeholders filled in, files of the campaign's folder by their absolute path. */
  fill(places: Places): readonly string[];
  /** SHA-256 of each file that the command names or the settings list, by the name written there; the template is one. */
  readonly files: Readonly<Record<string, string>>;
}

const PLACEHOLDER = /\{(input|output|scratch)\}/g;

/**
 * Reads a command of the campaign file. An argument that is a file relative to the campaign's `folder` is that file,
 * whatever the working folder of the run. Throws `InputError` for a missing placeholder or file.
 */
export function readCommandLine(
  { command, template, files = [] }: CommandSettings,
  folder: string,
): CommandLine {
  for (const placeholder of ['{input}', '{output}']) {
    if (command.some((argument) => argument.includes(placeholder))) continue;
    throw inputError({
      field: 'reference.command',
      message: `no argument holds ${placeholder}, so the program cannot know the file`,
      got: JSON.stringify(command),
      expected: 'e.g. [python3, forces.py, "{input}", "{output}"]',
    });
  }
  const hashes: Record<string, string> = {};
  const found = findFiles(command, folder);
  const argv = command.map((word, i) => found[i] ?? word);
  found.forEach((path, i) => {
    if (path !== undefined) hashes[command[i]] = hashFile(path, 'reference.command');
  });
  Object.assign(hashes, hashFiles(files, folder));
  if (template !== undefined) hashes[template] = hashFile(resolve(folder, template), 'reference.template');
  return {
    files: hashes,
    fill: (places) =>
      argv.map((a) => a.replace(PLACEHOLDER, (_, name: string) => places[name as keyof Places])),
  };
}

/** SHA-256 of each of `reference.files` by its name, relative to the campaign's folder. Throws `InputError` where one is not there. */
export function hashFiles(files: readonly string[], folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    files.map((name, i) => [name, hashFile(resolve(folder, name), `reference.files.${i}`)]),
  );
}

/** For each word of a command the file that it is in the campaign's `folder`; undefined for any other word. */
export function findFiles(command: readonly string[], folder: string): readonly (string | undefined)[] {
  return command.map((word, position) => {
    const path = resolve(folder, word);
    // A bare program name is looked up in PATH, as a shell would do, even where a file is called so.
    return (position === 0 && !word.includes('/')) || !isFile(path) ? undefined : path;
  });
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Hashes by path, size and time of change: a campaign asks for the same ones again and again, and programs are large. */
const known = new Map<string, string>();
const SETTLED_MS = 2000;

/** SHA-256 of a file; throws `InputError` for one that cannot be read. */
export function hashFile(path: string, field: string): string {
  try {
    const { size, mtimeNs, ctimeNs, ino } = statSync(path, { bigint: true });
    const key = [path, size, mtimeNs, ctimeNs, ino].join('|');
    const hash = known.get(key) ?? createHash('sha256').update(readFileSync(path)).digest('hex');
    // A file that has just been written may change again within one tick of the file system's clock.
    if (Date.now() - Number(mtimeNs / 1_000_000n) > SETTLED_MS) known.set(key, hash);
    return hash;
  } catch (error) {
    throw inputError({
      field,
      message: 'the file cannot be read',
      got: `${path} (${(error as NodeJS.ErrnoException).code ?? error})`,
      hint: 'paths are relative to the campaign file',
    });
  }
}
