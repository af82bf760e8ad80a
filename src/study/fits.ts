import { residualOf } from '../regression/evidence.js';
import { sumGrams } from '../regression/gram.js';
import { fitRidge, type RidgeStart } from '../regression/ridge.js';
import type { Gram, ParameterBlock, PriorName } from '../regression/types.js';

/** A fit and what it is worth on the common test set; eV/Å. */
export interface FitPoint {
  readonly structures: number;
  /** β^{-1/2} */
  readonly fittingError: number;
  readonly rmse: number;
  readonly logEvidence: number;
  readonly effectiveParameters: number;
}

export interface FitSettings {
  readonly prior: PriorName;
  /** eV/Å */
  readonly labelNoise: number;
}

/** Root mean square error of parameters on the rows that a Gram matrix sums, eV/Å. */
export function rmseOn(gram: Gram, parameters: Float64Array): number {
  return Math.sqrt(residualOf(gram, parameters) / gram.rows);
}

/**
 * Fits to the first 1, 2, … structures, each started from the one before as a campaign's refits are. `structures`: the
 * sums of each structure by itself, in order.
 */
export function learningCurve(
  structures: readonly Gram[],
  blocks: readonly ParameterBlock[],
  test: Gram,
  settings: FitSettings,
): FitPoint[] {
  let sums: Gram | undefined;
  let start: RidgeStart | undefined;
  return structures.map((gram, k) => {
    sums = sums === undefined ? gram : sumGrams([sums, gram]);
    const posterior = fitRidge(sums, blocks, { ...settings, start });
    start = { hyperparameters: posterior.hyperparameters, beta: posterior.beta };
    return {
      structures: k + 1,
      fittingError: 1 / Math.sqrt(posterior.beta),
      rmse: rmseOn(test, posterior.parameters),
      logEvidence: posterior.logEvidence ?? Number.NaN,
      effectiveParameters: posterior.effectiveParameters,
    };
  });
}
