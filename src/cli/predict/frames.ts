import { basename } from 'node:path';
import type { Structure } from '../../crystal/assignment.js';
import { parseExtxyz } from '../../crystal/formats/extxyz.js';
import { isVasprun, parseVasprun } from '../../crystal/formats/vasprun.js';
import { cartesianPositions } from '../../crystal/geometry.js';
import { formatOf, parseCrystal } from '../../crystal/read.js';
import { formatProblem } from '../../errors.js';
import { readTextFile } from '../textFile.js';

/** A structure to predict, with reference forces where its file has them. */
export interface Frame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces?: Float64Array;
  /** For people: `md.xyz frame 3`. */
  readonly source: string;
}

/**
 * All structures of a file: extended XYZ, vasprun.xml, or a POSCAR. Ionic steps of VASP that are no labels go to `onWarning`.
 * Throws `InputError` naming file:line.
 */
export async function readFrames(
  path: string,
  onWarning: (message: string) => void,
): Promise<readonly Frame[]> {
  const text = await readTextFile(path, 'STRUCTURES');
  const name = basename(path);
  if (isVasprun(text, name)) {
    const { frames, refused } = parseVasprun(text, name);
    for (const problem of refused) onWarning(`left out: ${formatProblem(problem)}`);
    return frames.map((frame) => ({ ...frame, source: `${name} step ${frame.step}` }));
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
