import { determinant3 } from '../numerics/matrix3.js';
import { DEFAULT_TOLERANCE, wholeMultiple } from './recognise.js';
import { buildSupercell } from './supercell.js';
import type { PrimitiveCrystal, Supercell } from './types.js';

/**
 * The supercell of a crystal that has a structure's lattice ([9] rows, Å), its sites in an order of its own.
 * @throws InputError for lattice vectors that are no whole combinations of the primitive ones
 */
export function supercellOfLattice(
  primitive: PrimitiveCrystal,
  lattice: Float64Array,
  field: string,
): Supercell {
  const matrix = wholeMultiple(primitive.crystal.lattice, lattice, DEFAULT_TOLERANCE, field);
  // A left-handed cell is the same lattice with one vector turned round.
  const rows = determinant3(matrix) < 0 ? matrix.map((x, k) => (k < 3 ? -x : x)) : matrix;
  return buildSupercell(primitive, primitive.crystal, [...rows], field);
}
