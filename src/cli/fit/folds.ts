import { inputError } from '../../errors.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { STREAM } from '../../numerics/random/streams.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { sumGrams } from '../../regression/gram.js';
import { meanAbsoluteError, rootMeanSquareError } from '../../regression/metrics.js';
import { fitRidge } from '../../regression/ridge.js';
import { shuffled } from '../../regression/sample.js';
import {
  gramOfStructures,
  type LabelledStructure,
  type Labelling,
  predictStructures,
} from '../../regression/trainingRows.js';
import type { FitSettings } from './result.js';

/** Errors on the structures of one fold by a fit on all others; eV/Å. */
export interface FoldErrors {
  readonly structures: number;
  readonly mae: number;
  readonly rmse: number;
}

export interface CrossValidation {
  readonly folds: readonly FoldErrors[];
  /** Over all structures, each predicted once. */
  readonly mae: number;
  readonly rmse: number;
}

/** k-fold cross-validation: hyperparameters are sought anew for each fold. Which structure falls into which depends on the seed alone. */
export function crossValidate(
  space: ClusterSpace,
  labelling: Labelling,
  structures: readonly LabelledStructure[],
  settings: FitSettings,
  { folds, seed }: { readonly folds: number; readonly seed: number },
): CrossValidation {
  requireFolds(folds, structures.length);
  const order = shuffled(structures.length, seed, STREAM.folds);
  const groups = Array.from({ length: folds }, (_, k) =>
    order.filter((_index, place) => place % folds === k).map((index) => structures[index]),
  );
  const grams = groups.map((group) => gramOfStructures(labelling, group));
  const blocks = parameterBlocks(space);
  const errors = groups.map((group, k): FoldErrors => {
    const posterior = fitRidge(sumGrams(grams.filter((_, other) => other !== k)), blocks, settings);
    const mean = { ...posterior, precisionFactor: undefined };
    const { predicted, reference } = predictStructures(labelling, mean, group);
    return {
      structures: group.length,
      mae: meanAbsoluteError(predicted, reference),
      rmse: rootMeanSquareError(predicted, reference),
    };
  });
  const mean = (of: (fold: FoldErrors) => number) =>
    errors.reduce((sum, fold) => sum + of(fold) * fold.structures, 0) / structures.length;
  return { folds: errors, mae: mean((f) => f.mae), rmse: Math.sqrt(mean((f) => f.rmse * f.rmse)) };
}

function requireFolds(folds: number, structures: number): void {
  if (folds >= 2 && folds <= structures) return;
  throw inputError({
    field: '--folds',
    message: 'each fold needs a structure of its own, and another fold beside it',
    got: String(folds),
    expected: `2 to ${structures}`,
  });
}
