import { inputError } from '../errors.js';
import { parseExtxyz } from './formats/extxyz.js';
import { displacementsFrom, type Structure } from './matching.js';
import type { Supercell } from './types.js';

/** Displacements and forces of one frame of a file, in the supercell's atom order. */
export interface LabelledFrame {
  /** [3N] u, Å. */
  readonly displacements: Float64Array;
  /** [3N] eV/Å */
  readonly forces: Float64Array;
}

/**
 * All frames of an extended XYZ text with their forces.
 * @throws InputError naming file and line, or file and frame, for what is no frame of this supercell with forces
 */
export function labelledFrames(text: string, filename: string, supercell: Supercell): LabelledFrame[] {
  return parseExtxyz(text, filename).map((frame, k) =>
    labelledFrame(frame, supercell, `${filename} frame ${k + 1}`),
  );
}

function labelledFrame(
  frame: Structure & { readonly forces?: Float64Array },
  supercell: Supercell,
  field: string,
): LabelledFrame {
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
