import { describe, expect, it } from 'vitest';
import { braillePlot } from '../../../src/cli/live/braille.js';

const picture = (values: readonly number[], threshold: number | null, width: number, height: number) =>
  braillePlot(values, threshold, width, height).rows.map((row) => row.map((cell) => cell.character).join(''));

describe('braille plot', () => {
  it('draws a rising line from the lower left to the upper right', () => {
    const rising = Array.from({ length: 16 }, (_, i) => i);
    expect(picture(rising, null, 8, 2)).toMatchInlineSnapshot(`
      [
        "    ⣀⡤⠴⠚",
        "⣠⠴⠒⠋⠁   ",
      ]
    `);
  });

  it('keeps a single peak among thousands of samples', () => {
    const values = new Array<number>(5000).fill(1);
    values[2345] = 9;
    expect(picture(values, null, 20, 4)[0].trim()).not.toBe('');
  });

  it('marks the threshold where the line is not', () => {
    const { rows } = braillePlot([1, 1.1, 1, 1.1], 2, 4, 3);
    expect(rows[0].every((cell) => cell.of === 'threshold')).toBe(true);
    expect(rows[2].some((cell) => cell.of === 'line')).toBe(true);
  });

  it('survives nothing, a constant, and values that are not finite', () => {
    expect(picture([], null, 3, 1)).toEqual(['   ']);
    expect(picture([2, 2, 2, 2, 2, 2], null, 3, 1).join('')).toHaveLength(3);
    expect(picture([Number.NaN, 1, 2], Number.POSITIVE_INFINITY, 2, 1).join('')).not.toBe('  ');
  });
});
