import { cutoffFits, largestCutoff } from '../crystal/supercell.js';
import type { Supercell } from '../crystal/types.js';
import { InputError, type Problem } from '../errors.js';
import { cutoffOrders } from './cutoffs.js';
import type { Cutoffs } from './types.js';

/**
 * Throws `InputError` unless no cluster meets its own periodic image: twice each cutoff must stay below the shortest
 * lattice translation of the supercell. `cutoffs` may be those of a cluster space; `field` is where they were given.
 */
export function checkSupercell(
  cutoffs: Cutoffs,
  supercell: Pick<Supercell, 'shortestTranslation'>,
  field = 'cutoffs',
): void {
  const problems = cutoffOrders(cutoffs, field)
    .filter((order) => !cutoffFits(supercell, cutoffs[order]))
    .map((order) => tooLong(order, cutoffs[order], supercell, field));
  if (problems.length > 0) throw new InputError(problems);
}

function tooLong(
  order: number,
  cutoff: number,
  supercell: Pick<Supercell, 'shortestTranslation'>,
  field: string,
): Problem {
  const largest = Math.floor(largestCutoff(supercell) * 1e3) / 1e3;
  return {
    field: `${field}.${order}`,
    message: `the cutoff of order ${order} is too long for the supercell: clusters would meet their own periodic images`,
    got: `${cutoff} Å`,
    expected: `at most ${largest} Å, less than half of the supercell's shortest translation (${supercell.shortestTranslation.toFixed(3)} Å)`,
    hint: `shorten the cutoff to ${largest} Å or take a larger supercell`,
  };
}
