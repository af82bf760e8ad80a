import { FailureError, inputError } from '../errors.js';
import { minimumNormSolution } from '../numerics/dense/leastSquares.js';
import { evidenceAt, precisionFactorOf, residualOf, slopeAt } from './evidence.js';
import { seekHyperparameters } from './hyperparameters.js';
import { createPrior } from './priors/index.js';
import { type Prior, parametersOf } from './priors/prior.js';
import type { SearchPoint, SearchResult } from './search.js';
import type { Gram, Hyperparameters, ParameterBlock, Posterior, PriorName } from './types.js';

export interface RidgeOptions {
  readonly prior: PriorName;
  /** Least believable fitting error β^{-1/2}: the labels' own noise, eV/Å. */
  readonly labelNoise?: number;
  /** Hyperparameters of the last refit. */
  readonly start?: RidgeStart;
  /** Keep the hyperparameters of `start`: solve only. */
  readonly keep?: boolean;
}

export interface RidgeStart {
  readonly hyperparameters: Hyperparameters;
  /** (eV/Å)⁻² */
  readonly beta: number;
}

/** Default label noise, eV/Å. */
export const LABEL_NOISE = 1e-4;

/**
 * Bayesian ridge regression (eqs. 2–4): posterior of φ′ with the hyperparameters that maximise the log evidence.
 * P³/3 multiplications for each set of hyperparameters tried (a Cholesky factor and its inverse), and nothing else that
 * grows faster than P²: 0.1 s at P = 694.
 */
export function fitRidge(gram: Gram, blocks: readonly ParameterBlock[], options: RidgeOptions): Posterior {
  requireSums(gram, blocks);
  const labelNoise = requirePositive(options.labelNoise ?? LABEL_NOISE);
  if (options.prior === 'none') return leastSquares(gram, labelNoise);
  const maxLogBeta = -2 * Math.log(labelNoise);
  const prior = createPrior(options.prior, blocks);
  const start = startOf(prior, options.start, maxLogBeta);
  if (options.keep) {
    if (!start) throw new FailureError(`no hyperparameters of prior ${prior.name} to keep`);
    return posteriorOf(gram, prior, solved(gram, prior, start));
  }
  return posteriorOf(gram, prior, seekHyperparameters(gram, blocks, prior, start, maxLogBeta));
}

function solved(gram: Gram, prior: Prior, { theta, logBeta }: SearchPoint): SearchResult {
  const point = evidenceAt(gram, prior, theta, logBeta);
  return { point, slope: slopeAt(gram, point), converged: true, evaluations: 1 };
}

function startOf(prior: Prior, start: RidgeStart | undefined, maxLogBeta: number): SearchPoint | undefined {
  const theta = start && prior.fromHyperparameters(start.hyperparameters);
  if (!start || !theta || !(start.beta > 0)) return undefined;
  return { theta, logBeta: Math.min(Math.log(start.beta), maxLogBeta) };
}

function posteriorOf(gram: Gram, prior: Prior, result: SearchResult): Posterior {
  const { point, slope } = result;
  const beta = Math.exp(point.logBeta);
  const atBound = new Set<number>();
  point.theta.forEach((value, i) => {
    if (value > prior.lower[i] && value < prior.upper[i]) return;
    for (const order of prior.orders[i]) atBound.add(order);
  });
  return {
    parameters: point.mean,
    precisionFactor: precisionFactorOf(gram, point),
    beta,
    hyperparameters: prior.toHyperparameters(point.theta),
    logEvidence: point.logEvidence,
    effectiveParameters: slope.effectiveParameters,
    notDetermined: [...atBound].sort((a, b) => a - b),
    rows: gram.rows,
  };
}

/** Least squares of minimum norm, without an error bar; β = (N_y − rank)/|y − X m|². */
function leastSquares(gram: Gram, labelNoise: number): Posterior {
  const { solution, rank } = minimumNormSolution(gram.xtx, gram.xty, gram.parameters);
  const beta = (gram.rows - rank) / residualOf(gram, solution);
  return {
    parameters: solution,
    // Without rows to spare nothing is known of the noise.
    beta: beta > 0 && Number.isFinite(beta) ? beta : 1 / (labelNoise * labelNoise),
    hyperparameters: { prior: 'none' },
    effectiveParameters: rank,
    notDetermined: [],
    rows: gram.rows,
  };
}

function requireSums(gram: Gram, blocks: readonly ParameterBlock[]): void {
  const parameters = parametersOf(blocks);
  if (parameters !== gram.parameters) {
    throw new FailureError(`sums over ${gram.parameters} parameters for an expansion of ${parameters}`);
  }
  if (gram.rows === 0) {
    throw inputError({
      field: 'training data',
      message: 'no training rows',
      expected: 'at least one structure',
    });
  }
  const finite =
    Number.isFinite(gram.yty) && gram.xty.every(Number.isFinite) && gram.xtx.every(Number.isFinite);
  if (!finite) {
    throw inputError({ field: 'training data', message: 'sums over the training rows are not finite' });
  }
}

function requirePositive(labelNoise: number): number {
  if (labelNoise > 0 && Number.isFinite(labelNoise)) return labelNoise;
  throw inputError({
    field: 'labelNoise',
    message: 'must be a positive force error',
    got: `${labelNoise} eV/Å`,
    expected: `for instance ${LABEL_NOISE} eV/Å`,
  });
}
