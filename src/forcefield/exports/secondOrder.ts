import type { Supercell } from '../../crystal/types.js';
import type { HarmonicCrystal } from '../harmonic.js';

/**
 * Φ of the pairs (atom `rows[k]`, any atom) of a supercell: [rows·atoms·9], the two Cartesian indices last, eV/Å². Pairs
 * lie within the cutoff, hence each in one periodic image.
 */
export function secondOrderConstants(
  harmonic: HarmonicCrystal,
  supercell: Supercell,
  rows: ArrayLike<number>,
): Float64Array {
  const atoms = supercell.siteOf.length;
  const out = new Float64Array(rows.length * atoms * 9);
  const { first, second, cells, blocks } = harmonic;
  for (let r = 0; r < rows.length; r++) {
    const atom = rows[r];
    const [a, b, c] = supercell.cellOf.subarray(3 * atom, 3 * atom + 3);
    for (let p = 0; p < first.length; p++) {
      if (first[p] !== supercell.siteOf[atom]) continue;
      const other = supercell.atomAt(second[p], a + cells[3 * p], b + cells[3 * p + 1], c + cells[3 * p + 2]);
      out.set(blocks.subarray(9 * p, 9 * p + 9), 9 * (r * atoms + other));
    }
  }
  return out;
}
