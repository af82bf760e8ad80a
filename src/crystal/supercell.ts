import { inputError } from '../errors.js';
import { hermiteNormalForm } from '../numerics/integer-lattice.js';
import { determinant3, multiply3, rowsTimes3 } from '../numerics/matrix3.js';
import { cellOfCoordinate } from './geometry.js';
import { occupationOf } from './recognise.js';
import { siteSearch } from './site-search.js';
import type { Crystal } from './structure.js';
import { assembleSupercell, supercellPositions } from './supercell-assembly.js';
import type { PrimitiveCrystal, Supercell } from './types.js';

export { recogniseSupercell } from './recognise.js';

/** How far (Å) symmetrisation may have moved the atoms of the unit cell. */
const UNIT_CELL_TOLERANCE = 0.1;

/**
 * Repeats the unit cell (the crystal that `primitive` was found in) by three integers, or by a row-major 3×3 integer matrix D:
 * L_super = D · L_unit.
 *
 * Atom order: species in the order of their first atom in the unit cell; within a species the unit cell's atoms in its order;
 * for each of these its translations, the third lattice vector running fastest. Fractional coordinates are in [0, 1).
 * @param field what an error names
 * @throws InputError for other than 3 or 9 integers, for a determinant below 1, for a unit cell of another crystal
 */
export function buildSupercell(
  primitive: PrimitiveCrystal,
  unit: Crystal,
  multiplier: readonly number[],
  field = 'supercell',
): Supercell {
  const repetition = repetitionMatrix(multiplier, field);
  const occupation = occupationOf(siteSearch(primitive), unit, UNIT_CELL_TOLERANCE, field);
  const matrix = Int32Array.from(multiply3(repetition, occupation.matrix));
  const shifts = rowsTimes3(cosetRepresentatives(repetition), occupation.matrix);
  const atoms = groupedBySpecies(unit.species);
  const siteOf = Int32Array.from(
    atoms.flatMap((atom) => Array(shifts.length / 3).fill(occupation.siteOf[atom])),
  );
  const cellOf = Int32Array.from(
    atoms.flatMap((atom) => Array.from(shifts, (shift, i) => occupation.cellOf[3 * atom + (i % 3)] + shift)),
  );
  return assembleSupercell(primitive, matrix, siteOf, foldCells(primitive, matrix, siteOf, cellOf));
}

/** [9] D of three integers or nine. */
function repetitionMatrix(multiplier: readonly number[], field: string): Int32Array {
  const expected =
    'three positive integers, or nine integers (row-major 3×3 matrix) with a positive determinant';
  const got = `[${multiplier.join(', ')}]`;
  if (
    (multiplier.length !== 3 && multiplier.length !== 9) ||
    !multiplier.every((n) => Number.isInteger(n) && Math.abs(n) <= 1000)
  ) {
    throw inputError({ field, message: 'not a supercell multiplier', got, expected });
  }
  const [a, b, c] = multiplier;
  const matrix = Int32Array.from(multiplier.length === 9 ? multiplier : [a, 0, 0, 0, b, 0, 0, 0, c]);
  const det = determinant3(matrix);
  if (det < 1 || (multiplier.length === 3 && Math.min(a, b, c) < 1)) {
    throw inputError({
      field,
      message:
        det === 0 ? 'the supercell would have no volume' : 'the supercell would be left-handed or empty',
      got: `${got}, determinant ${det}`,
      expected,
      ...(det < 0 ? { hint: 'exchange two rows of the matrix, or change the sign of one' } : {}),
    });
  }
  return matrix;
}

/** [3·det] one integer translation for each coset of Z³ modulo the rows of D, the third running fastest. */
function cosetRepresentatives(repetition: Int32Array): Int32Array {
  const h = hermiteNormalForm(repetition);
  const out: number[] = [];
  for (let i = 0; i < h[0]; i++) {
    for (let j = 0; j < h[4]; j++) {
      for (let k = 0; k < h[8]; k++) out.push(i, j, k);
    }
  }
  return Int32Array.from(out);
}

function groupedBySpecies(species: readonly string[]): number[] {
  return [...new Set(species)].flatMap((s) => species.flatMap((t, i) => (t === s ? [i] : [])));
}

/** Cells of the atoms moved by supercell translations so that fractional coordinates lie in [0, 1). */
function foldCells(
  primitive: PrimitiveCrystal,
  matrix: Int32Array,
  siteOf: Int32Array,
  cellOf: Int32Array,
): Int32Array {
  const whole = supercellPositions(primitive, matrix, siteOf, cellOf).map(cellOfCoordinate);
  const shift = rowsTimes3(whole, matrix);
  return cellOf.map((c, i) => c - shift[i]);
}

/**
 * The largest cutoff (Å) that fits a supercell: 2 · r_cut stays below its shortest translation, with the margin by
 * which clusters may exceed the cutoff (METHOD: 1e-5 Å) and one digit more.
 */
export function largestCutoff(supercell: Pick<Supercell, 'shortestTranslation'>): number {
  return supercell.shortestTranslation / 2 - 1e-4;
}

/** Whether no cluster of this cutoff (Å) can meet its own periodic image. */
export function cutoffFits(supercell: Pick<Supercell, 'shortestTranslation'>, cutoff: number): boolean {
  return 2 * (cutoff + 1e-5) < supercell.shortestTranslation;
}
