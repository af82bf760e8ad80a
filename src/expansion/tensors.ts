import type { SparseMatrix } from '../numerics/sparse.js';

/** Entries of rotations and tensors below this are rounding. */
export const ZERO = 1e-11;

/** Number of Cartesian components of a tensor of rank n: 3ⁿ. */
export function componentCount(n: number): number {
  let count = 1;
  for (let k = 0; k < n; k++) count *= 3;
  return count;
}

/** [n] place values of a component index a₁·3^{n−1} + … + a_n. */
export function placeValues(n: number): Int32Array {
  const values = new Int32Array(n);
  for (let k = n - 1, value = 1; k >= 0; k--, value *= 3) values[k] = value;
  return values;
}

/** Cartesian indices a₁ … a_n of a component. */
export function componentDigits(component: number, n: number, digits: Int32Array): Int32Array {
  let rest = component;
  for (let k = n - 1; k >= 0; k--) {
    digits[k] = rest % 3;
    rest = (rest - digits[k]) / 3;
  }
  return digits;
}

/** Columns of a 3×3 matrix without the entries that are zero up to rounding. */
export interface SparseRotation {
  /** [4] */
  readonly start: Int32Array;
  readonly row: Int32Array;
  readonly value: Float64Array;
}

/** `r` is [9] row-major; with `transpose`, its transpose. */
export function sparseRotation(r: Float64Array, transpose = false): SparseRotation {
  const start = [0];
  const row: number[] = [];
  const value: number[] = [];
  for (let column = 0; column < 3; column++) {
    for (let i = 0; i < 3; i++) {
      const v = transpose ? r[3 * column + i] : r[3 * i + column];
      if (Math.abs(v) < ZERO) continue;
      row.push(i);
      value.push(Math.abs(Math.abs(v) - 1) < ZERO ? Math.sign(v) : v);
    }
    start.push(row.length);
  }
  return { start: Int32Array.from(start), row: Int32Array.from(row), value: Float64Array.from(value) };
}

/** Expands R⊗…⊗R e_b with reusable buffers. */
export interface ComponentRotator {
  /** [3ⁿ] component indices and values of the last expansion. */
  readonly index: Int32Array;
  readonly value: Float64Array;
  /**
   * Expands e_b, b₁ … b_n being `digits`; the k-th factor stands at the place whose value is `places[k]`.
   * Returns the number of entries.
   */
  expand(rotation: SparseRotation, digits: Int32Array, places: Int32Array): number;
}

export function componentRotator(n: number): ComponentRotator {
  const size = componentCount(n);
  const index = new Int32Array(size);
  const value = new Float64Array(size);
  const expand = (rotation: SparseRotation, digits: Int32Array, places: Int32Array): number => {
    let count = 1;
    index[0] = 0;
    value[0] = 1;
    for (let k = 0; k < n; k++) {
      const from = rotation.start[digits[k]];
      const to = rotation.start[digits[k] + 1];
      // The first factor is applied last, in place: it is the one that does not lengthen the list.
      for (let e = to - 1; e >= from; e--) {
        const shift = (e - from) * count;
        const step = rotation.row[e] * places[k];
        const factor = rotation.value[e];
        for (let i = 0; i < count; i++) {
          index[shift + i] = index[i] + step;
          value[shift + i] = value[i] * factor;
        }
      }
      count *= to - from;
    }
    return count;
  };
  return { index, value, expand };
}

/** R⊗…⊗R applied to each column of a [3ⁿ × k] matrix; dense result [k·3ⁿ], one column after the other. */
export function rotateTensors(
  n: number,
  tensors: SparseMatrix,
  rotation: SparseRotation,
  places: Int32Array,
): Float64Array {
  const size = componentCount(n);
  const rotator = componentRotator(n);
  const digits = new Int32Array(n);
  const rotated = new Float64Array(tensors.columns * size);
  for (let column = 0; column < tensors.columns; column++) {
    for (let e = tensors.columnStart[column]; e < tensors.columnStart[column + 1]; e++) {
      componentDigits(tensors.rowIndex[e], n, digits);
      const count = rotator.expand(rotation, digits, places);
      const factor = tensors.values[e];
      for (let i = 0; i < count; i++) rotated[column * size + rotator.index[i]] += factor * rotator.value[i];
    }
  }
  return rotated;
}
