import { describe, expect, it } from 'vitest';
import { predictedGain, type QuadraticModel, stepInBox } from '../../src/regression/boxStep.js';
import { normalArray, normals, product, transposed } from './synthetic.js';

const N = 5;
const ALL = [0, 1, 2, 3, 4];
const wall = (size: number) => new Float64Array(N).fill(size);

/** −H = A Aᵀ + diag(shift), scales of the variables far apart. */
function model(seed: number, shift = 0.1): QuadraticModel {
  const normal = normals(seed);
  const scale = [1, 1e3, 1e-3, 10, 1];
  const a = normalArray(N * N, normal);
  const square = product(a, transposed(a, N, N), N, N, N);
  const minus = square.map((value, k) => {
    const [i, j] = [Math.floor(k / N), k % N];
    return (value + (i === j ? shift : 0)) * scale[i] * scale[j];
  });
  const gradient = normalArray(N, normal).map((value, i) => value * scale[i]);
  return { gradient, hessian: minus.map((value) => -value), information: minus.map(Math.abs) };
}

function slopeAfter({ gradient, hessian }: QuadraticModel, step: Float64Array): Float64Array {
  return product(hessian, step, N, N, 1).map((value, i) => value + gradient[i]);
}

describe('a step in a box', () => {
  it.each([1, 2, 3])('is Newton’s where nothing stops it (seed %i)', (seed) => {
    const m = model(seed);
    const step = stepInBox(m, ALL, wall(-1e9), wall(1e9));
    slopeAfter(m, step).forEach((slope, i) => {
      expect(Math.abs(slope)).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(m.gradient[i])));
    });
    expect(predictedGain(m, step)).toBeGreaterThan(0);
  });

  it.each([1, 2, 3, 4, 5, 6])('keeps within walls, and is stationary off them (seed %i)', (seed) => {
    const m = model(seed);
    const [low, high] = [wall(-0.02), wall(0.03)];
    const step = stepInBox(m, ALL, low, high);
    const slope = slopeAfter(m, step);
    step.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(low[i]);
      expect(value).toBeLessThanOrEqual(high[i]);
      if (value > low[i] && value < high[i]) {
        expect(Math.abs(slope[i])).toBeLessThan(1e-6 * Math.max(1e-3, Math.abs(m.gradient[i])));
      }
    });
  });

  it('leaves variables alone that are not free', () => {
    const step = stepInBox(model(7), [1, 3], wall(-1), wall(1));
    expect([step[0], step[2], step[4]]).toEqual([0, 0, 0]);
    expect(step[1]).not.toBe(0);
  });

  it.each([1, 2, 3, 4])('goes uphill where the model curves upwards, too (seed %i)', (seed) => {
    const m = model(seed, -3);
    const step = stepInBox(m, ALL, wall(-1e9), wall(1e9));
    const rise = step.reduce((sum, value, i) => sum + value * m.gradient[i], 0);
    expect(rise).toBeGreaterThan(0);
    expect(step.every(Number.isFinite)).toBe(true);
  });
});
