import { describe, expect, it } from 'vitest';
import { createMeanSquareDisplacements, moments, slope, standardised } from '../../src/md/observables.js';

describe('observables', () => {
  it('moments of a two-valued sample: mean p, variance p(1 − p), skewness (1 − 2p)/√(p(1 − p))', () => {
    const m = moments([0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
    expect(m.mean).toBeCloseTo(0.2, 14);
    expect(m.deviation).toBeCloseTo(0.4, 14);
    expect(m.skewness).toBeCloseTo(1.5, 12);
  });

  it('z has mean 0, deviation 1 and the skewness of its sample', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    const z = moments(standardised(values));
    expect(z.mean).toBeCloseTo(0, 14);
    expect(z.deviation).toBeCloseTo(1, 14);
    expect(z.skewness).toBeCloseTo(moments(values).skewness, 12);
  });

  it('slope of a line', () => {
    expect(slope([0, 1, 2, 5], [1, 3, 5, 11])).toBeCloseTo(2, 14);
  });

  it('⟨u²⟩ is taken over the atoms of a site and over frames', () => {
    const observable = createMeanSquareDisplacements(Int32Array.of(0, 1, 0));
    observable.add(Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3));
    observable.add(Float64Array.of(0, 0, 0, 1, 1, 0, 0, 0, 0));
    expect([...observable.perSite()]).toEqual([2.5, 3]);
  });
});
