import { describe, expect, it } from 'vitest';
import { convergenceChecks, levellingText } from '../../src/report/convergence.js';
import { expectedErrorInterval, expectedRmse, relativeDifference } from '../../src/report/expectedError.js';
import { sampleData } from './sample.js';

const PROGRESS = sampleData().outcome.progress;

describe('convergence checks', () => {
  it('are all met by a converged campaign', () => {
    expect(convergenceChecks(PROGRESS).map((check) => check.met)).toEqual([true, true, true, true]);
  });

  it('let 0.3 pass only once β^{-1/2} has levelled off', () => {
    const at = (levelling: number | null) =>
      convergenceChecks({
        ...PROGRESS,
        ratio: { ...PROGRESS.ratio, have: 0.3 },
        levelling: { have: levelling, need: 0.03 },
      })[3];
    expect(at(null).met).toBe(false);
    expect(at(0.03).met).toBe(false);
    expect(at(0.029).met).toBe(true);
    expect(at(null).fraction).toBeCloseTo(0.25 / 0.3, 12);
  });

  it('measure the way in fractions and never leave 0 … 1', () => {
    const checks = convergenceChecks({
      ...PROGRESS,
      time: { have: 1.25, need: 5 },
      structures: { have: 0, need: 15 },
      ratio: { ...PROGRESS.ratio, have: null },
    });
    expect(checks.map((check) => check.fraction)).toEqual([0.25, 1, 0, 0]);
    expect(levellingText(PROGRESS)).toBe('too few counted refits');
  });
});

describe('expected error', () => {
  // The paper's Table 2 (METHOD): β^{-1/2} and mean ε_B against the RMSE that was found, meV/Å.
  it.each([
    ['BAs', 8.3, 2.5, 8.8],
    ['Si', 10.1, 2.6, 11.6],
    ['SnSe', 30.0, 6.2, 31.5],
  ])('has the RMSE found for %s in its interval', (_crystal, fitting, mean, found) => {
    const { low, high } = expectedErrorInterval(expectedRmse(fitting, mean, 0), 60);
    expect(low).toBeLessThan(found);
    expect(high).toBeGreaterThan(found);
  });

  it('is wider and never optimistic with initial data alone', () => {
    const { low, high } = expectedErrorInterval(0.01, 4);
    expect(low).toBe(0.01);
    expect(high).toBeCloseTo(0.01 / 0.77, 12);
  });

  it('is compared with the RMSE found', () => {
    expect(relativeDifference(0.0085, 0.01)).toBeCloseTo(-0.15, 12);
  });
});
