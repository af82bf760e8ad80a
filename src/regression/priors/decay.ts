import type { Hyperparameters, ParameterBlock } from '../types.js';
import { byOrderPrior } from './byOrder.js';
import { decayComponents } from './decayComponent.js';
import { decayPrecision } from './decayPrecision.js';
import { clamp, DECAY_BOUNDS, LOG_PRECISION_BOUNDS, type Prior } from './prior.js';

/**
 * Λ_n = Nᵀ diag(exp(a_n + 2 κ_n size)) N for each order n, N the orthonormal null space of the sum rules: the standard
 * deviation of a tensor component falls as exp(−κ_n size) with its cluster's size (METHOD). θ = (a_2, κ_2, a_3, κ_3, …).
 */
export function decayPrior(blocks: readonly ParameterBlock[]): Prior {
  const lower = blocks.flatMap(() => [LOG_PRECISION_BOUNDS[0], DECAY_BOUNDS[0]]);
  const upper = blocks.flatMap(() => [LOG_PRECISION_BOUNDS[1], DECAY_BOUNDS[1]]);
  const components = blocks.flatMap((block, n) => decayComponents(block, n));
  return {
    name: 'decay',
    lower: Float64Array.from(lower),
    upper: Float64Array.from(upper),
    orders: blocks.flatMap(({ order, count }) => (count > 0 ? [[order], [order]] : [[], []])),
    guess: (gram) => withoutDecay(byOrderPrior(blocks).guess(gram)),
    at: (theta) => decayPrecision(blocks, components, theta),
    toHyperparameters: (theta) => ({
      prior: 'decay',
      a: blocks.map((_, n) => theta[2 * n]),
      kappa: blocks.map((_, n) => theta[2 * n + 1]),
    }),
    fromHyperparameters: (h) => fromHyperparameters(h, lower, upper),
  };
}

/** θ of `decay` at which it is `by-order` with these ln α_n: κ_n = 0. */
export function withoutDecay(logAlpha: Float64Array): Float64Array {
  const theta = new Float64Array(2 * logAlpha.length);
  logAlpha.forEach((value, n) => {
    theta[2 * n] = value;
  });
  return theta;
}

function fromHyperparameters(
  h: Hyperparameters,
  lower: readonly number[],
  upper: readonly number[],
): Float64Array | undefined {
  if (h.prior !== 'decay' || 2 * h.a.length !== lower.length || h.kappa.length !== h.a.length)
    return undefined;
  const theta = h.a.flatMap((a, n) => [a, h.kappa[n]]);
  return Float64Array.from(theta, (value, i) => clamp(value, lower[i], upper[i]));
}
