import { basename } from 'node:path';
import { labelledFrames } from '../../crystal/labelledFrames.js';
import { parseCrystal } from '../../crystal/read.js';
import { recogniseSupercell } from '../../crystal/recognise.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import type { LabelledStructure } from '../../regression/trainingRows.js';
import { readTextFile } from '../textFile.js';

/** The ideal supercell of a crystal, both from files. Throws `InputError` naming the argument or the file's line. */
export async function loadSupercell(crystalPath: string, idealPath: string): Promise<Supercell> {
  const crystal = parseCrystal(await readTextFile(crystalPath, 'CRYSTAL'), basename(crystalPath));
  const ideal = parseCrystal(await readTextFile(idealPath, 'IDEAL_SUPERCELL'), basename(idealPath));
  return recogniseSupercell(analyseSymmetry(crystal), ideal, undefined, basename(idealPath));
}

/** All frames of an extended XYZ file with their forces, in the supercell's atom order. */
export async function loadStructures(path: string, supercell: Supercell): Promise<LabelledStructure[]> {
  return labelledFrames(await readTextFile(path, 'DATA'), basename(path), supercell);
}
