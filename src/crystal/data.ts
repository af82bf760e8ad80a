import { inputError, type Problem } from '../errors.js';
import { parseExtxyz } from './formats/extxyz.js';
import { isVasprun, parseVasprun } from './formats/vasprun.js';
import { displacementsFrom, type Structure } from './matching.js';
import type { Supercell } from './types.js';

/** A structure of a data file with its reference forces. */
export interface DataFrame extends Structure {
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** eV; absent where the file gives none. */
  readonly energy?: number;
  /** For people: `run.xml step 3`. */
  readonly source: string;
}

/** Structures of one file, and what of it is no label. */
export interface DataFile {
  readonly frames: readonly DataFrame[];
  readonly refused: readonly Problem[];
}

/**
 * Reads labelled structures from extended XYZ or vasprun.xml, told apart by name and content.
 * @throws InputError naming the file and its line; for a frame without forces, and where no frame is left
 */
export function parseData(text: string, filename: string): DataFile {
  const file = isVasprun(text, filename) ? fromVasprun(text, filename) : fromExtxyz(text, filename);
  if (file.frames.length > 0) return file;
  const [first] = file.refused;
  throw inputError({
    ...first,
    field: filename,
    message: `none of its ${file.refused.length} structures is a label; the first: ${first.message}`,
  });
}

function fromExtxyz(text: string, filename: string): DataFile {
  const frames = parseExtxyz(text, filename).map((frame, k) => {
    const source = `${filename} frame ${k + 1}`;
    const { forces } = frame;
    if (forces === undefined) {
      throw inputError({
        field: source,
        message: 'has no forces',
        expected: 'a column REF_forces or forces',
      });
    }
    return { ...frame, forces, source };
  });
  return { frames, refused: [] };
}

function fromVasprun(text: string, filename: string): DataFile {
  const { frames, refused } = parseVasprun(text, filename);
  return { frames: frames.map((frame) => ({ ...frame, source: `${filename} step ${frame.step}` })), refused };
}

/**
 * Displacements and forces of a structure in the supercell's own atom order; its drift is taken out.
 * @throws InputError naming its source for another crystal
 */
export function placeInSupercell(
  frame: DataFrame,
  supercell: Supercell,
): { readonly displacements: Float64Array; readonly forces: Float64Array } {
  const { displacements, order } = displacementsFrom(supercell, frame, frame.source);
  const forces = new Float64Array(displacements.length);
  order.forEach((atom, from) => {
    forces.set(frame.forces.subarray(3 * from, 3 * from + 3), 3 * atom);
  });
  return { displacements, forces };
}
