import type { ParameterBlock } from '../types.js';
import { groupedPrior, groupsByOrder } from './grouped.js';
import type { Prior } from './prior.js';

/** Λ = α_n 1 for each order n. */
export function byOrderPrior(blocks: readonly ParameterBlock[]): Prior {
  return groupedPrior(groupsByOrder(blocks), {
    name: 'by-order',
    toHyperparameters: (theta) => ({ prior: 'by-order', logAlpha: Array.from(theta) }),
    fromHyperparameters: (h) => (h.prior === 'by-order' ? h.logAlpha : undefined),
  });
}
