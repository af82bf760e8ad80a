import { describe, expect, it } from 'vitest';
import { symmetricEigen } from '../../../src/numerics/dense/eigen.js';
import { symmetricEigenvalues } from '../../../src/numerics/dense/eigenvalues.js';
import { noise } from '../../reference/fixture.js';

function symmetric(n: number, seed: number): Float64Array {
  const a = noise(n * n, seed);
  return a.map((x, k) => 0.5 * (x + a[(k % n) * n + Math.floor(k / n)]));
}

function expectSame(a: Float64Array, n: number): void {
  const expected = symmetricEigen(a, n).values;
  const largest = Math.max(...expected.map(Math.abs), 1e-300);
  symmetricEigenvalues(a.slice(), n).forEach((value, k) => {
    expect(Math.abs(value - expected[k]) / largest).toBeLessThan(1e-13 * n);
  });
}

describe('eigenvalues without eigenvectors', () => {
  it.each([1, 2, 3, 6, 12, 24, 48])('are those of ml-matrix, n = %i', (n) => {
    expectSame(symmetric(n, n), n);
  });

  it('come with their multiplicity, from an embedded Hermitian matrix', () => {
    const n = 6;
    const [x, y] = [symmetric(n, 3), noise(n * n, 4)];
    const z = y.map((v, k) => v - y[(k % n) * n + Math.floor(k / n)]);
    const m = 2 * n;
    const embedded = Float64Array.from({ length: m * m }, (_, k) => {
      const [r, c] = [Math.floor(k / m), k % m];
      const at = (r % n) * n + (c % n);
      if (r < n === c < n) return x[at];
      return r < n ? -z[at] : z[at];
    });
    const values = symmetricEigenvalues(embedded.slice(), m);
    for (let k = 0; k < m; k += 2) expect(values[k + 1]).toBeCloseTo(values[k], 12);
    expectSame(embedded, m);
  });

  it.each([
    ['zero', 5, () => 0],
    ['diagonal', 4, (r: number, c: number) => (r === c ? [3, -1, 3, 0][r] : 0)],
    ['of rank one', 7, (r: number, c: number) => (r + 1) * (c + 1)],
    ['of very different sizes', 4, (r: number, c: number) => [1e-8, 1, 1e8, 1e-3][Math.max(r, c)]],
  ] as const)('of a matrix that is %s', (_, n, entry) => {
    expectSame(
      Float64Array.from({ length: n * n }, (_v, k) => entry(Math.floor(k / n), k % n)),
      n,
    );
  });

  it('of what is not finite are refused', () => {
    expect(() => symmetricEigenvalues(new Float64Array(9).fill(Number.NaN), 3)).toThrow();
  });
});
