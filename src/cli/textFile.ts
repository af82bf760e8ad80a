import { readFile } from 'node:fs/promises';
import { FailureError, inputError } from '../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'the file may not be read',
  EISDIR: 'this is a folder, not a file',
};

/** The text of a file that a person named; `field` is the argument or flag. Throws `InputError` where it cannot be that. */
export async function readTextFile(path: string, field: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code in REASONS) throw inputError({ field, message: REASONS[code], got: path });
    throw new FailureError(`cannot read ${path}`, undefined, { cause: error });
  }
}
