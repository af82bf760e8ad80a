import { describe, expect, it } from 'vitest';
import { createVelocityCorrelation, vibrationalDensity } from '../../src/md/velocityCorrelation.js';

const masses = Float64Array.of(10, 40, 10, 40);
const groupOf = Int32Array.of(0, 1, 0, 1);
/** THz of the oscillators; two of the light atoms, two of the heavy ones. */
const frequencies = [3, 1.5, 4, 1.5];
/** ps between samples. */
const interval = 0.02;

/** Independent oscillators, each with the kinetic energy of its temperature in each direction. */
function velocities(sample: number): Float64Array {
  return Float64Array.from({ length: 12 }, (_, i) => {
    const atom = Math.floor(i / 3);
    const amplitude = Math.sqrt(2 / masses[atom]);
    return amplitude * Math.cos(2 * Math.PI * frequencies[atom] * interval * sample + 1.7 * i);
  });
}

function correlated(samples: number, originEvery: number, cut = 0) {
  const settings = { masses, groupOf, lags: 400, originEvery };
  let correlation = createVelocityCorrelation(settings);
  for (let s = 0; s < samples; s++) {
    if (s === cut && cut > 0) correlation = createVelocityCorrelation(settings, correlation.state());
    correlation.add(velocities(s));
  }
  return correlation;
}

describe('the velocity autocorrelation', () => {
  it('of oscillators is m⟨v²⟩ cos ωτ, for each species', () => {
    const [light, heavy] = correlated(4000, 1).correlation();
    for (const lag of [0, 7, 50, 399]) {
      const t = 2 * Math.PI * interval * lag;
      expect(light[lag]).toBeCloseTo(3 * (Math.cos(3 * t) + Math.cos(4 * t)), 1);
      expect(heavy[lag]).toBeCloseTo(6 * Math.cos(1.5 * t), 1);
    }
  });

  it('is nearly the same from fewer origins, and the same bits from a state in between', () => {
    const all = correlated(3000, 1).correlation();
    const few = correlated(3000, 8).correlation();
    all.forEach((c, group) => {
      c.forEach((x, lag) => {
        expect(Math.abs(few[group][lag] - x)).toBeLessThan(0.1);
      });
    });
    expect(correlated(3000, 8, 1234).state()).toEqual(correlated(3000, 8).state());
  });

  it('knows only the lags it has seen, in memory that does not grow', () => {
    expect(correlated(10, 3).correlation()[0]).toHaveLength(10);
    expect(correlated(10, 3).state().origins).toHaveLength(correlated(5000, 3).state().origins.length);
  });
});

describe('the vibrational density of states', () => {
  const { frequencies: axis, density } = vibrationalDensity(
    correlated(6000, 4).correlation(),
    interval,
    6,
    601,
  );
  const integral = (values: Float64Array) => values.reduce((sum, x) => sum + x * (axis[1] - axis[0]), 0);

  it('integrates to one, each species to its share of the degrees of freedom', () => {
    expect(integral(density[0])).toBeCloseTo(0.5, 2);
    expect(integral(density[1])).toBeCloseTo(0.5, 2);
  });

  it('has its peaks at the frequencies of the oscillators', () => {
    const peaks = (values: Float64Array) =>
      [...axis].filter((_, k) => values[k] > 0.3 && values[k] > values[k - 1] && values[k] > values[k + 1]);
    expect(peaks(density[1])).toEqual([1.5]);
    expect(peaks(density[0]).map((f) => Number(f.toFixed(1)))).toEqual([3, 4]);
  });
});
