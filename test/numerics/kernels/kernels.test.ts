import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Window } from '../../../src/numerics/dense/window.js';
import { Arena } from '../../../src/numerics/kernels/arena.js';
import { openKernels } from '../../../src/numerics/kernels/kernels.js';
import { Panel } from '../../../src/numerics/kernels/panel.js';
import { deviation, numbers } from '../../support/numbers.js';

const built = new URL('../../../src/numerics/kernels/kernels.wasm', import.meta.url);

describe('the kernels', () => {
  it('are what their sources compile to', async () => {
    const script: { buildKernels(): Promise<Uint8Array> } = await import(
      new URL('../../../scripts/build-kernels.mjs', import.meta.url).href
    );
    expect(Buffer.from(await script.buildKernels()).equals(readFileSync(built))).toBe(true);
  }, 60_000);
});

describe('a panel', () => {
  const window = (data: Float64Array, stride: number, offset = 0): Window => ({ data, offset, stride });

  it.each([
    [1, 1, 1],
    [5, 3, 7],
    [97, 96, 300],
    [4, 2, 1101],
  ])('multiplies %i rows with %i rows of %i as a plain sum does', (m, n, k) => {
    const a = numbers(m * k + 3, 1, 1);
    const b = numbers(n * k, 1, 2);
    const got = numbers(m * n, 1, 3);
    const expected = got.map((c, e) => {
      let sum = 0;
      for (let p = 0; p < k; p++) sum += a[3 + Math.floor(e / n) * k + p] * b[(e % n) * k + p];
      return c - sum;
    });
    new Panel(window(b, k), n, k).add(window(got, n), window(a, k, 3), m, -1);
    expect(deviation(got, expected)).toBeLessThan(1e-14 * k);
  });

  it('leaves the rest of a larger matrix alone', () => {
    const c = new Float64Array(100).fill(7);
    const panel = new Panel(window(numbers(9, 1, 2), 3), 3, 3);
    panel.add(window(c, 10, 22), window(numbers(9, 1, 1), 3), 3, 1);
    expect(c.filter((x) => x !== 7)).toHaveLength(9);
  });

  it.each([1, 2, 5, 96])('solves against a triangle of %i, for any number of rows', (n) => {
    for (const m of [1, 4, 7, 101]) {
      const l = numbers(n * n, 0.5, 8).map((x, e) => (e % (n + 1) === 0 ? 2 + x : x));
      const x = numbers(m * n, 1, 9);
      const got = new Float64Array(m * n);
      for (let r = 0; r < m; r++) {
        for (let j = 0; j < n; j++)
          for (let k = 0; k <= j; k++) got[r * n + j] += l[j * n + k] * x[r * n + k];
      }
      const panel = new Panel(window(l, n), n, 0);
      panel.loadTriangle(window(l, n));
      panel.add(window(got, n), window(got, n), m, 1, 0, true);
      expect(deviation(got, x)).toBeLessThan(1e-12);
    }
  });
});

describe('the product with the triangular factor', () => {
  /** Five columns: one whole panel of three and one that is filled up; two groups of four atoms. */
  const [columns, groups] = [5, 2];
  const upper = numbers(columns * columns, 1, 5).map((x, e) =>
    e % columns >= Math.floor(e / columns) ? x : 0,
  );

  function rowNorms() {
    const { kernels, buffer } = openKernels(4096);
    const tiles = new Float32Array(buffer, 64, groups * columns * 12);
    tiles.set(numbers(tiles.length, 1, 6));
    const panels = [3, 5].flatMap((depth, panel) =>
      Array.from({ length: 3 * depth }, (_, e) => {
        const [k, q] = [Math.floor(e / 3), 3 * panel + (e % 3)];
        return q < columns ? upper[k * columns + q] : 0;
      }),
    );
    new Float32Array(buffer, 2048, panels.length).set(panels);
    kernels.errorProduct(64, groups, columns, 2048, 3072);
    return { tiles, sums: new Float64Array(buffer, 3072, groups * 12) };
  }

  it('gives the squared norms of the rows of A·U', () => {
    const { tiles, sums } = rowNorms();
    const expected = sums.map((_, row) => {
      const [group, lane] = [Math.floor(row / 12), row % 12];
      let norm = 0;
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let k = 0; k < columns; k++) {
          sum += tiles[(group * columns + k) * 12 + lane] * upper[k * columns + c];
        }
        norm += sum * sum;
      }
      return norm;
    });
    expect(deviation(sums, expected)).toBeLessThan(1e-6);
  });

  it('has these bits on every machine', () => {
    // Written on Node 20.20, x64; 22.23 and 24.21 agree.
    expect(createHash('sha256').update(rowNorms().sums).digest('hex').slice(0, 16)).toBe('ccde7593d05aa80d');
  });
});

describe('kernel memory', () => {
  it('holds what was placed, aligned, and zeros elsewhere', () => {
    const arena = new Arena();
    const first = arena.place(Int32Array.of(1, 2, 3));
    const second = arena.reserve(100);
    const third = arena.place(Float64Array.of(0.5));
    const memory = arena.open();
    expect([first, second, third].map((address) => address % 64)).toEqual([0, 0, 0]);
    expect(new Int32Array(memory.buffer, first, 4)).toEqual(Int32Array.of(1, 2, 3, 0));
    expect(memory.float64(third, 2)).toEqual(Float64Array.of(0.5, 0));
  });

  it('is refused beyond what 32-bit addresses reach', () => {
    const arena = new Arena();
    arena.reserve(3e9);
    expect(() => arena.reserve(2e9)).toThrow(/4 GiB/);
  });
});
