import { InputError, inputError } from '../errors.js';
import {
  type ClusterSpaceOptions,
  clusterLimits,
  cutoffOrders,
  pairName,
  type RotationalRule,
} from './cutoffs.js';
import type { Cutoffs } from './types.js';

export const ROTATIONAL_RULES = ['born-huang', 'huang'] as const satisfies readonly RotationalRule[];

/**
 * The options without what is empty, pairs and rules in alphabetical order; undefined where nothing is chosen, so that equal choices
 * are equal data. Throws `InputError` naming the option for an order without a cutoff.
 */
export function chosenOptions(
  { pairCutoffs, maximumSites, rotational }: ClusterSpaceOptions,
  cutoffs: Cutoffs,
): ClusterSpaceOptions | undefined {
  const orders = cutoffOrders(cutoffs);
  const pairs: Record<number, Readonly<Record<string, number>>> = {};
  for (const [order, own] of Object.entries(pairCutoffs ?? {})) {
    requireOrder(order, orders, 'pairCutoffs');
    if (Object.keys(own).length > 0) pairs[Number(order)] = Object.fromEntries(pairsByName(own));
  }
  for (const order of Object.keys(maximumSites ?? {})) requireOrder(order, orders, 'maximumSites');
  const chosen: ClusterSpaceOptions = {
    ...(Object.keys(pairs).length > 0 && { pairCutoffs: pairs }),
    ...(Object.keys(maximumSites ?? {}).length > 0 && { maximumSites: { ...maximumSites } }),
    ...(rotational !== undefined && rotational.length > 0 && { rotational: [...new Set(rotational)].sort() }),
  };
  return Object.keys(chosen).length > 0 ? chosen : undefined;
}

/**
 * Refuses options that do not fit the cutoffs or the species of a crystal. Throws `InputError` naming the option after `prefix`,
 * which says where it was given: `expansion.`, `--`.
 */
export function checkOptions(
  options: ClusterSpaceOptions,
  cutoffs: Cutoffs,
  species: readonly string[],
  prefix = '',
): void {
  try {
    chosenOptions(options, cutoffs);
    for (const order of cutoffOrders(cutoffs)) clusterLimits(cutoffs, options, order, species);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map((p) => ({ ...p, field: `${prefix}${p.field}` })));
  }
}

/** Pairs in alphabetical order, the two species of a pair as well. */
export function pairsByName(pairs: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const named = Object.entries(pairs).map(([pair, cutoff]): [string, number] => {
    const [a, b, ...rest] = pair.split('-');
    // What is no pair is refused where the species are known.
    return [b === undefined || rest.length > 0 ? pair : pairName(a, b), cutoff];
  });
  return named.sort(([a], [b]) => (a < b ? -1 : 1));
}

function requireOrder(order: string, orders: readonly number[], field: string): void {
  if (orders.includes(Number(order))) return;
  throw inputError({
    field: `${field}.${order}`,
    message: 'limits an order that the expansion does not have',
    got: order,
    expected: `one of ${orders.join(', ')}`,
  });
}

/** `2:Na-Na:3,3:Na-Cl:4` (order, pair of species, Å) as pair cutoffs. Throws `InputError` naming the flag. */
export function parsePairCutoffs(
  text: string,
  field = '--pair-cutoffs',
): NonNullable<ClusterSpaceOptions['pairCutoffs']> {
  const out: Record<number, Record<string, number>> = {};
  for (const item of text.split(',')) {
    const match = /^\s*(\d+)\s*:\s*([A-Za-z]+-[A-Za-z]+)\s*:\s*(\d+\.?\d*|\.\d+)\s*$/.exec(item);
    if (match === null) throw badList(field, item, 'order:A-B:cutoff in Å', `${field} 2:Na-Na:4,3:Na-Cl:3`);
    out[Number(match[1])] = { ...out[Number(match[1])], [match[2]]: Number(match[3]) };
  }
  return out;
}

/** `3:2,4:2` (order, distinct sites) as limits. Throws `InputError` naming the flag. */
export function parseMaximumSites(
  text: string,
  field = '--maximum-sites',
): NonNullable<ClusterSpaceOptions['maximumSites']> {
  const out: Record<number, number> = {};
  for (const item of text.split(',')) {
    const match = /^\s*(\d+)\s*:\s*(\d+)\s*$/.exec(item);
    if (match === null) throw badList(field, item, 'order:sites', `${field} 3:2,4:2`);
    out[Number(match[1])] = Number(match[2]);
  }
  return out;
}

/** `born-huang,huang` as rules. Throws `InputError` naming the flag. */
export function parseRotational(text: string, field = '--rotational'): readonly RotationalRule[] {
  return text.split(',').map((item) => {
    const rule = ROTATIONAL_RULES.find((name) => name === item.trim());
    if (rule === undefined)
      throw badList(field, item, ROTATIONAL_RULES.join(' and '), `${field} born-huang,huang`);
    return rule;
  });
}

/** `pairs 3:Na-Na:3 sites 4:2 rules born-huang,huang`: each part as its flag takes it; empty where nothing is chosen. */
export function formatOptions({ pairCutoffs, maximumSites, rotational }: ClusterSpaceOptions = {}): string {
  const pairs = Object.entries(pairCutoffs ?? {}).flatMap(([order, own]) =>
    Object.entries(own).map(([pair, cutoff]) => `${order}:${pair}:${cutoff}`),
  );
  const sites = Object.entries(maximumSites ?? {}).map(([order, limit]) => `${order}:${limit}`);
  const parts = [
    ['pairs', pairs],
    ['sites', sites],
    ['rules', rotational ?? []],
  ] as const;
  return parts
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => `${name} ${list.join(',')}`)
    .join(' ');
}

function badList(field: string, item: string, expected: string, example: string): Error {
  return inputError({
    field,
    message: 'cannot be read',
    got: `"${item.trim()}"`,
    expected: `${expected}, separated by commas`,
    hint: `for example ${example}`,
  });
}
