import type { CampaignBundle } from '../../campaign/bundle.js';
import type { CampaignSettings } from '../../campaign/schema.js';
import { reducedFormula } from '../../crystal/formula.js';
import { labelledFrames } from '../../crystal/labelledFrames.js';
import { parseCrystal } from '../../crystal/read.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import { InputError, inputError, type Problem } from '../../errors.js';
import { type ClusterSpaceEstimate, estimateClusterSpace } from '../../expansion/estimate.js';
import { chosenOptions } from '../../expansion/options.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import { createCalculator } from '../../reference/catalogue.js';

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
    () => checkWindow(settings),
  ]);
  const estimate = estimateClusterSpace(primitive, cutoffs, options);
  const atoms = supercell.siteOf.length;
  const { number, symbol } = primitive.spaceGroup;
  return [
    `crystal: ${reducedFormula(primitive.crystal.species)}, ${symbol} (${number}), ${primitive.crystal.species.length} atoms in the primitive cell, ${atoms} in the supercell`,
    ...estimate.warnings.map((warning) => `warning: ${warning}`),
    ...costLines(estimate, atoms, settings.acquisition.every),
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

function checkWindow({ acquisition: { minWindow, window } }: CampaignSettings): void {
  if (minWindow <= window) return;
  throw inputError({
    field: 'acquisition.minWindow',
    message: 'is longer than the window, which can never be filled',
    got: String(minWindow),
    expected: `at most acquisition.window = ${window}`,
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
