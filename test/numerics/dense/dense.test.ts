import { CholeskyDecomposition, Matrix, pseudoInverse } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import {
  choleskyInPlace,
  logDeterminant,
  NotPositiveDefiniteError,
} from '../../../src/numerics/dense/cholesky.js';
import { symmetricEigen } from '../../../src/numerics/dense/eigen.js';
import { minimumNormSolution } from '../../../src/numerics/dense/leastSquares.js';
import { pivotedTriangularFactor } from '../../../src/numerics/dense/pivotedQr.js';
import { addProduct, addSymmetricProduct } from '../../../src/numerics/dense/product.js';
import {
  inverseOfLowerTransposed,
  productOfUpper,
  solveCholesky,
  solveLowerRows,
} from '../../../src/numerics/dense/triangular.js';
import { normalArray, normals, product, transposed } from '../../regression/synthetic.js';

/** On either side of the sizes of blocks and panels. */
const SIZES = [1, 2, 3, 7, 63, 64, 65, 96, 97, 130, 201, 290];

function positiveDefinite(n: number, seed: number): Float64Array {
  const x = normalArray((n + 5) * n, normals(seed));
  const a = product(transposed(x, n + 5, n), x, n, n + 5, n);
  return a;
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
}

describe('addProduct', () => {
  it.each([
    [1, 1, 1],
    [4, 4, 300],
    [5, 7, 3],
    [9, 4, 513],
    [3, 2, 0],
  ])('adds ± A Bᵀ of %i × %i over %i, inside windows, and nothing beside them', (m, n, k) => {
    const normal = normals(m + n + k);
    const [cs, as, bs] = [n + 3, k + 2, k + 1];
    const a = normalArray(m * as + 2, normal);
    const b = normalArray(n * bs + 1, normal);
    for (const sign of [1, -1] as const) {
      const c = normalArray(m * cs + 5, normal);
      const expected = c.slice();
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += a[2 + i * as + l] * b[1 + j * bs + l];
          expected[5 + i * cs + j] += sign * sum;
        }
      }
      const window = { data: c, offset: 5, stride: cs };
      addProduct(
        window,
        { data: a, offset: 2, stride: as },
        { data: b, offset: 1, stride: bs },
        m,
        n,
        k,
        sign,
      );
      expect(largestDifference(c, expected)).toBeLessThan(1e-12);
    }
  });

  it.each([
    [21, 77],
    [101, 513],
    [200, 300],
  ])('gives an entry the same bits whatever tile it falls into (%i × %i)', (n, k) => {
    const a = normalArray(n * k, normals(1));
    const c = new Float64Array(n * n);
    addSymmetricProduct({ data: c, offset: 0, stride: n }, { data: a, offset: 0, stride: k }, n, k, 1);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const one = new Float64Array(1);
        const row = (r: number) => ({ data: a, offset: r * k, stride: k });
        addProduct({ data: one, offset: 0, stride: 1 }, row(i), row(j), 1, 1, k, 1);
        expect(c[i * n + j]).toBe(one[0]);
      }
    }
  });
});

describe('Cholesky', () => {
  it.each(SIZES)('agrees with ml-matrix at n = %i and reads the lower triangle only', (n) => {
    const a = positiveDefinite(n, n);
    const oracle = new CholeskyDecomposition(Matrix.from1DArray(n, n, Array.from(a))).lowerTriangularMatrix;
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) a[i * n + j] = Number.NaN;
    choleskyInPlace(a, n);
    expect(largestDifference(a, oracle.to1DArray())).toBeLessThan(1e-10 * n);
    const logDet = oracle.diagonal().reduce((sum, value) => sum + 2 * Math.log(value), 0);
    expect(logDeterminant(a, n)).toBeCloseTo(logDet, 8);
  });

  it('names the pivot that is not positive', () => {
    const a = Float64Array.of(1, 0, 0, 0, 4, 0, 0, 0, -1);
    expect(() => choleskyInPlace(a, 3)).toThrow(NotPositiveDefiniteError);
    expect(() => choleskyInPlace(Float64Array.of(Number.NaN), 1)).toThrow(/pivot 0/);
  });

  it('does not notice a scaling of rows and columns by powers of two', () => {
    const n = 90;
    const a = positiveDefinite(n, 5);
    const scale = Float64Array.from({ length: n }, (_, i) => 2 ** ((i % 5) * -20));
    const b = a.map((value, k) => value * scale[Math.floor(k / n)] * scale[k % n]);
    choleskyInPlace(a, n);
    choleskyInPlace(b, n);
    expect(b).toEqual(a.map((value, k) => value * scale[Math.floor(k / n)]));
  });
});

