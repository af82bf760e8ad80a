import { type Evidence, type EvidenceSlope, evidenceAt, slopeAt } from './evidence.js';
import { clamp, type Prior } from './priors/prior.js';
import { type SearchLimits, type SearchPoint, type SearchResult, TOLERANCE } from './search.js';
import type { Gram } from './types.js';

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
