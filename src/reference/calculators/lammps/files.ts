import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { InputError, type Problem } from '../../../errors.js';
import type { Command } from './commands.js';

/** A file that the potential is read from: runs are given these very bytes. */
export interface PotentialFile {
  /** Its name in the folder of a run. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** A potential with its files: commands name them as they are called in the folder of a run. */
export interface Potential {
  readonly commands: readonly Command[];
  readonly files: readonly PotentialFile[];
}

/**
 * The files that commands name, relative to the campaign's folder, and the further ones. Throws `InputError` with all that cannot
 * be read: LAMMPS itself would look for a file of the same name elsewhere.
 */
export function readPotential(
  commands: readonly Command[],
  further: readonly string[],
  folder: string,
): Potential {
  const problems: Problem[] = [];
  const files = new Map<string, PotentialFile>();
  const take = (path: string, field: string): string => {
    const name = basename(path);
    try {
      const bytes = readFileSync(resolve(folder, path));
      const file = { name, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
      if ((files.get(name) ?? file).sha256 !== file.sha256)
        problems.push({ field, message: 'two files have one name', got: name });
      files.set(name, file);
    } catch (error) {
      const got = `${resolve(folder, path)} (${(error as NodeJS.ErrnoException).code ?? error})`;
      const hint = 'paths are relative to the campaign file';
      problems.push({ field, message: 'the file cannot be read', got, hint });
    }
    return name;
  };
  for (const [i, path] of further.entries()) take(path, `reference.files.${i}`);
  const renamed = commands.map((words) =>
    words.map((word, i) => {
      const isMeant = i > 0 && (looksLikeFile(word) || isFile(resolve(folder, word)));
      if (!isMeant || files.has(word)) return word;
      return take(word, `reference.commands: ${words[0]}`);
    }),
  );
  if (problems.length > 0) throw new InputError(problems);
  return { commands: renamed, files: [...files.values()] };
}

/** `Si.sw`, `potentials/SiC.tersoff`: no number, and a dot before letters. */
function looksLikeFile(word: string): boolean {
  return Number.isNaN(Number(word)) && /[A-Za-z_)\d]\.[A-Za-z]\w*$/.test(word);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
