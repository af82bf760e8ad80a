import type { ClusterSpace } from '../expansion/types.js';
import type { ParameterBlock } from './types.js';

/** What the priors act on: one block of φ′ for each order, in the order of the cluster space. */
export function parameterBlocks(space: Pick<ClusterSpace, 'orders'>): ParameterBlock[] {
  let first = 0;
  return space.orders.map(({ order, parameters, nullSpace, sizes }) => {
    const block = { order, first, count: parameters, nullSpace, sizes };
    first += parameters;
    return block;
  });
}
