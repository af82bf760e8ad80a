/** A classical state of a supercell. Displacements are from the ideal sites and never wrapped. */
export interface MdState {
  /** Steps since the start of the trajectory. */
  step: number;
  /** [3·atoms] displacements u, Å. */
  readonly displacements: Float64Array;
  /** [3·atoms] velocities, Å/fs. */
  readonly velocities: Float64Array;
}

/** Forces at given displacements: fills `forces` ([3·atoms], eV/Å) and returns the potential energy relative to the ideal supercell, eV. */
export type ForceFunction = (displacements: Float64Array, forces: Float64Array) => number;
