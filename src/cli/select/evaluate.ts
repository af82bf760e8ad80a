import type { Supercell } from '../../crystal/types.js';
import { buildClusterSpace } from '../../expansion/clusterSpace.js';
import type { ClusterSpaceOptions } from '../../expansion/cutoffs.js';
import type { ClusterSpace, Cutoffs, Expansion } from '../../expansion/types.js';
import { createForceKernel } from '../../forcefield/forceKernel.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { createDesignMatrix } from '../../regression/designMatrix.js';
import { leaveOut } from '../../regression/leaveOneOut.js';
import { rootMeanSquareError } from '../../regression/metrics.js';
import type { Candidate } from '../../regression/modelSelection.js';
import { fitRidge } from '../../regression/ridge.js';
import {
  gramOfStructures,
  type LabelledStructure,
  type Labelling,
  labelsOf,
  predictStructures,
} from '../../regression/trainingRows.js';
import type { Hyperparameters, Posterior, PriorName } from '../../regression/types.js';
import { createBayesianError } from '../../uncertainty/bayesianError.js';
import { expansionName } from './expansions.js';

/** How long a kernel is timed in all, and in one batch of calls at least, s. */
const TIMING = 0.04;
const BATCH = 0.004;

/** An expansion with a prior, and how it does on the data; eV and Å. */
export interface EvaluatedCandidate extends Candidate {
  readonly cutoffs: Cutoffs;
  /** What is chosen beyond the cutoffs; null: nothing. */
  readonly options: ClusterSpaceOptions | null;
  readonly prior: PriorName;
  readonly hyperparameters: Hyperparameters;
  readonly effectiveParameters: number;
  readonly fittingError: number;
  readonly notDetermined: readonly number[];
  /** Of the forces, and of ε_B, at one MD step; processor time measured here, s. */
  readonly forceSeconds: number;
  readonly errorSeconds: number;
}

export interface SelectionData {
  readonly supercell: Supercell;
  readonly train: readonly LabelledStructure[];
  readonly test: readonly LabelledStructure[];
  readonly idealForces?: Float64Array;
  /** eV/Å */
  readonly labelNoise: number;
}

/** Fits one expansion with each prior: sums over the data are made once. `leftOut`: which structures are left out, by index. */
export function evaluate(
  data: SelectionData,
  expansion: Expansion,
  priors: readonly PriorName[],
  leftOut: readonly number[],
): EvaluatedCandidate[] {
  const { supercell, train, test, idealForces, labelNoise } = data;
  const space = buildClusterSpace(supercell.primitive, expansion.cutoffs, expansion.options);
  const labelling: Labelling = { design: createDesignMatrix(space, supercell), idealForces };
  const gram = gramOfStructures(labelling, train);
  const blocks = parameterBlocks(space);
  const without = leftOut.map((index) => train[index]);
  return priors.map((prior) => {
    const posterior = fitRidge(gram, blocks, { prior, labelNoise });
    const mean: Posterior = { ...posterior, precisionFactor: undefined };
    const tested = test.length > 0 ? predictStructures(labelling, mean, test) : undefined;
    const cost = stepCost(space, supercell, posterior, train[0].displacements);
    return {
      name: `${expansionName(expansion)} ${prior}`,
      cutoffs: expansion.cutoffs,
      options: expansion.options ?? null,
      prior,
      hyperparameters: posterior.hyperparameters,
      parameters: space.parameters,
      effectiveParameters: posterior.effectiveParameters,
      fittingError: 1 / Math.sqrt(posterior.beta),
      notDetermined: posterior.notDetermined,
      logEvidence: posterior.logEvidence!,
      leftOutRmse: leftOutRmse(labelling, posterior, without),
      testRmse: tested ? rootMeanSquareError(tested.predicted, tested.reference) : null,
      ...cost,
      stepSeconds: cost.forceSeconds + cost.errorSeconds,
    };
  });
}

function leftOutRmse(
  { design, idealForces }: Labelling,
  posterior: Posterior,
  structures: readonly LabelledStructure[],
): number {
  const a = new Float64Array(design.rows * design.parameters);
  let squares = 0;
  for (const structure of structures) {
    design.compute(structure.displacements, a);
    const { residuals } = leaveOut(posterior, a, labelsOf(structure, idealForces));
    for (const r of residuals) squares += r * r;
  }
  return Math.sqrt(squares / (structures.length * design.rows));
}

/** What a step of MD will take: forces and ε_B, on this machine, one core. */
function stepCost(
  space: ClusterSpace,
  supercell: Supercell,
  posterior: Posterior,
  u: Float64Array,
): Pick<EvaluatedCandidate, 'forceSeconds' | 'errorSeconds'> {
  const force = createForceKernel(space, supercell);
  force.setParameters(posterior.parameters);
  const forces = new Float64Array(force.rows);
  const error = createBayesianError(space, supercell);
  error.setPrecision(posterior.precisionFactor!, posterior.beta);
  return {
    forceSeconds: processorSeconds(() => force.evaluate(u, forces)),
    errorSeconds: processorSeconds(() => error.evaluate(u)),
  };
}

/** Processor time of a call, s: other work on the machine does not count. The best of several batches, after one call to warm up. */
function processorSeconds(call: () => unknown): number {
  call();
  let best = Number.POSITIVE_INFINITY;
  for (let spent = 0, calls = 1; spent < TIMING; ) {
    const start = process.cpuUsage();
    for (let k = 0; k < calls; k++) call();
    const { user, system } = process.cpuUsage(start);
    const seconds = (user + system) / 1e6;
    spent += seconds;
    if (seconds < BATCH) calls *= 2;
    else best = Math.min(best, seconds / calls);
  }
  return best;
}
