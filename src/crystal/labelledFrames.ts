import { parseData, placeInSupercell } from './data.js';
import type { Supercell } from './types.js';

/** Displacements and forces of one frame of a file, in the supercell's atom order. */
export interface LabelledFrame {
  /** [3N] u, Å. */
  readonly displacements: Float64Array;
  /** [3N] eV/Å */
  readonly forces: Float64Array;
}

/**
 * All labelled structures of an extended XYZ or vasprun.xml text.
 * @throws InputError naming file and line, or file and frame, for what is no frame of this supercell with forces
 */
export function labelledFrames(text: string, filename: string, supercell: Supercell): LabelledFrame[] {
  return parseData(text, filename).frames.map((frame) => placeInSupercell(frame, supercell));
}
