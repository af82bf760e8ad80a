import type { ClusterSpace } from '../../expansion/types.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { bayesianError, meanAbsoluteError, rootMeanSquareError } from '../../regression/metrics.js';
import { fitRidge } from '../../regression/ridge.js';
import {
  gramOfStructures,
  type LabelledStructure,
  type Labelling,
  type Predictions,
  predictStructures,
} from '../../regression/trainingRows.js';
import type { Gram, Hyperparameters, Posterior, PriorName } from '../../regression/types.js';

/** What `anharmony fit --json` prints; eV and Å. */
export interface FitSummary {
  /** P */
  readonly parameters: number;
  /** N_y of the training set. */
  readonly rows: number;
  readonly prior: PriorName;
  readonly hyperparameters: Hyperparameters;
  /** β^{-1/2} */
  readonly fittingError: number;
  readonly trainMae: number;
  readonly trainRmse: number;
  /** null without a test set. */
  readonly testMae: number | null;
  readonly testRmse: number | null;
  /** rms ε_B over the rows of the test set, of the training set where there is none; null without a prior. */
  readonly bayesianError: number | null;
  /** null without a prior. */
  readonly logEvidence: number | null;
}

export interface FitResult {
  readonly summary: FitSummary;
  readonly posterior: Posterior;
  /** Sums over the training structures. */
  readonly gram: Gram;
}

export interface FitSettings {
  readonly prior: PriorName;
  /** eV/Å */
  readonly labelNoise: number;
}

/** Fits the training structures and judges the fit on the test structures, which may be none. */
export function fitStructures(
  space: ClusterSpace,
  labelling: Labelling,
  train: readonly LabelledStructure[],
  test: readonly LabelledStructure[],
  settings: FitSettings,
): FitResult {
  const gram = gramOfStructures(labelling, train);
  const posterior = fitRidge(gram, parameterBlocks(space), settings);
  // The error bar is asked for once: on the test set where there is one.
  const mean: Posterior = { ...posterior, precisionFactor: undefined };
  const onTest = test.length > 0 ? predictStructures(labelling, posterior, test) : undefined;
  const onTrain = predictStructures(labelling, onTest ? mean : posterior, train);
  const variances = (onTest ?? onTrain).variances;
  const summary: FitSummary = {
    parameters: space.parameters,
    rows: posterior.rows,
    prior: settings.prior,
    hyperparameters: posterior.hyperparameters,
    fittingError: 1 / Math.sqrt(posterior.beta),
    trainMae: mae(onTrain),
    trainRmse: rmse(onTrain),
    testMae: onTest ? mae(onTest) : null,
    testRmse: onTest ? rmse(onTest) : null,
    bayesianError: variances ? bayesianError(variances) : null,
    logEvidence: posterior.logEvidence ?? null,
  };
  return { summary, posterior, gram };
}

function mae({ predicted, reference }: Predictions): number {
  return meanAbsoluteError(predicted, reference);
}

function rmse({ predicted, reference }: Predictions): number {
  return rootMeanSquareError(predicted, reference);
}
