import type { CampaignBundle, InputFile } from '../../campaign/bundle.js';
import { parseData } from '../../crystal/data.js';
import { reducedFormula } from '../../crystal/formula.js';
import { labelledFrames } from '../../crystal/labelledFrames.js';
import { parseCrystal } from '../../crystal/read.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import { formatProblem, InputError, inputError, type Problem } from '../../errors.js';
import { type ClusterSpaceEstimate, estimateClusterSpace } from '../../expansion/estimate.js';
import { chosenOptions } from '../../expansion/options.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import { createCalculator } from '../../reference/catalogue.js';
import { checkDynamics, scheduleLines } from './checkDynamics.js';

/**
 * Physical consistency, before anything starts: the crystal, the supercell, cutoffs that fit, a reference that describes
 * the species, a test set of this crystal. Returns what a person should know beforehand, a line each.
 * @throws InputError with everything that is wrong
 */
export function checkCampaign(bundle: CampaignBundle): readonly string[] {
  const { settings } = bundle;
  const unit = parseCrystal(bundle.crystal.text, settings.crystal);
  const primitive = analyseSymmetry(unit, { symprec: settings.symprec });
  const supercell = buildSupercell(primitive, unit, settings.supercell.flat());
  const { cutoffs, ...options } = settings.expansion;
  const { lattice, species } = supercell.crystal;
  throwAll([
    () => checkSupercell(cutoffs, supercell, 'expansion.cutoffs'),
    () => chosenOptions(options, cutoffs),
    () => createCalculator(settings.reference, { lattice, species, folder: bundle.folder }),
    () => checkTestSet(bundle, supercell),
    () => checkData(bundle, supercell),
    () => checkDynamics(settings),
  ]);
  const estimate = estimateClusterSpace(primitive, cutoffs, options);
  const atoms = supercell.siteOf.length;
  const { number, symbol } = primitive.spaceGroup;
  return [
    `crystal: ${reducedFormula(primitive.crystal.species)}, ${symbol} (${number}), ${primitive.crystal.species.length} atoms in the primitive cell, ${atoms} in the supercell`,
    ...(bundle.data ?? []).flatMap((file) => dataLines(file, supercell)),
    ...scheduleLines(settings),
    ...estimate.warnings.map((warning) => `warning: ${warning}`),
    ...costLines(estimate, atoms, settings.acquisition.every),
  ];
}

function dataLines({ name, text }: InputFile, supercell: Supercell): string[] {
  const { refused } = parseData(text, name);
  const count = labelledFrames(text, name, supercell).length;
  return [
    `imported: ${count} ${count === 1 ? 'structure' : 'structures'} of ${name}`,
    ...refused.map((problem) => `warning: left out: ${formatProblem(problem)}`),
  ];
}

/** Runs all checks and reports everything that they refuse. */
function throwAll(checks: readonly (() => unknown)[]): void {
  const problems: Problem[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** Structures that are imported one by one, each with an entry in the ledger. */
const MOST_IMPORTED = 200;

function checkData({ settings, data }: CampaignBundle, supercell: Supercell): void {
  const { random } = settings.initial;
  if (data === undefined && random.count === 0) {
    throw inputError({
      field: 'initial.random.count',
      message: 'there is nothing to start from',
      got: '0',
      expected: 'at least 1 without initial.data',
    });
  }
  const counts = (data ?? []).map(({ text, name }) => labelledFrames(text, name, supercell).length);
  const all = counts.reduce((sum, n) => sum + n, 0);
  if (all > MOST_IMPORTED) {
    throw inputError({
      field: 'initial.data',
      message: 'too many structures',
      got: String(all),
      expected: `at most ${MOST_IMPORTED}`,
      hint: 'neighbouring frames of a trajectory tell nearly the same: take each 50th or so',
    });
  }
}

function checkTestSet({ settings, testSet }: CampaignBundle, supercell: Supercell): void {
  if (testSet) labelledFrames(testSet.text, testSet.name, supercell);
  if (settings.test?.source !== 'reference-md' || settings.reference.calculator !== 'command') return;
  throw inputError({
    field: 'test.source',
    message: 'MD driven by the reference needs a built-in potential',
    got: settings.reference.calculator,
    hint: 'give the test set as a file: test: {source: file, file: …}',
  });
}

/**
 * Rules of thumb from the benchmarks on one core: the error product takes 3N·P²/2 multiplications at about 6·10⁹/s, a refit P³
 * at about 2·10⁹/s; memory is dominated by P×P matrices, of which a thread of MD holds three and the regression five.
 */
function costLines(estimate: ClusterSpaceEstimate, atoms: number, every: number): string[] {
  const p = estimate.coordinates;
  const rows = 3 * atoms;
  const error = (rows * p * p) / 2 / 6e9 + 1e-3;
  const refit = (p * p * p) / 2e9;
  const bytes = 8 * (8 * p * p + 3 * rows * p) + 2e8;
  return [
    `estimate: at most about ${p} parameters; basis ${approximately(estimate.seconds)} and ${mebibytes(estimate.memoryBytes)}`,
    `estimate: ε_B ${approximately(error)} each ${every === 1 ? 'step' : `${every} steps`}, one solution of the regression ${approximately(refit)}, memory ${mebibytes(bytes)}`,
  ];
}

function approximately(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(1e3 * seconds))} ms` : `${seconds.toFixed(1)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.max(10, Math.ceil(bytes / 10485760) * 10)} MiB`;
}
