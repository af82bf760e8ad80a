import { describe, expect, it } from 'vitest';
import { addProduct } from '../../../src/numerics/dense/product.js';
import { addWeightedRows, mirrorLower, transposeInPlace } from '../../../src/numerics/dense/rows.js';
import {
  inverseOfLowerTransposed,
  visitInverseOfLowerTransposed,
} from '../../../src/numerics/dense/triangular.js';
import { deviation, numbers } from '../../support/numbers.js';

describe('sums over rows', () => {
  // Beyond the rows transposed at a time, the rows of a panel and the depth summed in registers.
  it.each([
    [7, 3],
    [600, 130],
    [1100, 97],
  ])('of %i rows of %i numbers are those of a plain loop', (rows, n) => {
    const a = numbers(rows * n, 1, 1);
    const got = new Float64Array(n * n);
    addWeightedRows(got, a, rows, n, 0.5);
    mirrorLower(got, n);
    const expected = got.map((_, e) => {
      const [i, j] = [Math.floor(e / n), e % n];
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += 0.25 * a[r * n + i] * a[r * n + j];
      return sum;
    });
    expect(deviation(got, expected)).toBeLessThan(1e-13);
    expect(got.every((value, e) => value === got[(e % n) * n + Math.floor(e / n)])).toBe(true);
  });

  it('have the same bits whatever was summed before in this thread', () => {
    const a = numbers(300 * 120, 1, 2);
    const first = new Float64Array(120 * 120);
    addWeightedRows(first, a, 300, 120);
    addWeightedRows(new Float64Array(400 * 400), numbers(900 * 400, 1, 3), 900, 400);
    const again = new Float64Array(120 * 120);
    addWeightedRows(again, a, 300, 120);
    expect(again).toEqual(first);
  });
});

it('A product longer than a panel can hold is the sum of its parts', () => {
  const k = 9000;
  const [a, b] = [numbers(8 * k, 1, 4), numbers(8 * k, 1, 5)];
  const got = new Float64Array(64);
  const window = (data: Float64Array, stride: number) => ({ data, offset: 0, stride });
  addProduct(window(got, 8), window(a, k), window(b, k), 8, 8, k, 1);
  const expected = got.map((_, e) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(e / 8) * k + p] * b[(e % 8) * k + p];
    return sum;
  });
  expect(deviation(got, expected)).toBeLessThan(1e-12);
});

it.each([1, 33, 100])('A matrix of %i rows is transposed in place', (n) => {
  const a = numbers(n * n, 1, 6);
  const got = a.slice();
  transposeInPlace(got, n);
  expect(got.every((value, e) => value === a[(e % n) * n + Math.floor(e / n)])).toBe(true);
});

it.each([1, 5, 96, 290])('The inverse of a triangle of %i comes in blocks of rows, too', (n) => {
  const lower = numbers(n * n, 0.5 / Math.sqrt(n), 7).map((x, e) => {
    const [i, j] = [Math.floor(e / n), e % n];
    return i === j ? 1 + (i % 3) : i > j ? x : 0;
  });
  const whole = inverseOfLowerTransposed(lower, n);
  const got = new Float64Array(n * n);
  visitInverseOfLowerTransposed(lower, n, (first, count, block) => {
    const length = n - first;
    for (let r = 0; r < count; r++) {
      got.set(block.subarray(r * length + r, (r + 1) * length), (first + r) * n + first + r);
    }
  });
  expect(deviation(got, whole)).toBeLessThan(1e-13);
});
