import { availableParallelism } from 'node:os';
import { type CampaignBundle, type DataInput, rulesOf } from '../../campaign/bundle.js';
import { MOST_IMPORTED } from '../../campaign/inheritance.js';
import { parseData } from '../../crystal/data.js';
import { reducedFormula } from '../../crystal/formula.js';
import { labelledFrames } from '../../crystal/labelledFrames.js';
import { parseCrystal } from '../../crystal/read.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import type { Supercell } from '../../crystal/types.js';
import { formatProblem, InputError, inputError, type Problem } from '../../errors.js';
import { type ClusterSpaceEstimate, estimateClusterSpace } from '../../expansion/estimate.js';
import { checkOptions } from '../../expansion/options.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import { createCalculator, isBuiltIn } from '../../reference/catalogue.js';
import { regressionBytes, SEARCH_SOLUTIONS, solutionSeconds, sumsSeconds } from '../../regression/cost.js';
import { errorThreads } from '../../uncertainty/errorKernel.js';
import { approximately, mebibytes } from '../estimates.js';
import { checkDynamics, scheduleLines } from './checkDynamics.js';

/**
 * Physical consistency, before anything starts: the crystal, the supercell, cutoffs that fit, a reference that describes
 * the species, a test set of this crystal. Returns what a person should know beforehand, a line each. A campaign for
 * `elsewhere` may lack files of its reference code here.
 * @throws InputError with everything that is wrong
 */
export function checkCampaign(
  bundle: CampaignBundle,
  { elsewhere = false }: { readonly elsewhere?: boolean } = {},
): readonly string[] {
  const { settings } = bundle;
  const unit = parseCrystal(bundle.crystal.text, settings.crystal);
  const primitive = analyseSymmetry(unit, { symprec: settings.symprec });
  const supercell = buildSupercell(primitive, unit, settings.supercell.flat());
  const { cutoffs, ...options } = settings.expansion;
  const { lattice, species } = supercell.crystal;
  const absent: Problem[] = [];
  throwAll([
    () => checkSupercell(cutoffs, supercell, 'expansion.cutoffs'),
    () => checkOptions(options, cutoffs, species, 'expansion.'),
    () => {
      const { missing = [] } = createCalculator(settings.reference, {
        lattice,
        species,
        folder: bundle.folder,
      });
      if (missing.length > 0 && !elsewhere) throw new InputError(missing);
      absent.push(...missing);
    },
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
    ...absent.map((problem) => `warning: ${formatProblem(problem)}`),
    ...scheduleLines(settings),
    ...estimate.warnings.map((warning) => `warning: ${warning}`),
    ...costLines(estimate, atoms, settings),
  ];
}

function dataLines({ name, text, refused: before = [] }: DataInput, supercell: Supercell): string[] {
  const refused = [...before, ...parseData(text, name).refused];
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

function checkData({ settings, data }: CampaignBundle, supercell: Supercell): void {
  const { random } = settings.initial;
  if (data === undefined && settings.parent === undefined && random.count === 0) {
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
      hint: 'neighbouring frames of a trajectory tell nearly the same: take each 50th or so, { file: …, every: 50 }',
    });
  }
}

function checkTestSet({ settings, testSet }: CampaignBundle, supercell: Supercell): void {
  if (testSet) labelledFrames(testSet.text, testSet.name, supercell);
  if (settings.test?.source !== 'reference-md' || isBuiltIn(settings.reference)) return;
  throw inputError({
    field: 'test.source',
    message: 'MD driven by the reference needs a built-in potential',
    got: settings.reference.calculator,
    hint: 'give the test set as a file: test: {source: file, file: …}',
  });
}

/** The program and its threads. */
const PROCESS_BYTES = 4e8;

/**
 * Rules of thumb from the benchmarks (docs/performance.md): the error product runs at 38·10⁹ operations per second and
 * thread and takes 3N·P² of them, the matrix grows with 3N·P; memory is that of the program, of four P×P matrices in a thread
 * of MD, and of the regression.
 */
function costLines(
  estimate: ClusterSpaceEstimate,
  atoms: number,
  settings: CampaignBundle['settings'],
): string[] {
  const { every } = settings.acquisition;
  const p = estimate.parameters;
  const rows = 3 * atoms;
  const cores = availableParallelism();
  const walkers = Math.min(cores, rulesOf(settings).walkers.length);
  const threads = errorThreads(rows, p, Math.floor(cores / walkers));
  const error = (rows * p * p) / 38e9 + 5e-9 * rows * p;
  const force = 3e-9 * rows * p;
  const step = force + error / (threads === 1 ? 1 : 0.9 * threads) / every;
  const solution = solutionSeconds(p);
  const refit = solution + sumsSeconds(rows, p);
  const bytes = 32 * walkers * p * p + regressionBytes(rows, p) + PROCESS_BYTES;
  return [
    `estimate: about ${p} parameters; basis ${approximately(estimate.seconds)} and ${mebibytes(estimate.memoryBytes)}`,
    `estimate: an MD step ${approximately(step)} (ε_B ${approximately(error)} each ${every === 1 ? 'step' : `${every} steps`}, on ${threads === 1 ? 'one thread' : `${threads} threads`}), a refit ${approximately(refit)} and ${approximately(SEARCH_SOLUTIONS * solution)} where hyperparameters are sought, memory ${mebibytes(bytes)}`,
  ];
}
