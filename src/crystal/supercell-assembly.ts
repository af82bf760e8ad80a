import { cosetIndex, hermiteNormalForm } from '../numerics/integer-lattice.js';
import { adjugate3, determinant3, multiply3, rowsTimes3 } from '../numerics/matrix3.js';
import { shortestLatticeVector } from './geometry.js';
import type { PrimitiveCrystal, Supercell } from './types.js';

/** A supercell from its matrix and the site and cell of each atom, which must fill it exactly once. */
export function assembleSupercell(
  primitive: PrimitiveCrystal,
  matrix: Int32Array,
  siteOf: Int32Array,
  cellOf: Int32Array,
): Supercell {
  const lattice = multiply3(matrix, primitive.crystal.lattice);
  return {
    primitive,
    matrix,
    crystal: {
      lattice,
      species: Array.from(siteOf, (s) => primitive.crystal.species[s]),
      positions: supercellPositions(primitive, matrix, siteOf, cellOf),
    },
    siteOf,
    cellOf,
    atomAt: atomLookup(matrix, siteOf, cellOf, primitive.crystal.species.length),
    shortestTranslation: shortestLatticeVector(lattice),
  };
}

/** [3·atoms] (x_site + cell) · M⁻¹, fractional in the supercell. */
export function supercellPositions(
  primitive: PrimitiveCrystal,
  matrix: Int32Array,
  siteOf: ArrayLike<number>,
  cellOf: Int32Array,
): Float64Array {
  const sites = primitive.crystal.positions;
  const det = determinant3(matrix);
  const x = Float64Array.from(cellOf, (c, i) => sites[3 * siteOf[Math.floor(i / 3)] + (i % 3)] + c);
  return rowsTimes3(x, adjugate3(matrix)).map((v) => v / det + 0);
}

/** Constant-time look-up by the Hermite normal form of the supercell matrix: exact integer arithmetic. */
function atomLookup(
  matrix: Int32Array,
  siteOf: Int32Array,
  cellOf: Int32Array,
  sites: number,
): Supercell['atomAt'] {
  const hermite = hermiteNormalForm(matrix);
  const cells = hermite[0] * hermite[4] * hermite[8];
  const table = new Int32Array(sites * cells).fill(-1);
  for (let i = 0; i < siteOf.length; i++) {
    table[siteOf[i] * cells + cosetIndex(hermite, cellOf[3 * i], cellOf[3 * i + 1], cellOf[3 * i + 2])] = i;
  }
  if (siteOf.length !== table.length || table.includes(-1)) {
    throw new RangeError('The atoms do not fill the supercell exactly once');
  }
  return (site, a, b, c) => table[site * cells + cosetIndex(hermite, a, b, c)];
}
