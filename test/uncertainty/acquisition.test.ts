import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAcquisition } from '../../src/uncertainty/acquisition.js';
import { createCriterion } from '../../src/uncertainty/criteria/index.js';
import type { AcquisitionSettings, CriterionSettings, PickRule } from '../../src/uncertainty/types.js';
import { createWindow } from '../../src/uncertainty/window.js';

const base: AcquisitionSettings = {
  criterion: { name: 'trajectory-deviation', n: 3 },
  quantity: 'rms',
  every: 1,
  window: 50,
  minWindow: 50,
  minGap: 20,
  stall: null,
};

interface Taken {
  readonly step: number;
  readonly rule: PickRule;
}

/** Runs the acquisition over ε_B of the steps 1, 2, … (those at multiples of `every` count). */
function run(settings: AcquisitionSettings, errors: readonly number[], fittingError = 1): Taken[] {
  const acquisition = createAcquisition(settings);
  const window = createWindow(settings.window, 0);
  const taken: Taken[] = [];
  for (let step = settings.every; step <= errors.length; step += settings.every) {
    const { rule } = acquisition.decide({
      step,
      error: errors[step - 1],
      window: window.at(step),
      lastPick: taken.at(-1)?.step ?? -1,
      picked: taken.length,
      fittingError,
      minimumErrors: [0.1, 0.3],
    });
    window.push(step, errors[step - 1]);
    if (rule !== null) taken.push({ step, rule });
  }
  return taken;
}

/** METHOD word by word, with every sample kept. */
function plain(settings: AcquisitionSettings, errors: readonly number[], fittingError = 1): Taken[] {
  const { criterion, every, window: k, minWindow, minGap, stall } = settings;
  const taken: Taken[] = [];
  for (let s = 1; s <= errors.length; s++) {
    if (s % every !== 0) continue;
    const previous = [];
    for (let t = Math.max(1, s - k); t < s; t++) if (t % every === 0) previous.push(errors[t - 1]);
    if (previous.length < Math.floor(minWindow / every)) continue;
    const mu = previous.reduce((a, b) => a + b, 0) / previous.length;
    const sigma = Math.sqrt(previous.reduce((a, b) => a + (b - mu) * (b - mu), 0) / previous.length);
    const last = taken.at(-1)?.step;
    const limits = {
      'trajectory-average': () => (criterion as { gamma: number }).gamma * mu,
      'trajectory-deviation': () => mu + (criterion as { n: number }).n * sigma,
      'minimum-error': () => (0.1 + 0.3) / 2,
      fixed: () => 0.8 * fittingError,
    };
    if (errors[s - 1] > limits[criterion.name]() && (last === undefined || s - last >= minGap)) {
      taken.push({ step: s, rule: criterion.name });
    } else if (
      stall !== null &&
      s - (last ?? 0) >= stall.after &&
      (taken.length < stall.structures || mu > stall.fraction * fittingError)
    ) {
      taken.push({ step: s, rule: 'stall' });
    }
  }
  return taken;
}

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
          expect(taken).toEqual(plain(settings, errors));
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
