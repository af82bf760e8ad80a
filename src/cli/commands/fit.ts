import { type Command, Option } from 'commander';
import type { Supercell } from '../../crystal/types.js';
import { inputError } from '../../errors.js';
import { buildClusterSpace } from '../../expansion/clusterSpace.js';
import { parseCutoffs } from '../../expansion/cutoffs.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { basisHash } from '../../forcefield/clusterSpaceOf.js';
import { encodeForceField } from '../../forcefield/forceField.js';
import { createDesignMatrix } from '../../regression/designMatrix.js';
import { PRIOR_NAMES } from '../../regression/priors/index.js';
import { LABEL_NOISE } from '../../regression/ridge.js';
import { checkIdealForces, type Labelling } from '../../regression/trainingRows.js';
import type { PriorName } from '../../regression/types.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { TO_MEV } from '../../units.js';
import { PROGRAM_VERSION } from '../../version.js';
import { addExpansionFlags, type ExpansionFlags, expansionOptions } from '../expansionFlags.js';
import { describeFit } from '../fit/describe.js';
import { diagnoseFit } from '../fit/diagnose.js';
import { type CrossValidation, crossValidate } from '../fit/folds.js';
import { loadStructures, loadSupercell } from '../fit/load.js';
import { parseLeaveOut, wholeNumber } from '../fit/numbers.js';
import { fitPage, named, suspectWarnings } from '../fit/page.js';
import { planFit } from '../fit/plan.js';
import { parseRange } from '../fit/range.js';
import { type FitResult, fitStructures } from '../fit/result.js';

