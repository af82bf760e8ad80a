import { inputError } from '../errors.js';
import { cutoffOrders } from './cutoffs.js';
import type { Cutoffs } from './types.js';

/** More candidates than anybody waits for. */
export const MOST_EXPANSIONS = 500;
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
      if (found.size > MOST_EXPANSIONS) throw tooFine(field);
    }
  }
  return [...found.values()];
}

/** The error for a grid of more than `MOST_EXPANSIONS`. */
export function tooFine(field: string): Error {
  return inputError({
    field,
    message: 'the grid is too fine',
    got: `more than ${MOST_EXPANSIONS} expansions`,
    expected: `at most ${MOST_EXPANSIONS}`,
  });
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
    const cutoffs = alternatives(item.slice(colon + 1));
    if (cutoffs === undefined) throw wrong(field, item);
    return { order, cutoffs };
  });
  const orders = axes.map((axis) => axis.order).sort((a, b) => a - b);
  const twice = orders.find((order, k) => order === orders[k + 1]);
  if (twice !== undefined)
    throw inputError({ field, message: `order ${twice} is given twice`, got: text, expected: SYNTAX });
  return axes.sort((a, b) => a.order - b.order);
}

/** `4`, `3|5` or `3:4:0.5` (from, to, included, and step) as numbers; undefined for what cannot be read. */
export function alternatives(text: string): readonly number[] | undefined {
  const parts = text.split('|').map(range);
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

function range(text: string): readonly number[] | undefined {
  const numbers = text.split(':').map((part) => (/^\s*(\d+\.?\d*|\.\d+)\s*$/.test(part) ? Number(part) : -1));
  const [from, to, step] = numbers;
  if (numbers.some((value) => value < 0)) return undefined;
  if (numbers.length === 1) return [from];
  if (numbers.length !== 3 || !(step > 0) || to < from) return undefined;
  const count = Math.floor((to - from) / step + 1e-9) + 1;
  if (count > MOST_EXPANSIONS) return undefined;
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
    if (partial.length > 10 * MOST_EXPANSIONS) break;
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
