import { inputError } from '../../errors.js';

/**
 * The supercell of a production run as [9] integers in primitive lattice vectors: the one the force field was trained in, or
 * `repeats` times the shortest lattice vectors along its three axes (`6 6 6` for a force field trained in 3×3×3 conventional
 * cells doubles each axis).
 */
export function productionMatrix(trained: Int32Array, repeats: readonly number[] | undefined): Int32Array {
  if (repeats === undefined) return trained.slice();
  if (repeats.length !== 3 || !repeats.every((n) => Number.isInteger(n) && n > 0 && n < 1000)) {
    throw inputError({
      field: '--supercell',
      message: 'not a supercell',
      got: repeats.join(' '),
      expected: 'three integers above 0, e.g. 3 3 3',
    });
  }
  const matrix = trained.slice();
  for (let axis = 0; axis < 3; axis++) {
    const row = trained.subarray(3 * axis, 3 * axis + 3);
    const divisor = row.reduce((a, b) => greatestCommonDivisor(a, Math.abs(b)), 0);
    row.forEach((x, k) => {
      matrix[3 * axis + k] = (x / divisor) * repeats[axis];
    });
  }
  return matrix;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
