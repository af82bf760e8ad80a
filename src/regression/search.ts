import { FailureError } from '../errors.js';
import { curvatureAt, isSettled, SECANTS, type Secant, stepFrom } from './curvature.js';
import { type Evidence, type EvidenceSlope, evidenceAt, slopeAt } from './evidence.js';
import { clamp, type Prior } from './priors/prior.js';
import type { Gram } from './types.js';

/** Where the evidence of a prior is looked at: its hyperparameters and ln β. */
export interface SearchPoint {
  readonly theta: Float64Array;
  readonly logBeta: number;
}

/** A point with its slope. */
export interface Evaluated {
  readonly point: Evidence;
  readonly slope: EvidenceSlope;
}

export interface SearchResult extends Evaluated {
  readonly converged: boolean;
  /** Factorisations spent: what a search costs. */
  readonly evaluations: number;
}

export interface SearchLimits {
  readonly tolerance?: number;
  /** Most evaluations. */
  readonly limit?: number;
  /** Ends the search early where a point (θ, ln β) needs no better one; `here`: the evaluation from which a step leads there. */
  readonly enough?: (x: Float64Array, here?: Evaluated) => boolean;
  /** The evaluation at the start, where there is one already. */
  readonly known?: Evaluated;
}

/** Convergence: relative change of α, β (absolute of their logarithms and of κ). */
export const TOLERANCE = 1e-6;

/**
 * Maximises ln p(y|θ,β) within the bounds by quasi-Newton steps with the analytic gradient: L-BFGS whose initial Hessian
 * is the average information of the current point instead of a multiple of the unit matrix, damped as by Levenberg and
 * Marquardt so that the evidence never falls. On silicon (127 parameters, 5–100 snapshots): 12–13
 * evaluations for `by-order`, 16–24 for `decay` from κ = 0, 8–19 from the last refit.
 */
export function maximiseEvidence(
  gram: Gram,
  prior: Prior,
  start: SearchPoint,
  maxLogBeta: number,
  { tolerance = TOLERANCE, limit = 200, enough, known }: SearchLimits = {},
): SearchResult {
  const lower = [...prior.lower, Number.NEGATIVE_INFINITY];
  const upper = [...prior.upper, maxLogBeta];
  const within = (x: Float64Array): Float64Array => x.map((value, i) => clamp(value, lower[i], upper[i]));
  const valueAt = (x: Float64Array): Evidence => evidenceAt(gram, prior, x.slice(0, -1), x[x.length - 1]);

  let x = within(Float64Array.of(...start.theta, start.logBeta));
  let { point, slope } = known ?? evaluate(gram, valueAt(x));
  let damping = 0;
  const secants: Secant[] = [];
  for (let evaluations = 1; evaluations < limit; evaluations++) {
    const free = [...x.keys()].filter(
      (i) => !(x[i] <= lower[i] && slope.gradient[i] <= 0) && !(x[i] >= upper[i] && slope.gradient[i] >= 0),
    );
    const hessian = curvatureAt(slope, secants);
    const full = within(stepFrom(x, slope.gradient, hessian, free, 0));
    if (x.every((value, i) => isSettled(slope, i, full[i] - value, x.length, tolerance))) {
      return { point, slope, converged: true, evaluations };
    }
    const trial = damping === 0 ? full : within(stepFrom(x, slope.gradient, hessian, free, damping));
    const next = attempt(() => valueAt(trial));
    if (next && next.logEvidence >= point.logEvidence - roundingOf(gram, trial)) {
      const last = { x, gradient: slope.gradient };
      x = trial;
      point = next;
      if (enough?.(x)) return { point, slope, converged: false, evaluations };
      slope = slopeAt(gram, next);
      secants.push({
        step: x.map((value, i) => value - last.x[i]),
        fall: slope.gradient.map((value, i) => last.gradient[i] - value),
      });
      if (secants.length > SECANTS) secants.shift();
      damping = damping <= 1e-3 ? 0 : damping / 10;
    } else {
      damping = damping === 0 ? 1e-2 : damping * 8;
      if (damping > 1e12) return { point, slope, converged: false, evaluations };
    }
  }
  return { point, slope, converged: false, evaluations: limit };
}

function evaluate(gram: Gram, point: Evidence): Evaluated {
  return { point, slope: slopeAt(gram, point) };
}

/** Rounding of β yᵀy at (θ, ln β): what differences of the evidence drown in. */
export function roundingOf(gram: Gram, x: Float64Array): number {
  return 1e-12 * (1 + Math.exp(x[x.length - 1]) * gram.yty);
}

/** Undefined where the evidence cannot be computed: such a point is no better than any other. */
export function attempt(evaluate: () => Evidence): Evidence | undefined {
  try {
    const point = evaluate();
    return Number.isFinite(point.logEvidence) ? point : undefined;
  } catch (error) {
    if (error instanceof FailureError) return undefined;
    throw error;
  }
}
