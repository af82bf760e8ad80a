import { basename } from 'node:path';
import type { Structure } from '../../crystal/assignment.js';
import { dataFormatOf, parseData } from '../../crystal/data.js';
import { parseExtxyz } from '../../crystal/formats/extxyz.js';
import { cartesianPositions } from '../../crystal/geometry.js';
import { formatOf, parseCrystal } from '../../crystal/read.js';
import { formatProblem } from '../../errors.js';
import { readDataFile } from '../data/dataFile.js';

/** A structure to predict, with reference forces where its file has them. */
export interface Frame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces?: Float64Array;
  /** For people: `md.xyz frame 3`. */
  readonly source: string;
}

/**
 * All structures of a file: extended XYZ, vasprun.xml, pw.x's XML, OUTCAR, or a POSCAR. Ionic steps that are no labels go to `onWarning`.
 * Throws `InputError` naming file:line.
 */
export async function readFrames(
  path: string,
  onWarning: (message: string) => void,
): Promise<readonly Frame[]> {
  const { text, refused: before = [] } = readDataFile(path, 'STRUCTURES');
  const name = basename(path);
  if (['vasprun', 'pw'].includes(dataFormatOf(text, name)) || before.length > 0) {
    const { frames, refused } = parseData(text, name);
    for (const problem of [...before, ...refused]) onWarning(`left out: ${formatProblem(problem)}`);
    return frames;
  }
  if (formatOf(text, name) === 'poscar') {
    const crystal = parseCrystal(text, name);
    return [
      {
        lattice: crystal.lattice,
        species: crystal.species,
        positions: cartesianPositions(crystal),
        source: name,
      },
    ];
  }
  return parseExtxyz(text, name).map((frame, k) => ({ ...frame, source: `${name} frame ${k + 1}` }));
}
