import type { Command } from 'commander';
import type { Supercell } from '../../crystal/types.js';
import { inputError } from '../../errors.js';
import { formatCutoffs } from '../../expansion/cutoffGrid.js';
import { formatOptions } from '../../expansion/options.js';
import { recommend } from '../../regression/modelSelection.js';
import { LABEL_NOISE } from '../../regression/ridge.js';
import { checkIdealForces } from '../../regression/trainingRows.js';
import type { PriorName } from '../../regression/types.js';
import { renderSelectionReport } from '../../report/selectionPage.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { PROGRAM_VERSION } from '../../version.js';
import { loadStructures, loadSupercell } from '../fit/load.js';
import { parseLeaveOut, wholeNumber } from '../fit/numbers.js';
import { parseRange } from '../fit/range.js';
import { homeOf } from '../home.js';
import { type CampaignData, campaignData } from '../select/campaignData.js';
import { agreementText, byEvidence, describeSelection } from '../select/describe.js';
import { type EvaluatedCandidate, evaluate, type SelectionData } from '../select/evaluate.js';
import { expansionName, expansionsOf, type GridTexts } from '../select/expansions.js';
import { planSelection } from '../select/plan.js';
import { homeOption } from './options.js';

interface SelectFlags extends GridTexts {
  readonly priors?: string;
  readonly train?: string;
  readonly test?: string;
  readonly idealForces?: string;
  readonly leaveOut?: string;
  readonly seed: string;
  readonly home?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** `anharmony select`: which expansion the data at hand are worth. */
export function registerSelect(program: Command): void {
  program
    .command('select')
    .description('compare expansions and priors on the data at hand, by evidence and structures left out')
    .argument('<what...>', 'a campaign, or: unit cell, undisplaced supercell, files with forces')
    .option(
      '--cutoffs <grid>',
      'cutoffs of each order, Å: 2:5.4,3:3:4:0.5,4:0|2.5|4 (0: without the order; default: a campaign’s own); may be repeated',
      repeated,
    )
    .option(
      '--pair-cutoffs <grid>',
      'shorter cutoffs of pairs of species, Å: 3:Na-Na:3|5; may be repeated',
      repeated,
    )
    .option(
      '--maximum-sites <grid>',
      'largest number of distinct sites in a cluster, by order: 3:2|3,4:2|4; may be repeated',
      repeated,
    )
    .option(
      '--rotational <grid>',
      'rotational sum rules imposed on order 2: none|born-huang|born-huang,huang',
      repeated,
    )
    .option('--priors <list>', 'of decay, by-order, isotropic (default: decay, or the campaign’s)')
    .option('--train <from:to>', 'structures to fit, counted from 0, the last not included (default: all)')
    .option('--test <from:to>', 'structures to judge the comparison on; the recommendation ignores them')
    .option('--ideal-forces <file>', 'the ideal supercell with its forces, which are subtracted')
    .option(
      '--leave-out <n>',
      'how many structures are left out one by one, or all (default: all that take minutes)',
    )
    .option('--seed <n>', 'which structures are left out where not all are', '1')
    .option('--report <file>', 'write a page with the table and its plots (HTML)')
    .option('--json', 'the same for machines, in eV, Å and s')
    .addOption(homeOption())
    .action(select);
}

function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

async function select(what: readonly string[], flags: SelectFlags): Promise<void> {
  const own = what.length === 1 ? await ofCampaign(what[0], flags) : undefined;
  const data = own ?? (await ofFiles(what, flags));
  const priors = priorsOf(flags.priors, own?.prior ?? 'decay');
  const expansions = expansionsOf(flags, data.supercell, own?.expansion, warn);
  const seed = wholeNumber(flags.seed, '--seed');
  const { leftOut, lines } = planSelection(data, expansions, priors, seed, parseLeaveOut(flags.leaveOut));
  for (const line of lines) process.stderr.write(`${line}\n`);
  const candidates: EvaluatedCandidate[] = [];
  for (const [k, expansion] of expansions.entries()) {
    progress(`${k + 1} of ${expansions.length}: ${expansionName(expansion)}`);
    candidates.push(...evaluate(data, expansion, priors, leftOut));
  }
  progress('');
  const recommendation = recommend(candidates);
  const sample = { leftOut: leftOut.length, structures: data.train.length, seed };
  if (flags.report !== undefined) {
    const page = renderSelectionReport({
      title: what.length === 1 ? what[0] : what.slice(2).join(', '),
      generated: new Date().toISOString(),
      version: PROGRAM_VERSION,
      testStructures: data.test.length,
      sample,
      candidates: byEvidence(candidates).map((c) => ({
        ...c,
        cutoffs: formatCutoffs(c.cutoffs),
        limits: formatOptions(c.options ?? {}),
      })),
      recommended: recommendation.best.name,
      reasons: recommendation.reasons,
      agreement: agreementText(candidates) ?? null,
    });
    await writeFileAtomic(flags.report, page);
  }
  const { best, cheaper, reasons } = recommendation;
  const json = {
    candidates: byEvidence(candidates),
    recommended: best.name,
    cheaper: cheaper?.name ?? null,
    reasons,
    leftOutStructures: leftOut,
  };
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(json, null, 2)}\n`
      : `${describeSelection(candidates, recommendation, sample)}\n`,
  );
}

async function ofFiles(what: readonly string[], flags: SelectFlags): Promise<SelectionData> {
  if (what.length < 3) {
    throw inputError({
      field: 'DATA',
      message: 'no data',
      got: what.join(' '),
      expected: 'CRYSTAL IDEAL_SUPERCELL DATA…, or the name of a campaign',
    });
  }
  const supercell = await loadSupercell(what[0], what[1]);
  const structures = await loadStructures(what.slice(2), supercell, warn);
  const part = (range: string, flag: string) => {
    const { from, to } = parseRange(range, structures.length, flag);
    return structures.slice(from, to);
  };
  return {
    supercell,
    train: part(flags.train ?? ':', '--train'),
    test: flags.test === undefined ? [] : part(flags.test, '--test'),
    idealForces: await idealForcesOf(flags.idealForces, supercell),
    labelNoise: LABEL_NOISE,
  };
}

async function idealForcesOf(
  path: string | undefined,
  supercell: Supercell,
): Promise<Float64Array | undefined> {
  if (path === undefined) return undefined;
  const [{ forces }] = await loadStructures([path], supercell);
  const warning = checkIdealForces(forces);
  if (warning !== undefined) warn(warning);
  return forces;
}

async function ofCampaign(name: string, flags: SelectFlags): Promise<CampaignData> {
  const given = (['train', 'test', 'idealForces'] as const).find((flag) => flags[flag] !== undefined);
  if (given !== undefined) {
    throw inputError({
      field: given === 'idealForces' ? '--ideal-forces' : `--${given}`,
      message: 'a campaign has its own training set, test set and ideal forces',
      got: name,
    });
  }
  return campaignData(homeOf(flags), name);
}

const PRIORS = ['decay', 'by-order', 'isotropic'] as const;

function priorsOf(text: string | undefined, usual: PriorName): readonly PriorName[] {
  const names = (text ?? (usual === 'none' ? 'decay' : usual)).split(',').map((name) => name.trim());
  return [...new Set(names)].map((name) => {
    const prior = PRIORS.find((known) => known === name);
    if (prior !== undefined) return prior;
    throw inputError({
      field: '--priors',
      message: name === 'none' ? 'least squares have no evidence' : 'not a prior',
      got: `"${name}"`,
      expected: PRIORS.join(', '),
    });
  });
}

function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}

/** One line that is written over, on a terminal only. */
function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
