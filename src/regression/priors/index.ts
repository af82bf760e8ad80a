import type { ParameterBlock, PriorName } from '../types.js';
import { byOrderPrior } from './byOrder.js';
import { decayPrior } from './decay.js';
import { isotropicPrior } from './isotropic.js';
import type { Prior } from './prior.js';

const PRIORS: Readonly<Record<Exclude<PriorName, 'none'>, (blocks: readonly ParameterBlock[]) => Prior>> = {
  isotropic: isotropicPrior,
  'by-order': byOrderPrior,
  decay: decayPrior,
};

/** All names a person may choose, the default first. */
export const PRIOR_NAMES: readonly PriorName[] = ['decay', 'by-order', 'isotropic', 'none'];

/** The prior of that name over these blocks. */
export function createPrior(name: Exclude<PriorName, 'none'>, blocks: readonly ParameterBlock[]): Prior {
  return PRIORS[name](blocks);
}
