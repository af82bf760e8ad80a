import { describe, expect, it } from 'vitest';
import { createGuard } from '../../src/md/guard.js';
import {
  continueWith,
  describeTemperature,
  hottestTarget,
  startTemperature,
  stretched,
  targetTemperature,
  temperatureRange,
} from '../../src/md/temperature.js';

const ramp = [
  { from: 100, to: 900, steps: 800 },
  { from: 900, to: 900, steps: 200 },
  { from: 300, to: 200, steps: 100 },
];

describe('a temperature program', () => {
  it('ramps in a straight line, holds, jumps, and keeps its last temperature', () => {
    const targets = [0, 1, 400, 799, 800, 999, 1000, 1050, 1100, 5000];
    expect(targets.map((step) => targetTemperature(ramp, step))).toEqual([
      100, 101, 500, 899, 900, 900, 300, 250, 200, 200,
    ]);
    expect(startTemperature(ramp)).toBe(100);
    expect(targetTemperature(300, 17)).toBe(300);
  });

  it('knows its range, as far as it was gone through', () => {
    expect(temperatureRange(ramp)).toEqual([100, 900]);
    expect(temperatureRange(ramp, 400)).toEqual([100, 500]);
    expect(temperatureRange(300)).toEqual([300, 300]);
  });

  it('goes over to another one at a step, whatever went before', () => {
    const programs = [300, ramp, [{ from: 50, to: 60, steps: 10 }]];
    for (const before of programs)
      for (const after of programs)
        for (const at of [0, 1, 400, 800, 1000, 1050, 3000]) {
          const both = continueWith(before, at, after);
          for (const step of [0, 1, 250, 399, 400, 799, 999, 1049, 1050, 1200, 2999, 3000, 3500, 9000])
            expect(targetTemperature(both, step)).toBeCloseTo(
              step < at ? targetTemperature(before, step) : targetTemperature(after, step - at),
              9,
            );
        }
  });

  it('remembers the hottest target of a stretch', () => {
    for (const [first, last] of [
      [0, 400],
      [700, 900],
      [950, 1050],
      [1000, 1100],
      [850, 5000],
    ]) {
      const each = Array.from({ length: last - first + 1 }, (_, k) => targetTemperature(ramp, first + k));
      expect(hottestTarget(ramp, first, last)).toBe(Math.max(...each));
    }
  });

  it('is stretched over another length, after a time at its start', () => {
    const longer = stretched(ramp, 2200, 50);
    expect(targetTemperature(longer, 49)).toBe(100);
    for (const step of [0, 300, 900, 1040])
      expect(targetTemperature(longer, 50 + 2 * step)).toBeCloseTo(targetTemperature(ramp, step), 10);
    expect(describeTemperature(ramp)).toBe('100 → 900 → 300 → 200 K');
  });
});

describe('the guard on a temperature program', () => {
  const masses = Float64Array.of(10, 30);
  const guard = createGuard({ masses, nearestNeighbour: 2, temperature: ramp, memory: 50 });
  it.each([
    [0, 299, undefined],
    [0, 301, 'temperature'],
    [400, 1499, undefined],
    [400, 1501, 'temperature'],
    // Just after the jump from 900 to 300 K the atoms are still hot.
    [1010, 1500, undefined],
    [1090, 1500, 'temperature'],
  ])('at step %i and %i K: %s', (step, kelvin, cause) => {
    expect(guard.check(new Float64Array(6), kelvin, 0, step)?.cause).toBe(cause);
  });
});
