import type { Crystal } from './structure.js';

/**
 * One space-group operation of the primitive crystal. It acts on fractional coordinates as x' = W x + w and on
 * Cartesian vectors as v' = R v (column vectors). It maps site s of cell 0 onto site `siteImage[s]` of cell
 * `cellImage[3s..3s+2]`; hence site s of cell c onto site `siteImage[s]` of cell W c + cellImage[s].
 */
export interface SpaceGroupOperation {
  /** [9] row-major integers: W. */
  readonly fractionalRotation: Int32Array;
  /** [9] row-major, orthogonal to machine precision: R. */
  readonly rotation: Float64Array;
  /** [3] fractional: w. */
  readonly translation: Float64Array;
  /** [sites] from SiteIndex to SiteIndex, one-to-one. */
  readonly siteImage: Int32Array;
  /** [3·sites] lattice translation of the image, in primitive cells. */
  readonly cellImage: Int32Array;
}

/** A crystal reduced to one primitive cell, in the Cartesian frame of the file it came from. */
export interface PrimitiveCrystal {
  /** The primitive cell, symmetrised: its metric is invariant under every W, its sites under every operation. */
  readonly crystal: Crystal;
  /** [sites] masses, amu. */
  readonly masses: Float64Array;
  /** One operation for each coset of the lattice translations; the first is the identity. */
  readonly operations: readonly SpaceGroupOperation[];
  readonly spaceGroup: { readonly number: number; readonly symbol: string };
}

/** A supercell of a primitive crystal, in its own atom order. */
export interface Supercell {
  readonly primitive: PrimitiveCrystal;
  /** [9] row-major integers: supercell lattice vectors (rows) in primitive lattice vectors: L_super = M · L_prim. */
  readonly matrix: Int32Array;
  /** The ideal supercell, built from the symmetrised primitive crystal. */
  readonly crystal: Crystal;
  /** [atoms] from AtomIndex to SiteIndex, many-to-one. */
  readonly siteOf: Int32Array;
  /** [3·atoms] lattice translation of each atom, in primitive cells: Cartesian = (x_site + cell) · L_prim. */
  readonly cellOf: Int32Array;
  /** The atom that is site `site` of primitive cell (a, b, c), folded back into the supercell. */
  atomAt(site: number, a: number, b: number, c: number): number;
  /** Length of the shortest non-zero lattice translation of the supercell, Å. */
  readonly shortestTranslation: number;
}
