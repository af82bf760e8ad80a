import { FailureError } from '../errors.js';
import { choleskyInPlace, logDeterminant, NotPositiveDefiniteError } from '../numerics/dense/cholesky.js';
import { dot } from '../numerics/dense/product.js';
import {
  inverseOfLowerTransposed,
  solveLower,
  solveLowerRows,
  solveLowerTransposed,
} from '../numerics/dense/triangular.js';
import type { Prior, PriorPrecision } from './priors/prior.js';
import type { Gram } from './types.js';

/** The posterior at given hyperparameters, and its evidence. */
export interface Evidence {
  readonly theta: Float64Array;
  readonly logBeta: number;
  readonly precision: PriorPrecision;
  /** [P·P] lower L with 1 + β W⁻¹XᵀXW⁻ᵀ = L Lᵀ, in the whitened coordinates ψ = Wᵀφ′ of the prior. */
  readonly factor: Float64Array;
  /** [P] posterior mean of ψ, and of φ′: m̄. */
  readonly whitenedMean: Float64Array;
  readonly mean: Float64Array;
  /** |y − X m̄|², (eV/Å)². */
  readonly residual: number;
  /** ln p(y | θ, β) */
  readonly logEvidence: number;
}

/** What the search needs beside the value. */
export interface EvidenceSlope {
  /** γ = P − tr(ΛΣ): parameters that the data determine (Bishop eq. 3.91). */
  readonly effectiveParameters: number;
  /** ∂ ln p / ∂(θ, ln β), the derivative by ln β last. */
  readonly gradient: Float64Array;
  /** Average of observed and expected information, [(k+1)·(k+1)] (`averageInformation`). */
  readonly information: Float64Array;
  /** m̄ᵀ (∂Λ/∂θ_i) m̄ */
  readonly quadratic: Float64Array;
  /** tr(Σ ∂Λ/∂θ_i) */
  readonly traces: Float64Array;
}

/**
 * ln p(y|θ,β) = ½ ln|Λ| + N/2 ln β − E(m̄) − ½ ln|Λ + βXᵀX| − N/2 ln 2π, E(m̄) = β/2 |y − Xm̄|² + ½ m̄ᵀΛm̄
 * (Bishop eqs. 3.82, 3.86). With Λ = W Wᵀ, ½ ln|Λ| − ½ ln|Λ + βXᵀX| = −½ ln|1 + β W⁻¹XᵀXW⁻ᵀ|. Dominated by the
 * Cholesky factor of the latter, P³/6 multiplications, whose rounding does not depend on the scales of the columns (see
 * `choleskyInPlace`): that is all the equilibration there has to be.
 */
export function evidenceAt(gram: Gram, prior: Prior, theta: Float64Array, logBeta: number): Evidence {
  const n = gram.parameters;
  const beta = Math.exp(logBeta);
  const precision = prior.at(theta);
  const factor = factorWithCare(() => whitenedPosterior(gram, precision, beta), n);
  const whitenedMean = precision.whitened(gram.xty.map((value) => beta * value));
  solveLower(factor, n, whitenedMean);
  // 2 E(m̄) = β yᵀy − |L⁻¹ β W⁻¹Xᵀy|²
  const explained = dot(whitenedMean, 0, whitenedMean, 0, n);
  solveLowerTransposed(factor, n, whitenedMean);
  const mean = precision.unwhitened(whitenedMean);
  const twiceEnergy = Math.max(beta * gram.yty - explained, 0);
  const logEvidence =
    0.5 * (gram.rows * (logBeta - Math.log(2 * Math.PI)) - twiceEnergy - logDeterminant(factor, n));
  const residual = residualOf(gram, mean);
  return { theta, logBeta, precision, factor, whitenedMean, mean, residual, logEvidence };
}

/** |y − X m|² from the sums; never negative. */
export function residualOf(gram: Gram, m: Float64Array): number {
  const n = gram.parameters;
  // yᵀy − mᵀ(2 Xᵀy − XᵀX m)
  let explained = 0;
  for (let i = 0; i < n; i++) explained += m[i] * (2 * gram.xty[i] - dot(gram.xtx, i * n, m, 0, n));
  return Math.max(gram.yty - explained, 0);
}

/** Gradient and information at a point; costs the inverse of L, as much again as the factorisation. */
export function slopeAt(gram: Gram, point: Evidence): EvidenceSlope {
  const { precision, factor } = point;
  const n = gram.parameters;
  const inverse = inverseOfLowerTransposed(factor, n);
  const traces = precision.traces(inverse);
  let traceOfSigma = 0;
  for (let p = 0; p < n; p++) traceOfSigma += dot(inverse, p * n + p, inverse, p * n + p, n - p);
  return slopeFrom(gram, point, traces, traceOfSigma, workingVectors(gram, point));
}

