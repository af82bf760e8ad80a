/**
 * What the host writes into memory and the kernels read: one record of 32-bit words per primitive site.
 * Addresses are bytes from the start of memory. A slot holds one number for each atom of a group: 16 bytes in the design
 * matrix (two f64 or four f32), 32 bytes in the forces (four f64).
 */

/** Atoms of one primitive site in groups of as many as there are lanes, and their displaced surroundings. */
@unmanaged
export class Surroundings {
  /** Number of groups. */
  groups: i32;
  /** Number of neighbours of the site. */
  neighbours: i32;
  /** i32 [groups][lanes]: byte offset 24·atom; short groups repeat an atom. */
  atoms: usize;
  /** i32 [groups]: lanes that count. */
  valid: usize;
  /** i32 [groups][neighbours][lanes]: byte offset 24·atom of each neighbour. */
  table: usize;
  /** Number of frames in which relative displacements are needed; the first is the laboratory's. */
  frames: i32;
  /** f64 [frames][9]: rotation F_g from frame g to the laboratory, row-major. */
  rotations: usize;
}

/** Force constants folded onto monomials, one part for each order. */
@unmanaged
export class ForceTables {
  orders: i32;
  /** OrderTables [orders] */
  order: usize;
}

@unmanaged
export class OrderTables {
  /** n */
  order: i32;
  /** Monomials to be formed first: i32 pairs of byte offsets into the workspace. */
  products: usize;
  productCount: i32;
  /** Byte offset of the first product in the workspace. */
  destination: i32;
  /** i32 [terms][4]: byte offset and length of the leading factor (length 0: none), of the trailing factor. */
  terms: usize;
  termCount: i32;
  /** f64: three coefficients (x, y, z) for each monomial of each term. */
  coefficients: usize;
}

/** The design matrix in raw coordinates as a list of runs, one orbit after the other. */
@unmanaged
export class DesignTables {
  /** Monomials shared between orbits: pairs of byte offsets. */
  shared: usize;
  sharedCount: i32;
  /** Byte offset of the first shared product. */
  sharedDestination: i32;
  /** i32 [steps][4]: products of this orbit, byte offset of its first raw slot, runs, and 0. */
  steps: usize;
  stepCount: i32;
  /** Byte offset where each orbit's own products go; used again by the next. */
  scratch: i32;
  /** Pairs of byte offsets, consecutive over the steps. */
  products: usize;
  /** i32 [runs]: number of entries that add up to one raw slot. */
  runs: usize;
  /** i32 [entries]: byte offset of the monomial. */
  entries: usize;
  /** T [entries] */
  values: usize;
}

/** From raw coordinates to columns, compressed by column. */
@unmanaged
export class ColumnTables {
  columns: i32;
  /** Raw coordinates. */
  raw: i32;
  /** i32 [columns]: entries of each column. */
  counts: usize;
  /** i32 [entries]: byte offset 48·raw. */
  rows: usize;
  /** T [entries] */
  values: usize;
}
