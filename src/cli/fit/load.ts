import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseExtxyz } from '../../crystal/formats/extxyz.js';
import { displacementsFrom, type Structure } from '../../crystal/matching.js';
import { parseCrystal } from '../../crystal/read.js';
import { recogniseSupercell } from '../../crystal/recognise.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import { FailureError, inputError } from '../../errors.js';
import type { LabelledStructure } from '../../regression/trainingRows.js';

/** The ideal supercell of a crystal, both from files. Throws `InputError` naming the argument or the file's line. */
export async function loadSupercell(crystalPath: string, idealPath: string): Promise<Supercell> {
  const crystal = parseCrystal(await readText(crystalPath, 'CRYSTAL'), basename(crystalPath));
  const ideal = parseCrystal(await readText(idealPath, 'IDEAL_SUPERCELL'), basename(idealPath));
  return recogniseSupercell(analyseSymmetry(crystal), ideal, undefined, basename(idealPath));
}

/** All frames of an extended XYZ file with their forces, in the supercell's atom order. */
export async function loadStructures(path: string, supercell: Supercell): Promise<LabelledStructure[]> {
  const name = basename(path);
  const frames = parseExtxyz(await readText(path, 'DATA'), name);
  return frames.map((frame, k) => labelled(frame, supercell, `${name} frame ${k + 1}`));
}

function labelled(
  frame: Structure & { readonly forces?: Float64Array },
  supercell: Supercell,
  field: string,
): LabelledStructure {
  if (frame.forces === undefined) {
    throw inputError({ field, message: 'has no forces', expected: 'a column REF_forces or forces' });
  }
  const { displacements, order } = displacementsFrom(supercell, frame, field);
  const forces = new Float64Array(displacements.length);
  for (let from = 0; from < order.length; from++) {
    forces.set(frame.forces.subarray(3 * from, 3 * from + 3), 3 * order[from]);
  }
  return { displacements, forces };
}

async function readText(path: string, argument: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'the file may not be read',
      EISDIR: 'this is a folder, not a file',
    };
    if (code in reasons) throw inputError({ field: argument, message: reasons[code], got: path });
    throw new FailureError(`cannot read ${path}`, undefined, { cause: error });
  }
}
