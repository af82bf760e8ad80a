import type { ClusterSpace } from '../../expansion/types.js';
import type { Hyperparameters } from '../../regression/types.js';
import { TO_MEV } from '../../units.js';
import type { FitResult } from './result.js';

/** A fit as a person reads it: a line for each number, forces in meV/Å. */
export function describeFit({ summary, posterior }: FitResult, orders: ClusterSpace['orders']): string {
  const { testMae, testRmse, bayesianError, logEvidence } = summary;
  const lines: (readonly [string, string])[] = [
    ['parameters', `${summary.parameters}${determined(posterior.effectiveParameters)}`],
    ['training rows', `${summary.rows}`],
    ['prior', summary.prior],
    ...hyperparameterLines(
      summary.hyperparameters,
      orders.map(({ order }) => order),
    ),
    ['fitting error β^{-1/2}', force(summary.fittingError)],
    ['training MAE, RMSE', `${force(summary.trainMae)}, ${force(summary.trainRmse)}`],
  ];
  if (testMae !== null && testRmse !== null) {
    lines.push(['test MAE, RMSE', `${force(testMae)}, ${force(testRmse)}`]);
  }
  if (bayesianError !== null) lines.push(['Bayesian error ε_B (rms)', force(bayesianError)]);
  if (logEvidence !== null) lines.push(['log evidence', logEvidence.toFixed(1)]);
  if (posterior.notDetermined.length > 0) {
    lines.push([
      'not determined',
      `hyperparameters of order ${posterior.notDetermined.join(', ')} are at a bound`,
    ]);
  }
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

function determined(effective: number): string {
  return `, of which the data determine ${effective.toFixed(1)}`;
}

function force(value: number): string {
  return `${(value * TO_MEV).toFixed(2)} meV/Å`;
}

/** Precisions α as the standard deviation that the prior gives a force constant of that order, α^{-1/2}. */
function hyperparameterLines(h: Hyperparameters, orders: readonly number[]): (readonly [string, string])[] {
  const spread = (logAlpha: number): string => Math.exp(-logAlpha / 2).toPrecision(3);
  switch (h.prior) {
    case 'none':
      return [];
    case 'isotropic':
      return [['  α^{-1/2}', `${spread(h.logAlpha)} eV/Åⁿ`]];
    case 'by-order':
      return h.logAlpha.map((logAlpha, n) => [
        `  order ${orders[n]}: α^{-1/2}`,
        `${spread(logAlpha)} eV/Å^${orders[n]}`,
      ]);
    case 'decay':
      return h.a.map((a, n) => [
        `  order ${orders[n]}: e^{-a/2}, κ`,
        `${spread(a)} eV/Å^${orders[n]}, ${h.kappa[n].toFixed(3)} Å⁻¹`,
      ]);
  }
}
