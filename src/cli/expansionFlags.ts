import type { Command } from 'commander';
import type { ClusterSpaceOptions } from '../expansion/cutoffs.js';
import { parseMaximumSites, parsePairCutoffs, parseRotational } from '../expansion/options.js';

/** What may be chosen of an expansion beyond its cutoffs, as flags. */
export interface ExpansionFlags {
  readonly pairCutoffs?: string;
  readonly maximumSites?: string;
  readonly rotational?: string;
}

/** Adds the flags to a command that has `--cutoffs`. */
export function addExpansionFlags(command: Command): Command {
  return command
    .option('--pair-cutoffs <list>', 'shorter cutoffs of pairs of species, Å: 2:Na-Na:4,3:Na-Cl:3')
    .option('--maximum-sites <list>', 'largest number of distinct sites in a cluster, by order: 3:2,4:2')
    .option('--rotational <rules>', 'rotational sum rules imposed on order 2: born-huang,huang');
}

export function expansionOptions(flags: ExpansionFlags): ClusterSpaceOptions {
  return {
    ...(flags.pairCutoffs !== undefined && { pairCutoffs: parsePairCutoffs(flags.pairCutoffs) }),
    ...(flags.maximumSites !== undefined && { maximumSites: parseMaximumSites(flags.maximumSites) }),
    ...(flags.rotational !== undefined && { rotational: parseRotational(flags.rotational) }),
  };
}
