import type { Crystal } from '../../crystal/structure.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { assembleSupercell } from '../../crystal/supercell-assembly.js';
import type { PrimitiveCrystal, Supercell } from '../../crystal/types.js';

/** A supercell as phonopy's family of programs builds it: a unit cell repeated along its own three axes. */
export interface ExportSupercell {
  /** The unit cell: the shortest lattice vectors along the supercell's axes. */
  readonly unit: Crystal;
  /** [unit atoms] amu */
  readonly unitMasses: Float64Array;
  /** [9] integers: unit lattice = unitMatrix · primitive lattice. */
  readonly unitMatrix: Int32Array;
  /** Cells along the three axes. */
  readonly repeats: readonly [number, number, number];
  /** Atoms: those of the unit cell one after the other, for each its translations, the first axis running fastest. */
  readonly supercell: Supercell;
  /** [sites] first atom of the supercell on each site of the primitive cell, ascending. */
  readonly primitiveAtoms: Int32Array;
}

/**
 * Divides a supercell ([9] integers, L_super = M · L_prim) into unit cells. The order of atoms is the one of phonopy's builder
 * for a diagonal supercell matrix, so that the programs' own supercell and ours agree atom by atom.
 */
export function exportSupercell(
  primitive: PrimitiveCrystal,
  matrix: ArrayLike<number>,
  field: string,
): ExportSupercell {
  // Refuses what is no supercell before its rows are divided.
  buildSupercell(primitive, primitive.crystal, Array.from(matrix), field);
  const rows = [0, 1, 2].map((r) => [0, 1, 2].map((c) => matrix[3 * r + c]));
  const repeats = rows.map((row) => row.reduce((a, b) => greatestCommonDivisor(a, Math.abs(b)), 0));
  const unitRows = rows.map((row, r) => row.map((x) => x / repeats[r]));
  const unit = buildSupercell(primitive, primitive.crystal, unitRows.flat(), field);
  const site: number[] = [];
  const cells: number[] = [];
  for (let atom = 0; atom < unit.siteOf.length; atom++) {
    for (let k = 0; k < repeats[2]; k++) {
      for (let j = 0; j < repeats[1]; j++) {
        for (let i = 0; i < repeats[0]; i++) {
          site.push(unit.siteOf[atom]);
          for (let c = 0; c < 3; c++) {
            const shift = i * unitRows[0][c] + j * unitRows[1][c] + k * unitRows[2][c];
            cells.push(unit.cellOf[3 * atom + c] + shift);
          }
        }
      }
    }
  }
  const siteOf = Int32Array.from(site);
  const sites = [...new Set(site)].map((s) => site.indexOf(s));
  return {
    unit: unit.crystal,
    unitMasses: Float64Array.from(unit.siteOf, (s) => primitive.masses[s]),
    unitMatrix: unit.matrix,
    repeats: [repeats[0], repeats[1], repeats[2]],
    supercell: assembleSupercell(
      primitive,
      Int32Array.from(Array.from(matrix)),
      siteOf,
      Int32Array.from(cells),
    ),
    primitiveAtoms: Int32Array.from(sites.sort((a, b) => a - b)),
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