interface FitFlags extends ExpansionFlags {
  readonly cutoffs: string;
  readonly prior: PriorName;
  readonly train?: string;
  readonly test?: string;
  readonly folds?: string;
  readonly seed: string;
  readonly report?: string;
  readonly leaveOut?: string;
  readonly labelNoise: string;
  readonly idealForces?: string;
  readonly allowUnrelaxed?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** `anharmony fit`: force constants from displacements and forces in a file, and how good they are. */
export function registerFit(program: Command): void {
  const command = program
    .command('fit')
    .description('fit force constants to displacements and forces by Bayesian ridge regression')
    .argument('<crystal>', 'unit cell: POSCAR or extended XYZ')
    .argument('<ideal-supercell>', 'the undisplaced supercell: POSCAR or extended XYZ')
    .argument(
      '<data...>',
      'structures with forces: extended XYZ (eV/Å), vasprun.xml, pw.x’s XML or OUTCAR, one file after the other',
    )
    .requiredOption('--cutoffs <list>', 'cutoff of each order, Å: 2:8,3:5,4:5')
    .addOption(
      new Option('--prior <name>', 'prior on the force constants; none: least squares')
        .choices(PRIOR_NAMES)
        .default('decay'),
    )
    .option('--train <from:to>', 'structures to fit, counted from 0, the last not included (default: all)')
    .option('--test <from:to>', 'structures to judge the fit on (default: none)')
    .option('--folds <k>', 'cross-validate on the structures to fit, in k folds')
    .option('--seed <n>', 'which structures fall into which fold, or are left out where not all are', '1')
    .option('--report <file>', 'write a page of diagnostics (HTML): labels, calibration, errors by order')
    .option(
      '--leave-out <n>',
      'how many structures the page leaves out one by one, or all (default: all that take minutes)',
    )
    .option('--label-noise <meV/Å>', 'least believable fitting error', String(LABEL_NOISE * TO_MEV))
    .option(
      '--ideal-forces <file>',
      'extended XYZ of the ideal supercell with its forces, which are subtracted',
    )
    .option('--allow-unrelaxed', 'accept ideal forces above 50 meV/Å')
    .option('--out <file>', 'write the force field')
    .option('--json', 'print the numbers as JSON, in eV and Å')
    .action(async (crystal: string, ideal: string, data: readonly string[], flags: FitFlags) => {
      await runFit({ crystal, ideal, data }, flags);
    });
  addExpansionFlags(command);
}

interface FitPaths {
  readonly crystal: string;
  readonly ideal: string;
  readonly data: readonly string[];
}

async function runFit(paths: FitPaths, flags: FitFlags): Promise<void> {
  const cutoffs = parseCutoffs(flags.cutoffs);
  const labelNoise = parseLabelNoise(flags.labelNoise);
  const folds = flags.folds === undefined ? undefined : wholeNumber(flags.folds, '--folds');
  const seed = wholeNumber(flags.seed, '--seed');
  const supercell = await loadSupercell(paths.crystal, paths.ideal);
  checkSupercell(cutoffs, supercell, '--cutoffs');
  const warnings: string[] = [];
  const onWarning = (message: string): void => {
    warnings.push(message);
    warn(message);
  };
  const structures = await loadStructures(paths.data, supercell, onWarning);
  const select = (range: string, flag: string): typeof structures => {
    const { from, to } = parseRange(range, structures.length, flag);
    return structures.slice(from, to);
  };
  const train = select(flags.train ?? ':', '--train');
  const test = flags.test === undefined ? [] : select(flags.test, '--test');
  const options = expansionOptions(flags);
  const { sample, lines } = planFit(
    { supercell, cutoffs, options },
    { structures: train.length + test.length, train: train.length, folds, prior: flags.prior },
    flags.report === undefined ? undefined : { seed, count: parseLeaveOut(flags.leaveOut) },
  );
  for (const line of lines) process.stderr.write(`${line}\n`);
  const space = buildClusterSpace(supercell.primitive, cutoffs, { onWarning, ...options });
  const idealForces = await loadIdealForces(flags, supercell);
  const labelling: Labelling = { design: createDesignMatrix(space, supercell), idealForces };
  const settings = { prior: flags.prior, labelNoise };
  const result = fitStructures(space, labelling, train, test, settings);
  const crossValidation =
    folds === undefined ? undefined : crossValidate(space, labelling, train, settings, { folds, seed });
  if (flags.out !== undefined)
    await writeForceField(flags.out, space, supercell, result, { ...paths, ...flags });
  let leaveOneOut: LeaveOneOutSummary | undefined;
  if (flags.report !== undefined) {
    const structuresLeft = sample.map((index) => train[index]);
    const diagnosed = named(train, sample, diagnoseFit(space, supercell, labelling, structuresLeft, result));
    for (const message of suspectWarnings(diagnosed)) warn(message);
    leaveOneOut = diagnosed?.diagnostics && {
      leaveOneOutRmse: diagnosed.diagnostics.leftOutRmse,
      leaveOneOutStructures: sample.length,
      suspects: diagnosed.diagnostics.suspects.map((s) => diagnosed.sources[s.index]),
    };
    const data = { space, supercell, labelling, train, test, files: paths.data, warnings };
    await writeFileAtomic(flags.report, fitPage(data, result, diagnosed, crossValidation, new Date()));
  }
  print(result, space, crossValidation, leaveOneOut, flags.json === true);
}

/** What `--report` adds to the JSON; eV/Å. */
interface LeaveOneOutSummary {
  readonly leaveOneOutRmse: number;
  /** How many structures were left out. */
  readonly leaveOneOutStructures: number;
  /** Sources of structures whose labels the posterior calls impossible. */
  readonly suspects: readonly string[];
}

function print(
  result: FitResult,
  space: ClusterSpace,
  crossValidation: CrossValidation | undefined,
  leaveOneOut: LeaveOneOutSummary | undefined,
  json: boolean,
): void {
  const lines = [describeFit(result, space.orders)];
  const meV = (error: number): string => `${(error * TO_MEV).toFixed(2)} meV/Å`;
  if (crossValidation) {
    const each = crossValidation.folds.map((fold) => (fold.rmse * TO_MEV).toFixed(2)).join(', ');
    lines.push(`cross-validation RMSE ${meV(crossValidation.rmse)} (folds: ${each})`);
  }
  if (leaveOneOut) lines.push(`leave-one-structure-out RMSE ${meV(leaveOneOut.leaveOneOutRmse)}`);
  const numbers = { ...result.summary, ...(crossValidation && { crossValidation }), ...leaveOneOut };
  process.stdout.write(`${json ? JSON.stringify(numbers, null, 2) : lines.join('\n')}\n`);
}

async function loadIdealForces(flags: FitFlags, supercell: Supercell): Promise<Float64Array | undefined> {
  if (flags.idealForces === undefined) return undefined;
  const [{ forces }] = await loadStructures([flags.idealForces], supercell);
  const warning = checkIdealForces(forces, flags.allowUnrelaxed);
  if (warning !== undefined) warn(warning);
  return forces;
}

async function writeForceField(
  path: string,
  space: ClusterSpace,
  supercell: Supercell,
  { posterior, summary }: FitResult,
  { crystal, ideal, data, train, test }: FitPaths & FitFlags,
): Promise<void> {
  const source = {
    command: 'fit',
    version: PROGRAM_VERSION,
    crystal,
    ideal,
    data,
    train: train ?? ':',
    test: test ?? null,
  };
  const bytes = encodeForceField({
    primitive: space.primitive,
    cutoffs: space.cutoffs,
    ...(space.options !== undefined && { options: space.options }),
    basis: basisHash(space),
    parameters: posterior.parameters,
    precisionFactor: posterior.precisionFactor,
    beta: posterior.beta,
    hyperparameters: posterior.hyperparameters,
    logEvidence: posterior.logEvidence,
    supercell: supercell.matrix,
    provenance: { ...source, rows: summary.rows, trainRmse: summary.trainRmse, testRmse: summary.testRmse },
  });
  await writeFileAtomic(path, bytes);
}

function parseLabelNoise(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value / TO_MEV;
  throw inputError({
    field: '--label-noise',
    message: 'not a force error',
    got: text,
    expected: 'meV/Å, above 0',
  });
}

/** Warnings go to standard error: standard output may be JSON. */
function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}
