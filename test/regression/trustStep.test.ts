import { describe, expect, it } from 'vitest';
import { predictedGain, type QuadraticModel, trustStep } from '../../src/regression/trustStep.js';
import { normalArray, normals, product, transposed } from './synthetic.js';

const N = 5;
const ALL = [0, 1, 2, 3, 4];
const same = (size: number) => new Float64Array(N).fill(size);
const FAR = { unit: same(1), radius: 1e9, low: same(-1e9), high: same(1e9) };

/** −H = A Aᵀ + diag(shift), scales of the variables far apart. */
function model(seed: number, shift = 0.1, scale = Float64Array.of(1, 1e3, 1e-3, 10, 1)): QuadraticModel {
  const normal = normals(seed);
  const a = normalArray(N * N, normal);
  const square = product(a, transposed(a, N, N), N, N, N);
  const minus = square.map((value, k) => {
    const [i, j] = [Math.floor(k / N), k % N];
    return (value + (i === j ? shift : 0)) * scale[i] * scale[j];
  });
  const gradient = normalArray(N, normal).map((value, i) => value * scale[i]);
  return { gradient, hessian: minus.map((value) => -value) };
}

function slopeAfter({ gradient, hessian }: QuadraticModel, step: Float64Array): Float64Array {
  return product(hessian, step, N, N, 1).map((value, i) => value + gradient[i]);
}

describe('a step within trust', () => {
  it.each([1, 2, 3])('is Newton’s where nothing stops it (seed %i)', (seed) => {
    const m = model(seed);
    const { step, interior } = trustStep(m, ALL, FAR);
    expect(interior).toBe(true);
    slopeAfter(m, step).forEach((slope, i) => {
      expect(Math.abs(slope)).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(m.gradient[i])));
    });
  });

  it.each([1, 2, 3, 4, 5, 6])('keeps within walls, and is stationary off them (seed %i)', (seed) => {
    const m = model(seed);
    const [low, high] = [same(-0.02), same(0.03)];
    const { step } = trustStep(m, ALL, { ...FAR, low, high });
    const slope = slopeAfter(m, step);
    step.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(low[i]);
      expect(value).toBeLessThanOrEqual(high[i]);
      if (value > low[i] && value < high[i]) {
        expect(Math.abs(slope[i])).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(m.gradient[i])));
      }
    });
  });

  it.each([0.1, -3])('gains more than any other step of its length (curvature shifted by %d)', (shift) => {
    for (let seed = 1; seed <= 8; seed++) {
      const m = model(seed, shift, same(1));
      const unit = Float64Array.of(1, 0.3, 2, 1, 0.5);
      const { step, interior } = trustStep(m, ALL, { ...FAR, unit, radius: 0.2 });
      const length = Math.hypot(...step.map((value, i) => value / unit[i]));
      if (interior) expect(length).toBeLessThanOrEqual(0.2);
      else expect(length).toBeCloseTo(0.2, 10);
      const best = predictedGain(m, step);
      expect(best).toBeGreaterThan(0);
      const normal = normals(100 + seed);
      for (let k = 0; k < 200; k++) {
        const other = normalArray(N, normal);
        const scale = 0.2 / Math.hypot(...other);
        const gain = predictedGain(
          m,
          other.map((value, i) => value * scale * unit[i]),
        );
        expect(gain).toBeLessThanOrEqual(best + 1e-12);
      }
    }
  });

  it('leaves variables alone that are not free, and nothing moves where none is', () => {
    const { step } = trustStep(model(7), [1, 3], FAR);
    expect([step[0], step[2], step[4]]).toEqual([0, 0, 0]);
    expect(step[1]).not.toBe(0);
    expect([...trustStep(model(7), [], FAR).step]).toEqual([0, 0, 0, 0, 0]);
  });
});
