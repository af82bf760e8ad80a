import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { type Equation, sparseNullSpace } from '../../../src/numerics/nullspace/elimination.js';
import { orthonormalColumns } from '../../../src/numerics/nullspace/orthonormal.js';
import type { SparseMatrix } from '../../../src/numerics/sparse.js';
import { randomNumbers } from '../../expansion/random.js';

function equationsOf(rows: readonly (readonly number[])[]): readonly Equation[] {
  return rows.map((row) => {
    const index = row.flatMap((v, i) => (v === 0 ? [] : [i]));
    return { index: Int32Array.from(index), value: Float64Array.from(index, (i) => row[i]) };
  });
}

function dense(m: SparseMatrix): Matrix {
  const result = Matrix.zeros(m.rows, m.columns);
  for (let k = 0; k < m.columns; k++) {
    for (let e = m.columnStart[k]; e < m.columnStart[k + 1]; e++) result.set(m.rowIndex[e], k, m.values[e]);
  }
  return result;
}

/** Rows of rank at most `rank`: random sparse ones and random combinations of them. */
function dependentRows(
  columns: number,
  rank: number,
  extra: number,
  seed: number,
): readonly (readonly number[])[] {
  const numbers = randomNumbers(rank * columns * 2 + extra * rank, seed);
  let at = 0;
  const base = Array.from({ length: rank }, () =>
    Array.from({ length: columns }, () => {
      const [keep, value] = [numbers[at++], numbers[at++]];
      return keep > 0.2 ? value : 0;
    }),
  );
  const combined = Array.from({ length: extra }, () => {
    const weights = base.map(() => numbers[at++]);
    return Array.from({ length: columns }, (_, i) =>
      base.reduce((sum, row, k) => sum + weights[k] * row[i], 0),
    );
  });
  return [...combined, ...base];
}

describe('null space of dependent equations', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('has the dimension that singular values give, seed %i', (seed) => {
    const columns = 20 + 3 * seed;
    const rows = dependentRows(columns, 6 + seed, 15, seed);
    const priority = Int32Array.from({ length: columns }, (_, i) => (i * 7 + seed) % 5);
    const basis = sparseNullSpace(equationsOf(rows), columns, priority);
    const singular = new SingularValueDecomposition(new Matrix(rows.map((r) => [...r])), {
      autoTranspose: true,
    });
    expect(basis.columns).toBe(columns - singular.rank);

    const a = new Matrix(rows.map((r) => [...r]));
    const q = dense(orthonormalColumns(basis));
    expect(a.mmul(dense(basis)).abs().max()).toBeLessThan(1e-10);
    expect(a.mmul(q).abs().max()).toBeLessThan(1e-12);
    expect(q.transpose().mmul(q).sub(Matrix.eye(basis.columns)).abs().max()).toBeLessThan(1e-14);
  });

  it('has free unknowns as unit vectors and eliminates the lowest priority first', () => {
    const basis = sparseNullSpace(equationsOf([[1, 1, 1, 0]]), 4, Int32Array.of(2, 1, 0, 3));
    expect(dense(basis).to2DArray()).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [-1, -1, 0],
      [0, 0, 1],
    ]);
  });

  it('is everything where there are no equations, nothing where they determine all', () => {
    expect(dense(sparseNullSpace([], 3, new Int32Array(3))).to2DArray()).toEqual(Matrix.eye(3).to2DArray());
    const all = sparseNullSpace(
      equationsOf([
        [1, 1],
        [1, -1],
      ]),
      2,
      new Int32Array(2),
    ); // prettier-ignore
    expect(all.columns).toBe(0);
    expect(orthonormalColumns(all).columns).toBe(0);
  });

  it('is refused where rank is a matter of opinion', () => {
    const rows = [
      [1, 2, 3],
      [1, 2, 3 + 1e-7],
    ]; // prettier-ignore
    expect(() => sparseNullSpace(equationsOf(rows), 3, new Int32Array(3))).toThrow(
      /no clear rank; smallest pivot/,
    );
  });
});
