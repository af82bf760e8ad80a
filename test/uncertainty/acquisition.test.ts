import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAcquisition } from '../../src/uncertainty/acquisition.js';
import { createCriterion } from '../../src/uncertainty/criteria/index.js';
import type { AcquisitionSettings, CriterionSettings } from '../../src/uncertainty/types.js';
import { acquire, acquirePlainly } from './plainAcquisition.js';

const base: AcquisitionSettings = {
  criterion: { name: 'trajectory-deviation', n: 3 },
  quantity: 'rms',
  every: 1,
  window: 50,
  minWindow: 50,
  minGap: 20,
  stall: null,
};

/** ε_B of the steps 1, 2, … with a fitting error. */
const trace = (errors: readonly number[], fittingError = 1) => ({
  errors,
  fittingError,
  minimumErrors: [0.1, 0.3],
});
const run = (settings: AcquisitionSettings, errors: readonly number[], fittingError?: number) =>
  acquire(settings, trace(errors, fittingError));

const criteria: CriterionSettings[] = [
  { name: 'trajectory-average', gamma: 1.5 },
  { name: 'trajectory-deviation', n: 2 },
  { name: 'minimum-error', last: 2 },
  { name: 'fixed', fractionOfFittingError: 0.8 },
];

describe('acquisition against a plain re-implementation', () => {
  it.each(criteria)('$name', (criterion) => {
    let picks = 0;
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: 200, maxLength: 600 }),
        fc.constantFrom(1, 3, 4),
        fc.constantFrom(null, { after: 60, structures: 2, fraction: 0.6 }),
        fc.constantFrom(0, 20),
        (errors, every, stall, minGap) => {
          const settings = { ...base, criterion, every, stall, minGap };
          const taken = run(settings, errors);
          picks += taken.length;
          expect(taken).toEqual(acquirePlainly(settings, trace(errors)));
        },
      ),
      { seed: 3, numRuns: 60 },
    );
    expect(picks).toBeGreaterThan(50);
  });
});

describe('gap, minimum window and stall rule', () => {
  /** 1 with a ripple, so that σ > 0, and spikes of 2 at the given steps. */
  const spiked = (length: number, ...spikes: number[]) =>
    Array.from({ length }, (_, i) => (spikes.includes(i + 1) ? 2 : 1 + 0.01 * (i % 2)));

  it('asks for nothing before the window spans minWindow steps', () => {
    expect(run(base, spiked(120, 50))).toEqual([]);
    expect(run(base, spiked(120, 51))).toEqual([{ step: 51, rule: 'trajectory-deviation' }]);
  });

  it('asks again only after the gap, then at once', () => {
    const taken = run(
      { ...base, window: 1000, criterion: { name: 'fixed', threshold: 1.5 } },
      spiked(120, 60, 61, 79, 80),
    );
    expect(taken.map((t) => t.step)).toEqual([60, 80]);
  });

  it('takes the current structure when too few were picked for too long', () => {
    const stall = { after: 100, structures: 3, fraction: 10 };
    const taken = run({ ...base, stall }, spiked(700, 230));
    expect(taken).toEqual([
      { step: 100, rule: 'stall' },
      { step: 200, rule: 'stall' },
      { step: 230, rule: 'trajectory-deviation' },
    ]);
  });

  it('takes it also while the mean error is large against the fitting error', () => {
    const stall = { after: 100, structures: 0, fraction: 0.25 };
    expect(run({ ...base, stall }, spiked(350), 5)).toEqual([]);
    expect(run({ ...base, stall }, spiked(350), 3.9).map((t) => t.step)).toEqual([100, 200, 300]);
  });

  it('does not count the current sample in the window', () => {
    const settings: AcquisitionSettings = {
      ...base,
      window: 4,
      minWindow: 4,
      criterion: { name: 'trajectory-average', gamma: 1.99 },
    };
    expect(run(settings, [1, 1, 1, 1, 2])).toEqual([{ step: 5, rule: 'trajectory-average' }]);
  });
});

it('a minimum window that can never be reached is refused', () => {
  expect(() => createAcquisition({ ...base, minWindow: 51 })).toThrow(/minWindow/);
});

describe('criteria that cannot tell', () => {
  const blind = { error: 1, mean: Number.NaN, deviation: Number.NaN, fittingError: 1, minimumErrors: [] };
  it.each(criteria.slice(0, 3))('$name has an infinite threshold', (criterion) => {
    expect(createCriterion(criterion).threshold(blind)).toBe(Number.POSITIVE_INFINITY);
  });
  it('minimum-error looks at the last few', () => {
    const context = { ...blind, minimumErrors: [9, 9, 1, 2] };
    expect(createCriterion({ name: 'minimum-error', last: 2 }).threshold(context)).toBe(1.5);
  });
  it('fixed takes the smaller of its two limits', () => {
    const both = createCriterion({ name: 'fixed', threshold: 0.3, fractionOfFittingError: 0.5 });
    expect(both.threshold(blind)).toBe(0.3);
    expect(both.threshold({ ...blind, fittingError: 0.4 })).toBe(0.2);
  });
});