describe('triangular solves', () => {
  it.each(SIZES)('solve and invert at n = %i', (n) => {
    const normal = normals(n + 1000);
    const a = positiveDefinite(n, n + 17);
    const factor = a.slice();
    choleskyInPlace(factor, n);
    const x = normalArray(n, normal);
    const b = product(a, x, n, n, 1);
    solveCholesky(factor, n, b);
    expect(largestDifference(b, x)).toBeLessThan(1e-7);

    const rows = normalArray(70 * n, normal);
    const solved = product(rows, transposed(factor, n, n), 70, n, n);
    solveLowerRows(factor, n, solved, 70);
    expect(largestDifference(solved, rows)).toBeLessThan(1e-8);

    const inverse = inverseOfLowerTransposed(factor, n);
    const unit = product(factor, transposed(inverse, n, n), n, n, n);
    const expected = unit.map((_, k) => (Math.floor(k / n) === k % n ? 1 : 0));
    expect(largestDifference(unit, expected)).toBeLessThan(1e-8);
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(inverse[i * n + j]).toBe(0);

    const whole = product(a, productOfUpper(inverse, n), n, n, n);
    expect(largestDifference(whole, expected)).toBeLessThan(1e-7);
  });
});

describe('pivotedTriangularFactor', () => {
  it.each([
    [1, 1],
    [9, 4],
    [30, 30],
  ])('is the Cholesky factor of AᵀA, columns in pivot order: %i × %i', (m, n) => {
    const a = normalArray(m * n, normals(m * n));
    const { factor, pivots } = pivotedTriangularFactor(a.slice(), m, n);
    const gram = product(transposed(a, m, n), a, n, m, n);
    const expected = gram.map((_, k) => gram[pivots[Math.floor(k / n)] * n + pivots[k % n]]);
    expect(largestDifference(product(factor, transposed(factor, n, n), n, n, n), expected)).toBeLessThan(
      1e-11,
    );
    for (let i = 0; i < n; i++) {
      expect(factor[i * n + i]).toBeGreaterThan(0);
      for (let j = i + 1; j < n; j++) expect(factor[i * n + j]).toBe(0);
    }
  });

  it('keeps the determinant where rows differ by 1e20, which AᵀA loses', () => {
    // det (D A) of square A factors exactly.
    const n = 6;
    const a = normalArray(n * n, normals(8));
    const weights = [1e20, 1e20, 1e10, 1e10, 1, 1];
    const logOf = (x: Float64Array) => logDeterminant(pivotedTriangularFactor(x, n, n).factor, n);
    const weighted = a.map((value, k) => value * weights[Math.floor(k / n)]);
    const expected = logOf(a.slice()) + weights.reduce((sum, w) => sum + 2 * Math.log(w), 0);
    expect(logOf(weighted)).toBeCloseTo(expected, 8);
  });
});

describe('symmetricEigen', () => {
  it('gives A V = V diag(λ), ascending', () => {
    const n = 12;
    const a = positiveDefinite(n, 3);
    const { values, vectors } = symmetricEigen(a, n);
    expect(Array.from(values)).toEqual(Array.from(values).sort((p, q) => p - q));
    const left = product(a, vectors, n, n, n);
    expect(
      largestDifference(
        left,
        vectors.map((v, k) => v * values[k % n]),
      ),
    ).toBeLessThan(1e-10);
  });
});

describe('minimumNormSolution', () => {
  /** XᵀX and Xᵀy of a random X [rows × n] of the given rank with columns scaled. */
  function problem(rows: number, n: number, rank: number, scale: (j: number) => number) {
    const normal = normals(rows + 10 * n + 100 * rank);
    const x = product(normalArray(rows * rank, normal), normalArray(rank * n, normal), rows, rank, n);
    for (let k = 0; k < x.length; k++) x[k] *= scale(k % n);
    const y = normalArray(rows, normal);
    const xt = transposed(x, rows, n);
    return { x, y, g: product(xt, x, n, rows, n), b: product(xt, y, n, rows, 1) };
  }

  it.each([
    [40, 12, 12],
    [40, 12, 7],
    [9, 25, 9],
    [30, 10, 1],
  ])('agrees with the pseudoinverse of ml-matrix: %i rows, %i columns, rank %i', (rows, n, rank) => {
    const { x, y, g, b } = problem(rows, n, rank, () => 1);
    const result = minimumNormSolution(g, b, n);
    const inverse = pseudoInverse(Matrix.from1DArray(rows, n, Array.from(x)));
    const oracle = inverse.mmul(Matrix.columnVector(Array.from(y))).to1DArray();
    expect(result.rank).toBe(rank);
    expect(largestDifference(result.solution, oracle)).toBeLessThan(1e-8);
  });

  it('finds the rank and solves where columns differ by 1e12', () => {
    const scale = (j: number) => [1, 1e-6, 1e-12][j % 3];
    const plain = problem(40, 12, 12, () => 1);
    const scaled = problem(40, 12, 12, scale);
    const expected = minimumNormSolution(plain.g, plain.b, 12).solution;
    const result = minimumNormSolution(scaled.g, scaled.b, 12);
    expect(result.rank).toBe(12);
    result.solution.forEach((value, j) => {
      expect(value * scale(j)).toBeCloseTo(expected[j], 9);
    });
  });

  it('gives columns of zeros no weight, and nothing at all the solution 0', () => {
    const { g, b } = problem(20, 4, 4, (j) => (j === 2 ? 0 : 1));
    const result = minimumNormSolution(g, b, 4);
    expect(result.rank).toBe(3);
    expect(result.solution[2]).toBe(0);
    expect(minimumNormSolution(new Float64Array(4), new Float64Array(2), 2)).toEqual({
      solution: new Float64Array(2),
      rank: 0,
    });
  });
});