/** The slope from tr(Σ D_i) and tr Σ. */
export function slopeFrom(
  gram: Gram,
  point: Evidence,
  traces: Float64Array,
  traceOfSigma: number,
  vectors: WorkingVectors,
): EvidenceSlope {
  const { precision, whitenedMean, logBeta, residual } = point;
  const n = gram.parameters;
  const k = traces.length;
  const effectiveParameters = n - traceOfSigma;
  const quadratic = Float64Array.from(vectors.w, (d) => dot(d, 0, whitenedMean, 0, n));
  const gradient = new Float64Array(k + 1);
  for (let i = 0; i < k; i++) {
    gradient[i] = 0.5 * (precision.logDeterminantGradient[i] - traces[i] - quadratic[i]);
  }
  gradient[k] = 0.5 * (gram.rows - effectiveParameters - Math.exp(logBeta) * residual);
  const information = averageInformation(point, vectors);
  return { effectiveParameters, gradient, information, quadratic, traces };
}

/** The vectors that second derivatives are made of, in whitened coordinates. */
export interface WorkingVectors {
  /** [k] vectors [P] w_i = D_i ψ̄ */
  readonly w: readonly Float64Array[];
  /** w_iᵀ Σ w_j; index k stands for g = W⁻¹Xᵀ(y − Xm̄). */
  covariance(i: number, j: number): number;
}

export function workingVectors(
  gram: Gram,
  { precision, factor, mean, whitenedMean }: Evidence,
): WorkingVectors {
  const n = gram.parameters;
  const w = precision.derivativesTimes(whitenedMean);
  const k = w.length;
  const g = precision.whitened(gram.xty.map((value, i) => value - dot(gram.xtx, i * n, mean, 0, n)));
  // With v = L⁻¹w, w_iᵀΣw_j is v_iᵀv_j: all rows are solved at once.
  const v = new Float64Array((k + 1) * n);
  [...w, g].forEach((row, i) => {
    v.set(row, i * n);
  });
  solveLowerRows(factor, n, v, k + 1);
  return { w, covariance: (i, j) => dot(v, i * n, v, j * n, n) };
}

/**
 * Average information of (θ, ln β): ½ (∂V/∂θ_i V⁻¹y)ᵀ V⁻¹ (∂V/∂θ_j V⁻¹y) with V = β⁻¹ + XΛ⁻¹Xᵀ, the mean of the observed
 * and the expected information with its traces cancelled (Gilmour, Thompson, Cullis, Biometrics 51, 1440 (1995)).
 * Positive semidefinite, and needs a few triangular solves only. In whitened coordinates, with w_i = D_i ψ̄, Σ = (L Lᵀ)⁻¹,
 * r = y − Xm̄ and g = W⁻¹Xᵀr:  ij: ½ w_iᵀ(1 − Σ)w_j,  iβ: ½ β w_iᵀΣg,  ββ: ½ β(rᵀr − β gᵀΣg).
 */
function averageInformation(
  { logBeta, residual }: Evidence,
  { w, covariance }: WorkingVectors,
): Float64Array {
  const k = w.length;
  const beta = Math.exp(logBeta);
  const information = new Float64Array((k + 1) * (k + 1));
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      information[i * (k + 1) + j] = 0.5 * (dot(w[i], 0, w[j], 0, w[i].length) - covariance(i, j));
    }
    const mixed = 0.5 * beta * covariance(i, k);
    information[i * (k + 1) + k] = mixed;
    information[k * (k + 1) + i] = mixed;
  }
  information[(k + 1) * (k + 1) - 1] = 0.5 * beta * Math.max(residual - beta * covariance(k, k), 0);
  return information;
}

/** [P·P] lower R of Λ + β XᵀX = R Rᵀ: the posterior's precision in φ′ itself. */
export function precisionFactorOf(gram: Gram, { precision, factor, logBeta }: Evidence): Float64Array {
  return (
    precision.factorTimes(factor) ??
    factorWithCare(() => {
      const matrix = gram.xtx.slice();
      const beta = Math.exp(logBeta);
      for (let i = 0; i < matrix.length; i++) matrix[i] *= beta;
      precision.addTo(matrix);
      return matrix;
    }, gram.parameters)
  );
}

/** 1 + β W⁻¹XᵀXW⁻ᵀ, lower triangle. */
function whitenedPosterior(gram: Gram, precision: PriorPrecision, beta: number): Float64Array {
  const n = gram.parameters;
  const matrix = precision.whitenedMatrix(gram.xtx);
  for (let i = 0; i < matrix.length; i++) matrix[i] *= beta;
  for (let i = 0; i < n; i++) matrix[i * n + i] += 1;
  return matrix;
}

/**
 * Cholesky factor of the matrix that `build` makes anew each time. Where rounding of XᵀX has eaten a weak prior
 * (duplicated structures, P > N_y), each diagonal entry is raised by a few units of its own rounding: no more than the
 * error that XᵀX carries already.
 */
function factorWithCare(build: () => Float64Array, n: number): Float64Array {
  for (const units of [0, 1, 16, 256]) {
    const matrix = build();
    for (let i = 0; i < n; i++) matrix[i * n + i] *= 1 + units * n * Number.EPSILON;
    try {
      choleskyInPlace(matrix, n);
      return matrix;
    } catch (error) {
      if (!(error instanceof NotPositiveDefiniteError)) throw error;
    }
  }
  throw new FailureError(
    'the posterior precision is not positive definite',
    'the training data are degenerate: look for structures without displacements',
  );
}
