import { inputError } from '../errors.js';
import { cutoffOrders } from './cutoffs.js';
import type { Cutoffs } from './types.js';

/** More candidates than anybody waits for. */
const MOST = 500;
const SYNTAX =
  'order:cutoff, order:from:to:step or order:cutoff|cutoff|…, separated by commas; 0 leaves the order out';

/**
 * All combinations of cutoffs that the texts describe, each once: `2:5.4,3:3:4:0.5,4:0|2.5|4` is order 2 to 5.4 Å, order 3
 * to 3, 3.5 or 4 Å, and order 4 to 2.5 or 4 Å or not at all. An order that is left out takes the higher ones with it.
 * Throws `InputError` naming the flag.
 */
export function parseCutoffGrid(texts: readonly string[], field = '--cutoffs'): readonly Cutoffs[] {
  const found = new Map<string, Cutoffs>();
  for (const text of texts) {
    for (const cutoffs of combinations(axesOf(text, field), field)) {
      found.set(formatCutoffs(cutoffs), cutoffs);
      if (found.size > MOST) {
        throw inputError({
          field,
          message: 'the grid is too fine',
          got: `more than ${MOST} expansions`,
          expected: `at most ${MOST}`,
        });
      }
    }
  }
  return [...found.values()];
}

/** `2:5.4,3:4`: reads back as the same cutoffs. */
export function formatCutoffs(cutoffs: Cutoffs): string {
  return Object.entries(cutoffs)
    .map(([order, cutoff]) => `${order}:${cutoff}`)
    .join(',');
}

interface Axis {
  readonly order: number;
  readonly cutoffs: readonly number[];
}

function axesOf(text: string, field: string): readonly Axis[] {
  const axes = text.split(',').map((item): Axis => {
    const colon = item.indexOf(':');
    const order = Number(item.slice(0, colon));
    if (colon < 0 || !Number.isInteger(order) || item.slice(0, colon).trim() === '') throw wrong(field, item);
    const cutoffs = item
      .slice(colon + 1)
      .split('|')
      .flatMap((part) => range(part, field, item));
    return { order, cutoffs };
  });
  const orders = axes.map((axis) => axis.order).sort((a, b) => a - b);
  const twice = orders.find((order, k) => order === orders[k + 1]);
  if (twice !== undefined)
    throw inputError({ field, message: `order ${twice} is given twice`, got: text, expected: SYNTAX });
  return axes.sort((a, b) => a.order - b.order);
}

/** `4`, or `3:4:0.5`: from, to (included) and step. */
function range(text: string, field: string, item: string): readonly number[] {
  const numbers = text.split(':').map((part) => (/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : -1));
  const [from, to, step] = numbers;
  if (numbers.some((value) => value < 0)) throw wrong(field, item);
  if (numbers.length === 1) return [from];
  if (numbers.length !== 3 || !(step > 0) || to < from) throw wrong(field, item);
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST) throw wrong(field, item);
  return Array.from({ length: count }, (_, k) => Number((from + k * step).toFixed(6)));
}

function combinations(axes: readonly Axis[], field: string): readonly Cutoffs[] {
  let partial: readonly { readonly cutoffs: Readonly<Record<number, number>>; readonly ended: boolean }[] = [
    { cutoffs: {}, ended: false },
  ];
  for (const { order, cutoffs } of axes) {
    partial = partial.flatMap((before) =>
      before.ended
        ? [before]
        : cutoffs.map((cutoff) =>
            cutoff === 0
              ? { ...before, ended: true }
              : { cutoffs: { ...before.cutoffs, [order]: cutoff }, ended: false },
          ),
    );
    if (partial.length > 10 * MOST) break;
  }
  for (const { cutoffs } of partial) cutoffOrders(cutoffs, field);
  return partial.map(({ cutoffs }) => cutoffs);
}

function wrong(field: string, item: string): Error {
  return inputError({
    field,
    message: 'not an axis of a grid of cutoffs',
    got: `"${item}"`,
    expected: SYNTAX,
  });
}
