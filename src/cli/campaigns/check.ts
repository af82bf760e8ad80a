import type { CampaignBundle } from '../../campaign/bundle.js';
import { reducedFormula } from '../../crystal/formula.js';
import { parseCrystal } from '../../crystal/read.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import { inputError } from '../../errors.js';
import { type ClusterSpaceEstimate, estimateClusterSpace } from '../../expansion/estimate.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import { createCalculator } from '../../reference/catalogue.js';

/**
 * Physical consistency, before anything starts: the crystal, the supercell, cutoffs that fit, a reference that describes
 * the species. Returns what a person should know beforehand, a line each.
 * @throws InputError
 */
export function checkCampaign(bundle: CampaignBundle): readonly string[] {
  const { settings } = bundle;
  const unit = parseCrystal(bundle.crystal.text, settings.crystal);
  const primitive = analyseSymmetry(unit, { symprec: settings.symprec });
  const supercell = buildSupercell(primitive, unit, settings.supercell.flat());
  const { cutoffs } = settings.expansion;
  checkSupercell(cutoffs, supercell, 'expansion.cutoffs');
  const { lattice, species } = supercell.crystal;
  createCalculator(settings.reference, { lattice, species, folder: bundle.folder });
  if (settings.test?.source === 'reference-md' && settings.reference.calculator === 'command') {
    throw inputError({
      field: 'test.source',
      message: 'MD driven by the reference needs a built-in potential',
      got: settings.reference.calculator,
      hint: 'give the test set as a file: test: {source: file, file: …}',
    });
  }
  if (settings.acquisition.minWindow > settings.acquisition.window) {
    throw inputError({
      field: 'acquisition.minWindow',
      message: 'is longer than the window, which can never be filled',
      got: String(settings.acquisition.minWindow),
      expected: `at most acquisition.window = ${settings.acquisition.window}`,
    });
  }
  const estimate = estimateClusterSpace(primitive, cutoffs);
  const atoms = supercell.siteOf.length;
  const { number, symbol } = primitive.spaceGroup;
  return [
    `crystal: ${reducedFormula(primitive.crystal.species)}, ${symbol} (${number}), ${primitive.crystal.species.length} atoms in the primitive cell, ${atoms} in the supercell`,
    ...estimate.warnings.map((warning) => `warning: ${warning}`),
    ...costLines(estimate, atoms, settings.acquisition.every),
  ];
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
