import { basename } from 'node:path';
import type { Command } from 'commander';
import { parseCrystal } from '../../crystal/read.js';
import { analyseSymmetry, DEFAULT_SYMPREC } from '../../crystal/symmetry.js';
import { inputError } from '../../errors.js';
import { parseCutoffs } from '../../expansion/cutoffs.js';
import { estimateClusterSpace } from '../../expansion/estimate.js';
import { describeBasis, describeEstimate, describePrimitive } from '../basis/describe.js';
import { measureBasis } from '../basis/result.js';
import { addExpansionFlags, type ExpansionFlags, expansionOptions } from '../expansionFlags.js';
import { readTextFile } from '../textFile.js';

interface BasisFlags extends ExpansionFlags {
  readonly cutoffs: string;
  readonly symprec?: string;
  readonly json?: boolean;
}

/** `anharmony basis CRYSTAL`: the independent force constants of a crystal, counted. */
export function registerBasis(program: Command): void {
  const command = program
    .command('basis')
    .description('count the independent force constants of a crystal, order by order')
    .argument('<crystal>', 'POSCAR or extended XYZ; any cell of the crystal')
    .requiredOption('--cutoffs <list>', 'cutoff of each order in Å, e.g. 2:8,3:5,4:5')
    .option('--symprec <Å>', `tolerance of the symmetry search (default: ${DEFAULT_SYMPREC})`)
    .option('--json', 'the same for machines')
    .action(basis);
  addExpansionFlags(command);
}

async function basis(path: string, flags: BasisFlags): Promise<void> {
  const cutoffs = parseCutoffs(flags.cutoffs);
  const options = expansionOptions(flags);
  const symprec = toleranceOf(flags.symprec);
  const crystal = parseCrystal(await readTextFile(path, 'CRYSTAL'), basename(path));
  const primitive = analyseSymmetry(crystal, { symprec });
  const estimate = estimateClusterSpace(primitive, cutoffs, options);
  for (const warning of estimate.warnings) console.error(`warning: ${warning}`);
  if (flags.json) {
    console.log(JSON.stringify(measureBasis(primitive, cutoffs, options)));
    return;
  }
  console.log(describePrimitive(primitive));
  console.log(describeEstimate(estimate));
  console.log(describeBasis(measureBasis(primitive, cutoffs, options)));
}

function toleranceOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SYMPREC;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw inputError({
      field: '--symprec',
      message: 'the tolerance is a length in Å',
      got: text,
      expected: 'a positive number',
    });
  }
  return value;
}
