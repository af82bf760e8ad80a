import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moments, slope } from '../../src/md/observables.js';
import {
  createStreamingDistribution,
  createStreamingMoments,
  createStreamingSlope,
} from '../../src/md/streaming.js';

const samples = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 3, maxLength: 60 });

describe('a stream of numbers', () => {
  it('has the moments of the whole, wherever it was cut', () => {
    fc.assert(
      fc.property(samples, fc.nat(60), (values, cut) => {
        fc.pre(Math.max(...values) - Math.min(...values) > 1e-3);
        const first = createStreamingMoments();
        for (const x of values.slice(0, cut)) first.add(x);
        const second = createStreamingMoments(first.state());
        for (const x of values.slice(cut)) second.add(x);
        const whole = moments(values);
        const found = second.moments();
        expect(found.samples).toBe(whole.samples);
        expect(found.mean).toBeCloseTo(whole.mean, 10);
        expect(found.deviation).toBeCloseTo(whole.deviation, 8);
        expect(found.skewness).toBeCloseTo(whole.skewness, 5);
        const uncut = createStreamingMoments();
        for (const x of values) uncut.add(x);
        expect(second.state()).toEqual(uncut.state());
      }),
    );
  });

  it('has the slope of the whole', () => {
    fc.assert(
      fc.property(samples, (values) => {
        const line = createStreamingSlope();
        const xs = values.map((_, k) => 0.3 * k + 7);
        values.forEach((y, k) => {
          line.add(xs[k], y);
        });
        expect(createStreamingSlope(line.state()).slope()).toBeCloseTo(slope(xs, values), 8);
      }),
    );
  });

  it('has quantiles to a bin of 2 %, and shares that add up', () => {
    const distribution = createStreamingDistribution();
    for (let k = 1; k <= 10_000; k++) distribution.add(k / 1000);
    const again = createStreamingDistribution(distribution.state());
    for (const share of [0.1, 0.5, 0.99, 0.999]) {
      expect(again.quantile(share) / (10 * share)).toBeGreaterThan(0.98);
      expect(again.quantile(share) / (10 * share)).toBeLessThan(1.02);
    }
    expect(again.bins().reduce((sum, bin) => sum + bin.share, 0)).toBeCloseTo(1, 12);
    expect(again.state().length).toBeLessThan(1200);
  });
});
