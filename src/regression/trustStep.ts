import { symmetricEigen } from '../numerics/dense/eigen.js';
import { dot } from '../numerics/dense/product.js';

/** A function near a point, f(s) ≈ f(0) + gᵀs + ½ sᵀHs over n variables. */
export interface QuadraticModel {
  /** [n] g */
  readonly gradient: Float64Array;
  /** [n·n] H */
  readonly hessian: Float64Array;
}

/** Where the model is believed: Σ (s_i / unit_i)² ≤ radius², and low ≤ s ≤ high. */
export interface TrustRegion {
  readonly unit: Float64Array;
  readonly radius: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

export interface TrustStep {
  readonly step: Float64Array;
  /** Whether the model's maximum itself was reached, and not the end of trust. */
  readonly interior: boolean;
}

/**
 * The step uphill to the model's maximum within the region of trust over the `free` variables; others keep still
 * (Nocedal, Wright, *Numerical Optimization*, §4.3). Variables that would leave the box stop at its wall, and the rest
 * is solved again beside them.
 */
export function trustStep(
  { gradient, hessian }: QuadraticModel,
  free: readonly number[],
  { unit, radius, low, high }: TrustRegion,
): TrustStep {
  const n = gradient.length;
  const step = new Float64Array(n);
  for (let moving = [...free]; ; ) {
    const atWalls = step.reduce((sum, value, i) => sum + (value / unit[i]) * (value / unit[i]), 0);
    const left = Math.max(radius * radius - atWalls, 0.01 * radius * radius);
    const b = Float64Array.from(moving, (i) => unit[i] * (gradient[i] + dot(hessian, i * n, step, 0, n)));
    const a = Float64Array.from(
      moving.flatMap((i) => moving.map((j) => -hessian[i * n + j] * unit[i] * unit[j])),
    );
    const { solution, interior } = solveWithin(a, b, Math.sqrt(left));
    const wanted = new Map(moving.map((i, k) => [i, unit[i] * solution[k]]));
    const outside = moving.filter((i) => wanted.get(i)! < low[i] || wanted.get(i)! > high[i]);
    for (const i of outside.length > 0 ? outside : moving) {
      step[i] = Math.min(Math.max(wanted.get(i)!, low[i]), high[i]);
    }
    if (outside.length === 0) return { step, interior };
    moving = moving.filter((i) => !outside.includes(i));
  }
}

/** Gain that the model promises for a step. */
export function predictedGain({ gradient, hessian }: QuadraticModel, step: Float64Array): number {
  const n = step.length;
  let gain = 0;
  for (let i = 0; i < n; i++) gain += step[i] * (gradient[i] + 0.5 * dot(hessian, i * n, step, 0, n));
  return gain;
}

/** Halvings of an interval for λ: to the last bits. */
const HALVINGS = 100;
/** Eigenvalues below this part of the largest are rounding. */
const ROUNDING = 1e-15;

/** (A + λ)⁻¹ b, with λ = 0 where A is positive definite and that is not longer than `radius`, else the λ that makes it so. */
function solveWithin(
  a: Float64Array,
  b: Float64Array,
  radius: number,
): { readonly solution: Float64Array; readonly interior: boolean } {
  const n = b.length;
  if (n === 0) return { solution: b, interior: true };
  const { values, vectors } = symmetricEigen(a, n);
  const along = values.map((_, e) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += vectors[k * n + e] * b[k];
    return sum;
  });
  const solutionAt = (lambda: number): Float64Array => {
    const solution = new Float64Array(n);
    for (let e = 0; e < n; e++) {
      const part = along[e] / (values[e] + lambda);
      for (let k = 0; k < n; k++) solution[k] += vectors[k * n + e] * part;
    }
    return solution;
  };
  const length = (v: Float64Array): number => Math.sqrt(dot(v, 0, v, 0, n));
  const floor = ROUNDING * Math.max(Math.abs(values[0]), Math.abs(values[n - 1]), Number.MIN_VALUE);
  if (values[0] > floor) {
    const solution = solutionAt(0);
    if (length(solution) <= radius) return { solution, interior: true };
  }
  let low = Math.max(0, floor - values[0]);
  let high = low + length(b) / radius;
  for (let k = 0; k < HALVINGS; k++) {
    const middle = 0.5 * (low + high);
    if (length(solutionAt(middle)) > radius) low = middle;
    else high = middle;
  }
  return { solution: solutionAt(high), interior: false };
}
