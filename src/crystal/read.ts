import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { inputError } from '../errors.js';
import { extxyzFrames } from './formats/extxyz.js';
import { parsePoscar } from './formats/poscar.js';
import { fractionalPositions } from './geometry.js';
import type { Crystal } from './structure.js';
import { validateCrystal } from './validate.js';

/**
 * Reads a crystal from a POSCAR, CONTCAR, *.vasp, or the first frame of an extended XYZ file.
 * @param field what an error about the file itself names, e.g. a key of the campaign file
 * @throws InputError for a file that cannot be read, and as `parseCrystal` does
 */
export function readCrystal(path: string, field = path): Crystal {
  return parseCrystal(readText(path, field), path);
}

/** A text file's content. @throws InputError when it cannot be read */
export function readText(path: string, field = path): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw inputError({
      field,
      message: REASONS[code] ?? `the file cannot be read (${code})`,
      got: path,
      expected: 'a readable file',
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'no permission to read the file',
  EPERM: 'no permission to read the file',
  EISDIR: 'it is a folder, not a file',
};

/**
 * A crystal from the text of a file; the format follows from the name, else from the content.
 * @throws InputError naming file:line for what is no crystal; atoms nearer than 0.5 Å are refused
 */
export function parseCrystal(text: string, filename: string): Crystal {
  if (text.trim() === '') {
    throw inputError({ field: filename, message: 'the file is empty', expected: 'a POSCAR or extended XYZ' });
  }
  return formatOf(text, filename) === 'poscar' ? parsePoscar(text, filename) : firstFrame(text, filename);
}

/** The format of a file that holds a crystal: from its name, else from its content. */
export function formatOf(text: string, filename: string): 'poscar' | 'extxyz' {
  const name = basename(filename).toLowerCase();
  if (/\.(ext)?xyz$/.test(name)) return 'extxyz';
  if (/^(poscar|contcar)|(poscar|contcar|\.vasp)$/.test(name)) return 'poscar';
  const [first, second] = text.split('\n', 2);
  return /^\s*\d+\s*$/.test(first) && /(Lattice|Properties)\s*=/i.test(second ?? '') ? 'extxyz' : 'poscar';
}

function firstFrame(text: string, filename: string): Crystal {
  const frame = extxyzFrames(text, filename).next().value;
  if (frame === undefined)
    throw inputError({ field: filename, message: 'the file holds no frame', expected: 'extended XYZ' });
  const { lattice, species } = frame;
  return validateCrystal(
    { lattice, species, positions: fractionalPositions(frame.positions, lattice) },
    filename,
  );
}
