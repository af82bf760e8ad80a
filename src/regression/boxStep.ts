import { symmetricEigen } from '../numerics/dense/eigen.js';
import { dot } from '../numerics/dense/product.js';

/** A function near a point, f(s) ≈ f(0) + gᵀs + ½ sᵀHs over n variables. */
export interface QuadraticModel {
  /** [n] g */
  readonly gradient: Float64Array;
  /** [n·n] H */
  readonly hessian: Float64Array;
  /** [n·n] −H as it is on average, positive semidefinite: its diagonal gives the scales of the variables, with that of H. */
  readonly information: Float64Array;
}

/** Curvature, of variables scaled to a curvature of 1, below which a direction counts as flat. */
const FLAT = 1e-8;

/**
 * The step uphill to the model's maximum over the `free` variables, within `low` ≤ s ≤ `high` for each; others keep
 * still. A direction that curves upwards is followed as far as if it curved downwards as much (saddle-free Newton: Dauphin
 * et al., NeurIPS 27 (2014)). Variables that would leave the box stop at its wall, and the rest is solved again beside them.
 */
export function stepInBox(
  model: QuadraticModel,
  free: readonly number[],
  low: Float64Array,
  high: Float64Array,
): Float64Array {
  const { gradient, hessian } = model;
  const n = gradient.length;
  const step = new Float64Array(n);
  for (let moving = [...free]; moving.length > 0; ) {
    // Slope where the variables at the walls are already.
    const slope = Float64Array.from(moving, (i) => gradient[i] + dot(hessian, i * n, step, 0, n));
    const solution = saddleFreeStep(model, moving, slope);
    const outside = moving.filter((i, k) => solution[k] < low[i] || solution[k] > high[i]);
    moving.forEach((i, k) => {
      if (outside.includes(i)) step[i] = solution[k] < low[i] ? low[i] : high[i];
      else if (outside.length === 0) step[i] = solution[k];
    });
    if (outside.length === 0) break;
    moving = moving.filter((i) => !outside.includes(i));
  }
  return step;
}

/** Gain that the model promises for a step. */
export function predictedGain({ gradient, hessian }: QuadraticModel, step: Float64Array): number {
  const n = step.length;
  let gain = 0;
  for (let i = 0; i < n; i++) gain += step[i] * (gradient[i] + 0.5 * dot(hessian, i * n, step, 0, n));
  return gain;
}

/** |H|⁻¹ g over some variables, |H| having the absolute eigenvalues of H in variables of like scale. */
function saddleFreeStep(
  { hessian, information }: QuadraticModel,
  variables: readonly number[],
  gradient: Float64Array,
): Float64Array {
  const n = variables.length;
  const total = Math.sqrt(hessian.length);
  const scale = variables.map((i) => {
    const diagonal = i * (total + 1);
    return Math.sqrt(Math.max(Math.abs(hessian[diagonal]), information[diagonal]));
  });
  const matrix = new Float64Array(n * n);
  variables.forEach((i, k) => {
    variables.forEach((j, l) => {
      matrix[k * n + l] = hessian[i * total + j] / scale[k] / scale[l];
    });
  });
  const { values, vectors } = symmetricEigen(matrix, n);
  const step = new Float64Array(n);
  for (let e = 0; e < n; e++) {
    let along = 0;
    for (let k = 0; k < n; k++) along += (vectors[k * n + e] * gradient[k]) / scale[k];
    along /= Math.max(Math.abs(values[e]), FLAT);
    for (let k = 0; k < n; k++) step[k] += (vectors[k * n + e] * along) / scale[k];
  }
  return step;
}
