import type { Gram, Hyperparameters, ParameterBlock, PriorName } from '../types.js';

/** A Gaussian prior p(φ′ | θ) = N(0, Λ(θ)⁻¹) whose precision Λ is block-diagonal by order. */
export interface Prior {
  readonly name: Exclude<PriorName, 'none'>;
  /** Lower and upper bound of each hyperparameter θ_i (METHOD). */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Orders that θ_i is about. */
  readonly orders: readonly (readonly number[])[];
  /** θ from which a search may start when nothing is known; independent of units and basis. */
  guess(gram: Gram): Float64Array;
  at(theta: Float64Array): PriorPrecision;
  toHyperparameters(theta: Float64Array): Hyperparameters;
  /** θ of hyperparameters of this prior, clamped to the bounds; undefined for those of another one. */
  fromHyperparameters(hyperparameters: Hyperparameters): Float64Array | undefined;
}

/**
 * Λ = W Wᵀ at one θ. The evidence is computed in whitened coordinates ψ = Wᵀφ′, in which the prior is N(0, 1): the
 * precision there, 1 + β W⁻¹XᵀXW⁻ᵀ, has no eigenvalue below 1 however far Λ's own spread (`decay` at large κ: e⁴⁰).
 * D_i = W⁻¹ (∂Λ/∂θ_i) W⁻ᵀ. `inverse` stands for (L⁻¹)ᵀ with Σ_ψ = L⁻ᵀL⁻¹, [P·P] upper.
 */
export interface PriorPrecision {
  /** W⁻¹ G W⁻ᵀ of a symmetric G [P·P]; a new matrix, its lower triangle filled. */
  whitenedMatrix(g: Float64Array): Float64Array;
  /** W⁻¹ v */
  whitened(v: Float64Array): Float64Array;
  /** W⁻ᵀ ψ: φ′ of whitened coordinates. */
  unwhitened(psi: Float64Array): Float64Array;
  /** tr D_i = ∂ ln|Λ| / ∂θ_i */
  readonly logDeterminantGradient: Float64Array;
  /** D_i ψ, one vector [P] for each θ_i. */
  derivativesTimes(psi: Float64Array): readonly Float64Array[];
  /** tr(Σ_ψ D_i) */
  traces(inverse: Float64Array): Float64Array;
  /** For second derivatives of the evidence; Σ_ψ [P·P], both triangles, is overwritten. */
  secondOrder(psi: Float64Array, covariance: Float64Array): SecondOrder;
  /** W L for a lower triangular L [P·P], so that W L Lᵀ Wᵀ is a precision in φ′; undefined where W is not lower triangular. */
  factorTimes(lower: Float64Array): Float64Array | undefined;
  /** Adds Λ itself to the lower triangle of `matrix` [P·P]. */
  addTo(matrix: Float64Array): void;
}

/** With D_ij = W⁻¹ (∂²Λ/∂θ_i∂θ_j) W⁻ᵀ; k hyperparameters. */
export interface SecondOrder {
  /** [k] tr(Σ D_i) */
  readonly traces: Float64Array;
  /** [k] tr(Σ D_i Σ) */
  readonly squareTraces: Float64Array;
  /** [k·k] tr(Σ D_i Σ D_j) */
  readonly productTraces: Float64Array;
  /** [k·k] ∂² ln|Λ| / ∂θ_i∂θ_j = tr D_ij − tr D_i D_j */
  readonly logDeterminant: Float64Array;
  /** [k·k] tr(Σ D_ij) + ψᵀ D_ij ψ */
  readonly twice: Float64Array;
}

/** Bounds of ln α_n and a_n. */
export const LOG_PRECISION_BOUNDS = [-30, 40] as const;
/** Bounds of κ_n, Å⁻¹. */
export const DECAY_BOUNDS = [0, 5] as const;

export function clamp(value: number, lower: number, upper: number): number {
  return Math.min(Math.max(value, lower), upper);
}

/** Length of φ′. */
export function parametersOf(blocks: readonly ParameterBlock[]): number {
  return blocks.reduce((sum, block) => sum + block.count, 0);
}
