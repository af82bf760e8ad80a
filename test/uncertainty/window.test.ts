import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWindow } from '../../src/uncertainty/window.js';

/** The samples of the previous k steps, as METHOD words it. */
function plain(samples: readonly (readonly [number, number])[], step: number, k: number) {
  const inside = samples.filter(([s]) => s >= step - k && s <= step - 1);
  const values = inside.map(([, value]) => value);
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const squares = values.reduce((sum, v) => sum + (v - mean) * (v - mean), 0);
  return {
    samples: values.length,
    oldest: inside[0]?.[0] ?? Number.NaN,
    mean,
    deviation: Math.sqrt(squares / values.length),
  };
}

const traces = fc.record({
  values: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }),
  every: fc.constantFrom(1, 3, 4),
  k: fc.integer({ min: 1, max: 120 }),
  cut: fc.integer({ min: 0, max: 299 }),
});

describe('the sliding window', () => {
  it('is the plain mean and deviation over the previous k steps, also after being stored and read back', () => {
    fc.assert(
      fc.property(traces, ({ values, every, k, cut }) => {
        let window = createWindow(k, 100);
        const samples: [number, number][] = [];
        values.forEach((value, i) => {
          const step = (i + 1) * every;
          expect(window.at(step)).toEqual(plain(samples, step, k));
          if (i === cut) window = createWindow(k, 100, structuredClone(window.state()));
          window.push(step, value);
          samples.push([step, value]);
        });
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('can be rewound by 100 steps to exactly what it was', () => {
    fc.assert(
      fc.property(traces, fc.integer({ min: 1, max: 100 }), ({ values, every, k }, back) => {
        const window = createWindow(k, 100);
        const last = values.length * every;
        const target = last - back;
        let expected = createWindow(k, 0).at(target + 1);
        values.forEach((value, i) => {
          window.push((i + 1) * every, value);
          if ((i + 1) * every <= target) expected = window.at(target + 1);
        });
        window.rewind(target);
        expect(window.at(target + 1)).toEqual(expected);
      }),
      { seed: 2, numRuns: 200 },
    );
  });

  it('does not grow', () => {
    const window = createWindow(10, 100);
    for (let step = 1; step < 5000; step++) window.push(step, step);
    expect(window.state().steps.length).toBe(110);
  });
});
