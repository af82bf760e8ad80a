import { dot } from '../numerics/dense/product.js';
import { inverseOfLowerTransposed, productOfUpper } from '../numerics/dense/triangular.js';
import { type Evidence, type EvidenceSlope, slopeFrom, workingVectors } from './evidence.js';
import type { Gram } from './types.js';

/** A slope with all second derivatives. */
export interface CurvedSlope extends EvidenceSlope {
  /** ∂² ln p / ∂(θ, ln β)², [(k+1)·(k+1)] */
  readonly hessian: Float64Array;
}

/**
 * Gradient and second derivatives at a point; costs the inverse of L and Σ itself, twice the factorisation. In whitened
 * coordinates, with w_i = D_i ψ̄, r = y − Xm̄ and g = W⁻¹Xᵀr:
 *   ij: ½ (∂²ln|Λ| − tr ΣD_ij + tr ΣD_iΣD_j − ψ̄ᵀD_ijψ̄) + w_iᵀΣw_j,
 *   iβ: ½ (tr ΣD_i − tr ΣD_iΣ) − β w_iᵀΣg,
 *   ββ: −½ (tr Σ − tr Σ²) − ½ β rᵀr + β² gᵀΣg.
 */
export function curvedSlopeAt(gram: Gram, point: Evidence): CurvedSlope {
  const { precision, factor, whitenedMean, residual } = point;
  const n = gram.parameters;
  const covariance = productOfUpper(inverseOfLowerTransposed(factor, n), n);
  let traceOfSigma = 0;
  for (let p = 0; p < n; p++) traceOfSigma += covariance[p * n + p];
  const traceOfSquare = dot(covariance, 0, covariance, 0, n * n);
  const { traces, squareTraces, productTraces, logDeterminant, twice } = precision.secondOrder(
    whitenedMean,
    covariance,
  );
  const vectors = workingVectors(gram, point);
  const k = traces.length;
  const beta = Math.exp(point.logBeta);
  const hessian = new Float64Array((k + 1) * (k + 1));
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const terms = logDeterminant[i * k + j] - twice[i * k + j] + productTraces[i * k + j];
      hessian[i * (k + 1) + j] = 0.5 * terms + vectors.covariance(i, j);
    }
    const mixed = 0.5 * (traces[i] - squareTraces[i]) - beta * vectors.covariance(i, k);
    hessian[i * (k + 1) + k] = mixed;
    hessian[k * (k + 1) + i] = mixed;
  }
  hessian[(k + 1) * (k + 1) - 1] =
    -0.5 * (traceOfSigma - traceOfSquare + beta * residual) + beta * beta * vectors.covariance(k, k);
  return { ...slopeFrom(gram, point, traces, traceOfSigma, vectors), hessian };
}
