import { FailureError } from '../errors.js';
import { choleskyInPlace, NotPositiveDefiniteError } from '../numerics/dense/cholesky.js';
import { solveCholesky } from '../numerics/dense/triangular.js';
import { type Evidence, type EvidenceSlope, evidenceAt, slopeAt } from './evidence.js';
import { clamp, type Prior } from './priors/prior.js';
import type { Gram } from './types.js';

/** Where the evidence of a prior is looked at: its hyperparameters and ln β. */
export interface SearchPoint {
  readonly theta: Float64Array;
  readonly logBeta: number;
}

export interface SearchResult {
  readonly point: Evidence;
  readonly slope: EvidenceSlope;
  readonly converged: boolean;
  /** Factorisations spent: what a search costs. */
  readonly evaluations: number;
}

export interface SearchLimits {
  readonly tolerance?: number;
  /** Most evaluations. */
  readonly limit?: number;
}

/** Convergence: relative change of α, β (absolute of their logarithms and of κ). */
export const TOLERANCE = 1e-6;
/** A longer step than this in a logarithm is not trusted. */
const LONGEST_STEP = 4;
/** Information below which a hyperparameter is told by nothing. */
const FLAT = 1e-6;
/** Information below which a hyperparameter need not be found to `TOLERANCE`. */
const VAGUE = 1e-3;
/** Gain in ln p that is none. */
const NO_GAIN = 1e-10;

/**
 * Maximises ln p(y|θ,β) within the bounds: quasi-Newton steps with the analytic gradient and the average information as
 * the (positive semidefinite) Hessian, damped as by Levenberg and Marquardt so that the evidence never falls. Ten or so
 * evaluations where BFGS needs forty.
 */
export function maximiseEvidence(
  gram: Gram,
  prior: Prior,
  start: SearchPoint,
  maxLogBeta: number,
  { tolerance = TOLERANCE, limit = 200 }: SearchLimits = {},
): SearchResult {
  const lower = [...prior.lower, Number.NEGATIVE_INFINITY];
  const upper = [...prior.upper, maxLogBeta];
  const within = (x: Float64Array): Float64Array => x.map((value, i) => clamp(value, lower[i], upper[i]));
  const valueAt = (x: Float64Array): Evidence => evidenceAt(gram, prior, x.slice(0, -1), x[x.length - 1]);

  let x = within(Float64Array.of(...start.theta, start.logBeta));
  let point = valueAt(x);
  let slope = slopeAt(gram, point);
  let damping = 0;
  for (let evaluations = 1; evaluations < limit; evaluations++) {
    const free = [...x.keys()].filter(
      (i) => !(x[i] <= lower[i] && slope.gradient[i] <= 0) && !(x[i] >= upper[i] && slope.gradient[i] >= 0),
    );
    const trial = within(stepFrom(x, slope, free, damping));
    const settled = x.every((value, i) => isSettled(slope, i, trial[i] - value, x.length, tolerance));
    if (settled && damping <= 1e-2) return { point, slope, converged: true, evaluations };
    const next = attempt(() => valueAt(trial));
    // Rounding of β yᵀy is what differences of the evidence drown in.
    const noise = 1e-12 * (1 + Math.exp(trial[trial.length - 1]) * gram.yty);
    if (next && next.logEvidence >= point.logEvidence - noise) {
      x = trial;
      point = next;
      slope = slopeAt(gram, next);
      damping = damping <= 1e-3 ? 0 : damping / 10;
    } else {
      damping = damping === 0 ? 1e-2 : damping * 8;
      if (damping > 1e12) return { point, slope, converged: false, evaluations };
    }
  }
  return { point, slope, converged: false, evaluations: limit };
}

/** x + (I + damping · diag I)⁻¹ gradient over the free components, none longer than `LONGEST_STEP`. */
function stepFrom(
  x: Float64Array,
  slope: EvidenceSlope,
  free: readonly number[],
  damping: number,
): Float64Array {
  const scale = free.map((i) => Math.sqrt(stiffness(slope, i, x.length)));
  const gradient = Float64Array.from(free, (i, k) => slope.gradient[i] / scale[k]);
  const step = solveDamped(scaledInformation(slope, free, scale, x.length), gradient, damping);
  let longest = 0;
  for (let k = 0; k < free.length; k++) {
    step[k] /= scale[k];
    longest = Math.max(longest, Math.abs(step[k]));
  }
  const shorten = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
  const out = x.slice();
  free.forEach((i, k) => {
    out[i] += shorten * step[k];
  });
  return out;
}

/** Information among the free components, to a unit diagonal. */
function scaledInformation(
  slope: EvidenceSlope,
  free: readonly number[],
  scale: readonly number[],
  total: number,
): Float64Array {
  const n = free.length;
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      matrix[i * n + j] = slope.information[free[i] * total + free[j]] / (scale[i] * scale[j]);
    }
    matrix[i * n + i] = 1;
  }
  return matrix;
}

/** Whether a step in component i is none: too short, or of no gain in a hyperparameter that next to nothing is known of. */
function isSettled(
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

/** (M + damping)⁻¹ v; damped further where rounding has made M indefinite (hyperparameters that the data cannot tell apart). */
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

/** Undefined where the evidence cannot be computed: such a point is no better than any other. */
function attempt(evaluate: () => Evidence): Evidence | undefined {
  try {
    const point = evaluate();
    return Number.isFinite(point.logEvidence) ? point : undefined;
  } catch (error) {
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}

/**
 * The fixed-point updates α_g = γ_g/|m̄_g|², γ_g = P_g − α_g tr Σ_gg, β = (N_y − Σγ_g)/|y − X m̄|² (Bishop eqs. 3.91–3.95,
 * METHOD) of a prior all of whose hyperparameters are logarithms of precisions. They converge linearly, and very slowly
 * where an order is not determined.
 */
export function fixedPoint(
  gram: Gram,
  prior: Prior,
  start: SearchPoint,
  maxLogBeta: number,
  { tolerance = TOLERANCE, limit = 2000 }: SearchLimits = {},
): SearchResult {
  let { theta, logBeta } = start;
  for (let iteration = 1; ; iteration++) {
    const point = evidenceAt(gram, prior, theta, logBeta);
    const slope = slopeAt(gram, point);
    const next = updated(gram, prior, point, slope, maxLogBeta);
    const change = next.theta.reduce(
      (largest, value, i) => Math.max(largest, Math.abs(value - theta[i])),
      Math.abs(next.logBeta - logBeta),
    );
    if (change < tolerance || iteration >= limit) {
      return { point, slope, converged: change < tolerance, evaluations: iteration };
    }
    ({ theta, logBeta } = next);
  }
}

function updated(
  gram: Gram,
  prior: Prior,
  point: Evidence,
  slope: EvidenceSlope,
  maxLogBeta: number,
): SearchPoint {
  const theta = point.theta.map((value, i) => {
    const determined = point.precision.logDeterminantGradient[i] - slope.traces[i];
    if (point.precision.logDeterminantGradient[i] === 0) return value;
    // γ/|m̄|² = α γ/(α |m̄|²); no data on it at all leaves 0/0: the prior stays as it is.
    if (!(slope.quadratic[i] > 0)) return determined > 0 ? prior.upper[i] : value;
    const next = value + Math.log(Math.max(determined, 1e-300) / slope.quadratic[i]);
    return clamp(next, prior.lower[i], prior.upper[i]);
  });
  const freedom = gram.rows - slope.effectiveParameters;
  const logBeta = freedom > 0 ? Math.min(Math.log(freedom / point.residual), maxLogBeta) : maxLogBeta;
  return { theta, logBeta };
}
