import { FailureError } from '../errors.js';
import { choleskyInPlace, logDeterminant, NotPositiveDefiniteError } from '../numerics/dense/cholesky.js';
import { addSymmetricProduct, dot } from '../numerics/dense/product.js';
import { inverseOfLowerTransposed, solveLower, solveLowerRows } from '../numerics/dense/triangular.js';
import { predictedMean } from './posterior.js';
import type { Posterior } from './types.js';

/** What a fit without one block of rows (a structure) says of that block. */
export interface LeftOut {
  /** [m] y − A m̄₋: residuals of the fit that never saw the block, eV/Å. */
  readonly residuals: Float64Array;
  /** [m] what it expects of them: diag(β⁻¹ + A Σ₋ Aᵀ), (eV/Å)². */
  readonly variances: Float64Array;
  /** r₋ᵀ C₋⁻¹ r₋ with the whole covariance C₋ = β⁻¹ + A Σ₋ Aᵀ: m on average where the model is right. */
  readonly chiSquare: number;
  /** ln p(y | the other rows, θ, β). */
  readonly logDensity: number;
}

/**
 * Leaves one block of m training rows out of a posterior, at its own θ and β, without a refit. With r = y − A m̄ and
 * H = β A Σ Aᵀ, Σ₋ = (Σ⁻¹ − β AᵀA)⁻¹ and Woodbury's identity give
 *   r₋ = (1 − H)⁻¹ r,   C₋ = β⁻¹ + A Σ₋ Aᵀ = β⁻¹ (1 − H)⁻¹,   r₋ᵀ C₋⁻¹ r₋ = β rᵀ (1 − H)⁻¹ r:
 * the leave-one-out of a linear smoother (Craven and Wahba, Numer. Math. 31, 377 (1979)) for blocks of rows.
 * The block must have been in the fit. m P²/2 + m²P/2 + m³/3 multiplications.
 */
export function leaveOut(posterior: Posterior, a: Float64Array, y: Float64Array): LeftOut {
  const { beta } = posterior;
  const m = y.length;
  const residuals = predictedMean(posterior.parameters, a).map((value, i) => y[i] - value);
  const { factor, inverse } = factorOfComplement(posterior, a, m);
  const whitened = residuals.slice();
  solveLower(factor, m, whitened);
  const chiSquare = beta * dot(whitened, 0, whitened, 0, m);
  const variances = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    variances[i] = dot(inverse, i * m + i, inverse, i * m + i, m - i) / beta;
    // (1 − H)⁻¹ r = (L⁻¹)ᵀ L⁻¹ r
    residuals[i] = dot(inverse, i * m + i, whitened, i, m - i);
  }
  // ln|C₋| = −m ln β − ln|1 − H|
  const logDeterminantOfC = -m * Math.log(beta) - logDeterminant(factor, m);
  const logDensity = -0.5 * (chiSquare + logDeterminantOfC + m * Math.log(2 * Math.PI));
  return { residuals, variances, chiSquare, logDensity };
}

/** L with 1 − H = L Lᵀ, and (L⁻¹)ᵀ, [m·m] each. */
function factorOfComplement(posterior: Posterior, a: Float64Array, m: number) {
  const { parameters, precisionFactor, beta } = posterior;
  if (!precisionFactor) {
    throw new FailureError('least squares leave nothing to leave out: fit with a prior');
  }
  const n = parameters.length;
  // A Σ Aᵀ = W Wᵀ with W = A R⁻ᵀ
  const w = a.slice();
  solveLowerRows(precisionFactor, n, w, m);
  const complement = (): Float64Array => {
    const matrix = new Float64Array(m * m);
    addSymmetricProduct({ data: matrix, offset: 0, stride: m }, { data: w, offset: 0, stride: n }, m, n, -1);
    for (let k = 0; k < matrix.length; k++) matrix[k] *= beta;
    for (let i = 0; i < m; i++) matrix[i * m + i] += 1;
    return matrix;
  };
  const factor = withCare(complement, m, n);
  return { factor, inverse: inverseOfLowerTransposed(factor, m) };
}

/**
 * Where the block alone determines a parameter, an eigenvalue of 1 − H is as small as the prior is weak and may drown in
 * rounding: the diagonal is then raised by a few units of it.
 */
function withCare(build: () => Float64Array, m: number, n: number): Float64Array {
  for (const units of [0, 4, 64, 1024, 65536]) {
    const matrix = build();
    for (let i = 0; i < m; i++) matrix[i * m + i] += units * n * Number.EPSILON;
    try {
      choleskyInPlace(matrix, m);
      return matrix;
    } catch (error) {
      if (!(error instanceof NotPositiveDefiniteError)) throw error;
    }
  }
  throw new FailureError('the rows to leave out were not in the fit');
}
