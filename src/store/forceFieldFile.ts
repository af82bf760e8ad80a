import { readFile } from 'node:fs/promises';
import { inputError } from '../errors.js';
import { decodeForceField, encodeForceField } from '../forcefield/encoding.js';
import type { ForceField } from '../forcefield/forceField.js';
import { writeFileAtomic } from './atomicFile.js';
import { systemCode } from './errors.js';

/** Writes a force field as a file of its own: the whole file or nothing. Throws `StoreError`. */
export async function writeForceField(path: string, field: ForceField): Promise<void> {
  await writeFileAtomic(path, encodeForceField(field));
}

/** Reads a force field that a person named; an `InputError` says what is wrong with another, truncated or changed file. */
export async function readForceField(path: string): Promise<ForceField> {
  return decodeForceField(await readNamed(path), path);
}

async function readNamed(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw inputError({
      field: path,
      message:
        systemCode(error) === 'ENOENT' ? 'there is no such force field' : 'the force field cannot be read',
      got: systemCode(error) ?? String(error),
      hint: 'a campaign leaves it in runs/NAME/',
    });
  }
}
