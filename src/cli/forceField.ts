import { existsSync, mkdirSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { inputError } from '../errors.js';
import { storeError } from '../store/errors.js';

/** A folder for results: as named, or beside the working folder after the force field. */
export function resultFolder(out: string | undefined, forceField: string, what: string): string {
  return out ?? `${basename(forceField, extname(forceField))}-${what}`;
}

/** Makes the folder; refuses one that holds a file of an earlier run unless `force`. */
export function prepareFolder(folder: string, files: readonly string[], force: boolean): void {
  const old = files.find((name) => existsSync(`${folder}/${name}`));
  if (old !== undefined && !force) {
    throw inputError({
      field: '--out',
      message: `the folder holds ${old} of an earlier run`,
      got: folder,
      hint: 'choose another folder, or replace them with --force',
    });
  }
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw storeError(error, 'make', folder);
  }
}

/** An integer of at least `least`. Throws `InputError` naming the flag. */
export function countFlag(field: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && Number.isSafeInteger(value) && value >= least) return value;
  throw inputError({ field, message: 'not a count', got: text, expected: `an integer from ${least}` });
}
