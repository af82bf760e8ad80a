import { choleskyInPlace, NotPositiveDefiniteError } from '../numerics/dense/cholesky.js';
import { dot } from '../numerics/dense/product.js';
import { solveCholesky } from '../numerics/dense/triangular.js';
import type { EvidenceSlope } from './evidence.js';

/** A longer step than this in a logarithm is not trusted. */
const LONGEST_STEP = 4;
/** Information below which a hyperparameter is told by nothing. */
const FLAT = 1e-6;
/** Information below which a hyperparameter need not be found to `TOLERANCE`. */
const VAGUE = 1e-3;
/** Gain in ln p that is none. */
const NO_GAIN = 1e-10;

/** A step between two accepted points and the fall of the gradient along it. */
export interface Secant {
  readonly step: Float64Array;
  readonly fall: Float64Array;
}

/** Secants kept: those of older points say little of the curvature here. */
export const SECANTS = 5;

/**
 * −∂² ln p: the average information, corrected by the BFGS formula with each secant along which the gradient fell
 * (Nocedal, Wright, *Numerical Optimization*, eq. 6.19); positive definite.
 */
export function curvatureAt(slope: EvidenceSlope, secants: readonly Secant[]): Float64Array {
  const n = slope.gradient.length;
  let h = slope.information.slice();
  for (let i = 0; i < n; i++) h[i * n + i] = stiffness(slope, i, n);
  for (const { step, fall } of secants) {
    const image = step.map((_, i) => dot(h, i * n, step, 0, n));
    const before = dot(image, 0, step, 0, n);
    const after = dot(fall, 0, step, 0, n);
    // Hardly any fall is rounding, or a step across a place where the evidence is not concave.
    if (!(before > 0 && after > 0.05 * before)) continue;
    const corrected = h.map((value, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      return value + (fall[i] * fall[j]) / after - (image[i] * image[j]) / before;
    });
    // Rounding of an information that is all but singular may have made it indefinite: then it is no use.
    if (step.every((_, i) => corrected[i * n + i] > 0)) h = corrected;
  }
  return h;
}

/** x + (H + damping · diag H)⁻¹ gradient over the free components, none longer than `LONGEST_STEP`. */
export function stepFrom(
  x: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
  free: readonly number[],
  damping: number,
): Float64Array {
  const n = free.length;
  const scale = free.map((i) => Math.sqrt(hessian[i * x.length + i]));
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      matrix[i * n + j] = hessian[free[i] * x.length + free[j]] / (scale[i] * scale[j]);
    }
  }
  const scaled = Float64Array.from(free, (i, k) => gradient[i] / scale[k]);
  const step = solveDamped(matrix, scaled, damping).map((value, k) => value / scale[k]);
  const longest = step.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const shorten = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
  const out = x.slice();
  free.forEach((i, k) => {
    out[i] += shorten * step[k];
  });
  return out;
}

/** Whether a step in component i is none: too short, or of no gain in a hyperparameter that next to nothing is known of. */
export function isSettled(
  slope: EvidenceSlope,
  i: number,
  change: number,
  total: number,
  tolerance: number,
): boolean {
  if (Math.abs(change) < tolerance) return true;
  return slope.information[i * total + i] < VAGUE && Math.abs(change * slope.gradient[i]) < NO_GAIN;
}

/** Curvature along component i; where there is next to none, enough that the gradient alone makes no longer step. */
function stiffness(slope: EvidenceSlope, i: number, total: number): number {
  return Math.max(slope.information[i * total + i], Math.abs(slope.gradient[i]) / LONGEST_STEP, FLAT);
}

/** (M + damping)⁻¹ v for M with a unit diagonal; damped further where rounding has made M indefinite. */
function solveDamped(matrix: Float64Array, v: Float64Array, damping: number): Float64Array {
  const n = v.length;
  for (let extra = Math.max(damping, 1e-10); ; extra *= 10) {
    const factor = matrix.slice();
    for (let i = 0; i < n; i++) factor[i * n + i] += extra;
    try {
      choleskyInPlace(factor, n);
    } catch (error) {
      if (error instanceof NotPositiveDefiniteError && extra < 1e6) continue;
      throw error;
    }
    const out = v.slice();
    solveCholesky(factor, n, out);
    return out;
  }
}
