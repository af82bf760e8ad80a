/** A periodic arrangement of atoms. */
export interface Crystal {
  /** [9] row-major, rows are the lattice vectors, Å: Cartesian r = f · L. */
  readonly lattice: Float64Array;
  /** [atoms] chemical symbols. */
  readonly species: readonly string[];
  /** [3·atoms] fractional coordinates. */
  readonly positions: Float64Array;
}

/** Index of a site of the primitive cell. */
export type SiteIndex = number & { readonly __brand?: 'SiteIndex' };
/** Index of an atom of the supercell. */
export type AtomIndex = number & { readonly __brand?: 'AtomIndex' };
