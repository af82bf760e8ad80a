import { describe, expect, it } from 'vitest';
import { addRows, decodeGram, emptyGram, encodeGram, sumGrams } from '../../src/regression/gram.js';
import { decodePosterior, encodePosterior } from '../../src/regression/posterior.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { product, syntheticProblem, transposed } from './synthetic.js';

describe('Gram', () => {
  it('holds XᵀX, Xᵀy, yᵀy and N_y, whatever the number of rows', () => {
    for (const rows of [1, 5, 191, 192, 400]) {
      const { x, y, parameters: p, gram } = syntheticProblem(rows, rows);
      const xt = transposed(x, rows, p);
      const expected = product(xt, x, p, rows, p);
      expected.forEach((value, k) => {
        expect(Math.abs(gram.xtx[k] - value)).toBeLessThan(1e-10);
        expect(gram.xtx[k]).toBe(gram.xtx[(k % p) * p + Math.floor(k / p)]);
      });
      product(xt, y, p, rows, 1).forEach((value, j) => {
        expect(gram.xty[j]).toBeCloseTo(value, 10);
      });
      expect(gram.yty).toBeCloseTo(
        y.reduce((sum, value) => sum + value * value, 0),
        10,
      );
      expect(gram.rows).toBe(rows);
    }
  });

  it('adds up: structure by structure is the sum of parts', () => {
    const [a, b] = [syntheticProblem(1, 30), syntheticProblem(2, 20)];
    const together = emptyGram(a.parameters);
    addRows(together, a.x, a.y);
    addRows(together, b.x, b.y);
    const sum = sumGrams([a.gram, b.gram]);
    expect(sum.rows).toBe(50);
    sum.xtx.forEach((value, k) => {
      expect(Math.abs(value - together.xtx[k])).toBeLessThan(1e-11);
    });
    expect(() => sumGrams([a.gram, emptyGram(3)])).toThrow(/parameters/);
  });

  it('comes back from its bytes to the bit, and refuses cut or foreign bytes', () => {
    const { gram } = syntheticProblem(3, 17);
    const bytes = encodeGram(gram);
    expect(decodeGram(bytes)).toEqual(gram);
    expect(encodeGram(decodeGram(bytes))).toEqual(bytes);
    for (const length of [0, 7, 30, bytes.length - 8, bytes.length - 1]) {
      expect(() => decodeGram(bytes.subarray(0, length))).toThrow(/truncated|empty|bytes/);
    }
    expect(() => decodePosterior(bytes)).toThrow(/posterior/);
  });
});

describe('Posterior', () => {
  it.each(['isotropic', 'by-order', 'decay', 'none'] as const)('of %s comes back from its bytes', (prior) => {
    const { gram, blocks } = syntheticProblem(4, 40);
    const posterior = fitRidge(gram, blocks, { prior });
    const bytes = encodePosterior(posterior);
    expect(decodePosterior(bytes)).toEqual(posterior);
    expect(encodePosterior(decodePosterior(bytes))).toEqual(bytes);
    expect(() => decodePosterior(bytes.subarray(0, bytes.length - 3))).toThrow(/bytes/);
  });
});
