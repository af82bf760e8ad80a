import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { createNormals, seedKey } from '../../../src/numerics/random/normals.js';
import { STREAM } from '../../../src/numerics/random/streams.js';

const N = 300_000;

function draw(seed: number | string, stream: 1 | 2, walker: number, step: number, length = N): Float64Array {
  const out = new Float64Array(length);
  createNormals(seed).fill(stream, walker, step, out);
  return out;
}

function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
}

describe('normal numbers', () => {
  it('have the moments of the standard normal distribution, each component of the triple', () => {
    const x = draw(7, 1, 0, 5);
    for (const component of [0, 1, 2]) {
      const values = x.filter((_, i) => i % 3 === component);
      const moment = (f: (v: number) => number) => values.reduce((s, v) => s + f(v), 0) / values.length;
      const error = 4 / Math.sqrt(values.length);
      expect(Math.abs(moment((v) => v))).toBeLessThan(error);
      expect(Math.abs(moment((v) => v * v) - 1)).toBeLessThan(error * Math.sqrt(2));
      expect(Math.abs(moment((v) => v * v * v))).toBeLessThan(error * Math.sqrt(15));
      expect(Math.abs(moment((v) => v * v * v * v) - 3)).toBeLessThan(error * Math.sqrt(96));
      const beyondTwo = moment((v) => (Math.abs(v) > 2 ? 1 : 0));
      expect(Math.abs(beyondTwo - 0.0455003)).toBeLessThan(error * Math.sqrt(0.0455));
    }
  });

  it('are independent across seed, stream, walker, step and atom, and within the triple', () => {
    const x = draw(7, 1, 0, 5);
    const error = 4 / Math.sqrt(N);
    for (const other of [draw(8, 1, 0, 5), draw(7, 2, 0, 5), draw(7, 1, 1, 5), draw(7, 1, 0, 6)]) {
      expect(Math.abs(correlation(x, other))).toBeLessThan(error);
    }
    for (const shift of [1, 2, 3]) {
      expect(Math.abs(correlation(x.subarray(0, N - shift), x.subarray(shift)))).toBeLessThan(error);
      const squares = x.map((v) => v * v - 1);
      expect(Math.abs(correlation(squares.subarray(0, N - shift), squares.subarray(shift)))).toBeLessThan(
        2 * error,
      );
    }
  });

  it('depend on the counter alone, whatever was drawn before and however many', () => {
    const normals = createNormals(99);
    const first = new Float64Array(9);
    const again = new Float64Array(7);
    normals.fill(STREAM.langevin, 3, 1000, first);
    normals.fill(STREAM.langevin, 4, 7, new Float64Array(30));
    normals.fill(STREAM.langevin, 3, 1000, again);
    expect(again).toEqual(first.subarray(0, 7).slice());
  });
});

describe('seeds', () => {
  it('are split into two words', () => {
    expect(seedKey(1)).toEqual({ low: 1, high: 0 });
    expect(seedKey('18446744073709551615')).toEqual({ low: 0xffffffff, high: 0xffffffff });
    expect(seedKey(2 ** 40 + 5)).toEqual({ low: 5, high: 256 });
    expect(seedKey(String(2 ** 40 + 5))).toEqual(seedKey(2 ** 40 + 5));
  });

  it.each([-1, 1.5, Number.NaN, 2 ** 53, '18446744073709551616', 'abc', ''])('refuse %s', (seed) => {
    expect(() => seedKey(seed)).toThrow(InputError);
  });
});
