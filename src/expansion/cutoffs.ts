import { inputError, type Problem } from '../errors.js';
import type { Cutoffs } from './types.js';

/** Rotational sum rules of order 2. */
export type RotationalRule = 'born-huang' | 'huang';

/** What may be chosen beyond one cutoff per order. */
export interface ClusterSpaceOptions {
  /** Order → pair of species (`Se-Sn`, either way round) → cutoff of such pairs within a cluster, Å; at most the order's, which holds for all others. */
  readonly pairCutoffs?: Readonly<Record<number, Readonly<Record<string, number>>>>;
  /** Order → largest number of distinct sites in a cluster (1: on-site terms, 2: two-body terms, …). */
  readonly maximumSites?: Readonly<Record<number, number>>;
  /** Rotational sum rules imposed on order 2, on top of the acoustic ones; none without it. */
  readonly rotational?: readonly RotationalRule[];
}

/** What limits the clusters of one order of one crystal. */
export interface ClusterLimits {
  readonly order: number;
  /** [sites·sites] largest distance of a pair of these sites, Å. */
  readonly pairCutoff: Float64Array;
  /** Largest of the pair cutoffs, Å. */
  readonly largest: number;
  /** Largest number of distinct sites. */
  readonly maximumSites: number;
}

/** Orders of checked cutoffs, ascending. Throws `InputError` naming `<field>.<order>`. */
export function cutoffOrders(cutoffs: Cutoffs, field = 'cutoffs'): readonly number[] {
  const orders = Object.keys(cutoffs).map(Number);
  orders.sort((a, b) => a - b);
  if (orders.length === 0) {
    throw inputError({
      field,
      message: 'no order is given',
      expected: 'at least order 2',
      hint: 'for example 2:6,3:4',
    });
  }
  orders.forEach((order, k) => {
    if (order !== k + 2) throw inputError(orderProblem(field, order, k + 2));
    const cutoff = cutoffs[order];
    if (!Number.isFinite(cutoff) || cutoff <= 0) {
      throw inputError({
        field: `${field}.${order}`,
        message: 'a cutoff is a length in Å',
        got: String(cutoff),
        expected: 'a positive number',
      });
    }
  });
  return orders;
}

function orderProblem(field: string, order: number, wanted: number): Problem {
  if (!Number.isInteger(order) || order < 2) {
    return {
      field: `${field}.${order}`,
      message: 'not an order',
      got: String(order),
      expected: 'an integer from 2',
    };
  }
  return {
    field: `${field}.${order}`,
    message: `order ${wanted} is missing below it`,
    expected: 'orders consecutive from 2',
    hint: `give a cutoff for order ${wanted} as well`,
  };
}

/** `2:8,3:5,4:5` as cutoffs. Throws `InputError` naming the flag. */
export function parseCutoffs(text: string, field = '--cutoffs'): Cutoffs {
  const cutoffs: Record<number, number> = {};
  for (const item of text.split(',')) {
    const match = /^\s*(\d+)\s*:\s*(\d+\.?\d*|\.\d+)\s*$/.exec(item);
    if (match === null) {
      throw inputError({
        field,
        message: 'not a list of order:cutoff',
        got: `"${item.trim()}"`,
        expected: 'order:cutoff in Å, separated by commas',
        hint: `for example ${field} 2:8,3:5,4:5`,
      });
    }
    const order = Number(match[1]);
    if (order in cutoffs) throw inputError({ field, message: `order ${order} is given twice`, got: text });
    cutoffs[order] = Number(match[2]);
  }
  cutoffOrders(cutoffs, field);
  return cutoffs;
}

/** The limits of one order for the sites of a crystal. Throws `InputError` naming `pairCutoffs.<order>.<pair>`. */
export function clusterLimits(
  cutoffs: Cutoffs,
  options: ClusterSpaceOptions,
  order: number,
  species: readonly string[],
): ClusterLimits {
  const byPair = pairCutoffs(options, order, cutoffs[order], species);
  const pairCutoff = new Float64Array(species.length * species.length);
  let largest = 0;
  species.forEach((a, i) => {
    species.forEach((b, j) => {
      const cutoff = byPair.get(pairName(a, b)) ?? cutoffs[order];
      pairCutoff[i * species.length + j] = cutoff;
      largest = Math.max(largest, cutoff);
    });
  });
  return { order, pairCutoff, largest, maximumSites: maximumSites(options, order) };
}

/** A pair of species as it is named, either way round: in alphabetical order. */
export function pairName(a: string, b: string): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

function pairCutoffs(
  options: ClusterSpaceOptions,
  order: number,
  largest: number,
  species: readonly string[],
): Map<string, number> {
  const byPair = new Map<string, number>();
  for (const [pair, cutoff] of Object.entries(options.pairCutoffs?.[order] ?? {})) {
    const field = `pairCutoffs.${order}.${pair}`;
    const [a, b, ...rest] = pair.split('-');
    if (rest.length > 0 || !species.includes(a) || !species.includes(b)) {
      const known = [...new Set(species)].join(', ');
      throw inputError({
        field,
        message: 'not a pair of species of this crystal',
        got: pair,
        expected: `two of ${known}, as A-B`,
      });
    }
    // The order's cutoff is what supercells are checked against.
    if (!(cutoff > 0 && cutoff <= largest)) {
      throw inputError({
        field,
        message: 'the cutoff of a pair is a length in Å and at most that of its order',
        got: String(cutoff),
        expected: `above 0, at most ${largest}`,
      });
    }
    byPair.set(pairName(a, b), cutoff);
  }
  return byPair;
}

function maximumSites(options: ClusterSpaceOptions, order: number): number {
  const limit = options.maximumSites?.[order] ?? order;
  if (!Number.isInteger(limit) || limit < 1) {
    throw inputError({
      field: `maximumSites.${order}`,
      message: 'the number of distinct sites in a cluster is an integer from 1',
      got: String(limit),
      expected: `1 to ${order}`,
    });
  }
  return Math.min(limit, order);
}
