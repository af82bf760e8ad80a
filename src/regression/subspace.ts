import type { Gram, ParameterBlock } from './types.js';

/** Sums and blocks of a smaller expansion. */
export interface SubProblem {
  readonly gram: Gram;
  readonly blocks: readonly ParameterBlock[];
}

/**
 * The same training rows in an expansion without some orders: orders share no parameters and no sum rules, so its sums
 * are those rows and columns of the larger one's.
 */
export function withoutOrders(
  gram: Gram,
  blocks: readonly ParameterBlock[],
  orders: readonly number[],
): SubProblem {
  const kept = blocks.filter((block) => !orders.includes(block.order));
  const indices = kept.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
  const n = indices.length;
  const xtx = new Float64Array(n * n);
  indices.forEach((from, i) => {
    indices.forEach((column, j) => {
      xtx[i * n + j] = gram.xtx[from * gram.parameters + column];
    });
  });
  let first = 0;
  const renumbered = kept.map((block) => {
    const moved = { ...block, first };
    first += block.count;
    return moved;
  });
  const xty = Float64Array.from(indices, (i) => gram.xty[i]);
  return { gram: { parameters: n, rows: gram.rows, xtx, xty, yty: gram.yty }, blocks: renumbered };
}
