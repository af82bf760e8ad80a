import { describe, expect, it } from 'vitest';
import { STREAM } from '../../src/numerics/random/streams.js';
import { leaveOutSeconds } from '../../src/regression/cost.js';
import { leaveOutCount, leaveOutSample, shuffled } from '../../src/regression/sample.js';

describe('which structures are left out', () => {
  it('are all where that takes minutes, and a sample where it does not: SnSe at the paper’s settings', () => {
    expect(leaveOutCount(60, 648, 694)).toBe(60);
    expect(leaveOutCount(105, 648, 1344)).toBe(105);
    expect(leaveOutCount(200, 648, 3000)).toBe(200);
    const count = leaveOutCount(314, 2304, 4376);
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(60);
    expect(count * leaveOutSeconds(2304, 4376)).toBeLessThanOrEqual(300);
    expect(leaveOutCount(314, 30_000, 30_000)).toBe(12);
    expect(leaveOutCount(3, 30_000, 30_000)).toBe(3);
  });

  it('depend on the seed alone, ascending, a larger sample holding the smaller', () => {
    const ten = leaveOutSample(40, 10, 7);
    expect(ten).toEqual(leaveOutSample(40, 10, 7));
    expect(ten).not.toEqual(leaveOutSample(40, 10, 8));
    expect(ten).toEqual([...new Set(ten)].sort((a, b) => a - b));
    expect(leaveOutSample(40, 25, 7)).toEqual(expect.arrayContaining([...ten]));
    expect(leaveOutSample(4, 9, 7)).toEqual([0, 1, 2, 3]);
    expect(shuffled(20, 3, STREAM.folds)).not.toEqual(shuffled(20, 3, STREAM.leftOut));
  });

  it('are drawn evenly: each structure in a quarter of the samples of ten from forty', () => {
    const times = new Array<number>(40).fill(0);
    for (let seed = 0; seed < 400; seed++) for (const k of leaveOutSample(40, 10, seed)) times[k]++;
    // 100 expected, standard deviation 8.7.
    expect(Math.min(...times)).toBeGreaterThan(65);
    expect(Math.max(...times)).toBeLessThan(135);
  });
});
