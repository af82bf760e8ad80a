import type { ParameterBlock } from '../types.js';
import { groupedPrior, oneGroup } from './grouped.js';
import type { Prior } from './prior.js';

/** Λ = α 1: the paper's prior, with force constants in eV/Åⁿ whatever their order. */
export function isotropicPrior(blocks: readonly ParameterBlock[]): Prior {
  return groupedPrior(oneGroup(blocks), {
    name: 'isotropic',
    toHyperparameters: (theta) => ({ prior: 'isotropic', logAlpha: theta[0] }),
    fromHyperparameters: (h) => (h.prior === 'isotropic' ? [h.logAlpha] : undefined),
  });
}
