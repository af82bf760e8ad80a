import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseData, placeInSupercell } from '../../crystal/data.js';
import { parseCrystal } from '../../crystal/read.js';
import { recogniseSupercell } from '../../crystal/recognise.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import { FailureError, formatProblem, inputError } from '../../errors.js';
import type { LabelledStructure } from '../../regression/trainingRows.js';
import { readDataFile } from '../data/dataFile.js';

/** A structure and where it comes from, for people: `run.xml step 3`. */
export interface LoadedStructure extends LabelledStructure {
  readonly source: string;
}

/** The ideal supercell of a crystal, both from files. Throws `InputError` naming the argument or the file's line. */
export async function loadSupercell(crystalPath: string, idealPath: string): Promise<Supercell> {
  const crystal = parseCrystal(await readText(crystalPath, 'CRYSTAL'), basename(crystalPath));
  const ideal = parseCrystal(await readText(idealPath, 'IDEAL_SUPERCELL'), basename(idealPath));
  return recogniseSupercell(analyseSymmetry(crystal), ideal, undefined, basename(idealPath));
}

/**
 * All structures of the files (extended XYZ, vasprun.xml, pw.x's XML, OUTCAR), one file after the other, in the supercell's atom order. What
 * is no label goes to `onWarning` with its reason.
 */
export async function loadStructures(
  paths: readonly string[],
  supercell: Supercell,
  onWarning: (message: string) => void = () => undefined,
): Promise<LoadedStructure[]> {
  const structures: LoadedStructure[] = [];
  for (const path of paths) {
    const { text, refused: before = [] } = readDataFile(path, 'DATA');
    const { frames, refused } = parseData(text, basename(path));
    for (const problem of [...before, ...refused]) onWarning(`left out: ${formatProblem(problem)}`);
    for (const frame of frames)
      structures.push({ ...placeInSupercell(frame, supercell), source: frame.source });
  }
  return structures;
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
