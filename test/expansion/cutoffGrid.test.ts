import { describe, expect, it } from 'vitest';
import { formatCutoffs, parseCutoffGrid } from '../../src/expansion/cutoffGrid.js';

const grid = (...texts: string[]) => parseCutoffGrid(texts).map(formatCutoffs);

describe('a grid of cutoffs', () => {
  it('is all combinations, an order left out taking the higher ones with it', () => {
    expect(grid('2:5.4,3:3:4:0.5,4:0|2.5|4.0')).toEqual(
      ['3', '3.5', '4'].flatMap((three) => [
        `2:5.4,3:${three}`,
        `2:5.4,3:${three},4:2.5`,
        `2:5.4,3:${three},4:4`,
      ]),
    );
    expect(grid('2:5,3:0|4,4:3')).toEqual(['2:5', '2:5,3:4,4:3']);
  });

  it('is each expansion once, whatever the texts and the order of orders', () => {
    expect(grid('2:5,3:4', '3:4|3,2:5')).toEqual(['2:5,3:4', '2:5,3:3']);
    expect(grid('2:5')).toEqual(['2:5']);
    expect(grid('2:4:5:0.1')).toHaveLength(11);
  });

  it.each([
    ['2:5,3', /not an axis/],
    ['2:5,3:4:3:1', /not an axis/],
    ['2:5,3:3:4:0', /not an axis/],
    ['2:5,3:3:4', /not an axis/],
    ['2:-5', /not an axis/],
    ['2:5,2:4', /order 2 is given twice/],
    ['2:5,4:3', /order 3 is missing/],
    ['3:4', /order 2 is missing/],
    ['2:0', /no order is given/],
    ['2:3:9:0.01,3:3:9:0.01', /not an axis|too fine/],
    ['2:4:6:0.1,3:4:6:0.1,4:4:6:0.1', /too fine/],
  ])('refuses %s', (text, message) => {
    expect(() => parseCutoffGrid([text])).toThrow(message);
  });
});
