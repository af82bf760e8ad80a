import { inputError } from '../errors.js';
import { alternatives, MOST_EXPANSIONS, tooFine } from './cutoffGrid.js';
import { type ClusterSpaceOptions, pairName } from './cutoffs.js';
import { chosenOptions, pairsByName, parseRotational } from './options.js';
import type { Cutoffs, Expansion } from './types.js';

/** The flags as they were given, each possibly several times; absent: as in `own`. */
export interface OptionTexts {
  readonly pairCutoffs?: readonly string[];
  readonly maximumSites?: readonly string[];
  readonly rotational?: readonly string[];
}

/**
 * Each of the cutoffs with each combination of limits, once. Limits that are not named stay as in `own`. A limit that does
 * not act is none: a pair cutoff not below its order's, as many sites as the order has, an order that is absent.
 * Throws `InputError` naming the flag.
 */
export function expansionGrid(
  cutoffs: readonly Cutoffs[],
  texts: OptionTexts,
  own: ClusterSpaceOptions = {},
): readonly Expansion[] {
  const axes = [
    texts.pairCutoffs?.flatMap(pairChoices) ?? [{}],
    texts.maximumSites?.flatMap(siteChoices) ?? [{}],
    texts.rotational?.flatMap(rotationalChoices) ?? [{}],
  ];
  const found = new Map<string, Expansion>();
  for (const options of combinations(axes, '--cutoffs')) {
    for (const one of cutoffs) {
      const expansion = withLimits(one, joined(own, options));
      found.set(JSON.stringify(expansion), expansion);
      if (found.size > MOST_EXPANSIONS) throw tooFine('--cutoffs');
    }
  }
  const expansions = [...found.values()];
  for (const choice of axes.flat()) requireEffect(choice, expansions);
  return expansions;
}

/** The expansion without limits that do not act, pairs of species in alphabetical order: equal expansions are equal data. */
export function withLimits(cutoffs: Cutoffs, options: ClusterSpaceOptions): Expansion {
  const pairCutoffs: Record<number, Record<string, number>> = {};
  const maximumSites: Record<number, number> = {};
  for (const [key, cutoff] of Object.entries(cutoffs)) {
    const order = Number(key);
    const acting = pairsByName(options.pairCutoffs?.[order] ?? {}).filter(([, own]) => own < cutoff);
    if (acting.length > 0) pairCutoffs[order] = Object.fromEntries(acting);
    const limit = options.maximumSites?.[order];
    if (limit !== undefined && limit < order) maximumSites[order] = limit;
  }
  const chosen = chosenOptions({ ...options, pairCutoffs, maximumSites }, cutoffs);
  return { cutoffs, ...(chosen !== undefined && { options: chosen }) };
}

function pairChoices(text: string): readonly ClusterSpaceOptions[] {
  const field = '--pair-cutoffs';
  const axes = text.split(',').map((item) => {
    const match = /^\s*(\d+)\s*:\s*([A-Za-z]+)-([A-Za-z]+)\s*:(.*)$/.exec(item);
    const values = match === null ? undefined : alternatives(match[4]);
    if (match === null || values === undefined || values.includes(0)) {
      throw wrong(field, item, 'order:A-B:cutoff in Å', '3:Na-Na:3|4|5,3:Cl-Cl:3|5');
    }
    const pair = pairName(match[2], match[3]);
    return values.map((cutoff) => ({ pairCutoffs: { [Number(match[1])]: { [pair]: cutoff } } }));
  });
  return combinations(axes, field);
}

function siteChoices(text: string): readonly ClusterSpaceOptions[] {
  const field = '--maximum-sites';
  const axes = text.split(',').map((item) => {
    const match = /^\s*(\d+)\s*:(.*)$/.exec(item);
    const values = match === null ? undefined : alternatives(match[2]);
    if (match === null || values?.every((n) => Number.isInteger(n) && n > 0) !== true) {
      throw wrong(field, item, 'order:sites', '3:2|3,4:2|3|4');
    }
    return values.map((sites) => ({ maximumSites: { [Number(match[1])]: sites } }));
  });
  return combinations(axes, field);
}

function rotationalChoices(text: string): readonly ClusterSpaceOptions[] {
  return text.split('|').map((part) => ({ rotational: part.trim() === 'none' ? [] : parseRotational(part) }));
}

/** All combinations of one choice from each axis. */
function combinations(
  axes: readonly (readonly ClusterSpaceOptions[])[],
  field: string,
): readonly ClusterSpaceOptions[] {
  let found: readonly ClusterSpaceOptions[] = [{}];
  for (const axis of axes) {
    found = found.flatMap((before) => axis.map((choice) => joined(before, choice)));
    if (found.length > MOST_EXPANSIONS) throw tooFine(field);
  }
  return found;
}

/** Options with others put in their place where these say something. */
function joined(before: ClusterSpaceOptions, after: ClusterSpaceOptions): ClusterSpaceOptions {
  const pairCutoffs: Record<number, Record<string, number>> = {};
  for (const options of [before, after]) {
    for (const [order, pairs] of Object.entries(options.pairCutoffs ?? {})) {
      pairCutoffs[Number(order)] = {
        ...pairCutoffs[Number(order)],
        ...Object.fromEntries(pairsByName(pairs)),
      };
    }
  }
  const maximumSites = { ...before.maximumSites, ...after.maximumSites };
  return { ...before, ...after, pairCutoffs, maximumSites };
}

/** A limit that acts in no expansion, whatever its value, is a slip of the pen. */
function requireEffect(choice: ClusterSpaceOptions, expansions: readonly Expansion[]): void {
  const refuse = (field: string, got: string): void => {
    throw inputError({
      field,
      message: 'limits nothing in any of the expansions',
      got,
      expected: 'an order that they have, and at least one value below what it has without the limit',
    });
  };
  for (const [key, pairs] of Object.entries(choice.pairCutoffs ?? {})) {
    for (const pair of Object.keys(pairs)) {
      const acts = expansions.some((e) => e.options?.pairCutoffs?.[Number(key)]?.[pair] !== undefined);
      if (!acts) refuse('--pair-cutoffs', `${key}:${pair}`);
    }
  }
  for (const key of Object.keys(choice.maximumSites ?? {})) {
    const acts = expansions.some((e) => e.options?.maximumSites?.[Number(key)] !== undefined);
    if (!acts) refuse('--maximum-sites', `order ${key}`);
  }
}

function wrong(field: string, item: string, expected: string, example: string): Error {
  return inputError({
    field,
    message: 'not an axis of a grid',
    got: `"${item.trim()}"`,
    expected: `${expected}, several values as a|b or from:to:step, separated by commas`,
    hint: `for example ${field} "${example}"`,
  });
}
