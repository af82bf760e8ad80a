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

/** How long a kernel is timed, ms; and the fewest calls, unless these take so long. */
const TIMING = 40;
const FEWEST_CALLS = 5;
const LONG = 2000;

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
  /** Of the forces, and of ε_B, at one MD step; measured here, s. */
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

/** What a step of MD will take: forces and ε_B, each the shortest of repeated calls on this machine, one core. */
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
    forceSeconds: shortest(() => force.evaluate(u, forces)),
    errorSeconds: shortest(() => error.evaluate(u)),
  };
}

function shortest(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  const begin = performance.now();
  for (let calls = 0; ; calls++) {
    const start = performance.now();
    const spent = start - begin;
    if (calls > 0 && spent > (calls < FEWEST_CALLS ? LONG : TIMING)) return best / 1e3;
    call();
    best = Math.min(best, performance.now() - start);
  }
}
