import type { Hyperparameters } from '../../regression/types.js';
import type { AcquisitionSettings, PickRule } from '../../uncertainty/types.js';
import { fixed, forceError, percent } from '../numbers.js';

/** When a structure is taken, as the end of a sentence. */
export function criterionText({ criterion }: AcquisitionSettings): string {
  switch (criterion.name) {
    case 'trajectory-average':
      return `when ε_B exceeds ${criterion.gamma} μ_k`;
    case 'trajectory-deviation':
      return `when ε_B exceeds μ_k + ${criterion.n} σ_k`;
    case 'minimum-error':
      return `when ε_B exceeds the mean of its values right after the last ${criterion.last} refits`;
    case 'fixed':
      return criterion.threshold !== undefined
        ? `when ε_B exceeds ${forceError(criterion.threshold)}`
        : `when ε_B exceeds ${percent(criterion.fractionOfFittingError)} of β^{-1/2}`;
  }
}

const RULES: Readonly<Record<PickRule, string>> = {
  'trajectory-average': 'ε_B > γ μ_k',
  'trajectory-deviation': 'ε_B > μ_k + n σ_k',
  'minimum-error': 'ε_B > mean ε of refits',
  fixed: 'ε_B > fixed',
  stall: 'stall rule',
  wreck: 'wreck',
  person: 'by a person',
};

/** Why a structure was taken, for a table. */
export function ruleText(rule: PickRule): string {
  return RULES[rule];
}

/** Hyperparameters of a prior in one line. */
export function hyperparametersText(theta: Hyperparameters): string {
  switch (theta.prior) {
    case 'isotropic':
      return `ln α ${fixed(theta.logAlpha, 2)}`;
    case 'by-order':
      return `ln α ${list(theta.logAlpha)}`;
    case 'decay':
      return `a ${list(theta.a)}; κ ${list(theta.kappa)} Å⁻¹`;
    case 'none':
      return 'least squares';
  }
}

function list(values: readonly number[]): string {
  return values.map((value) => fixed(value, 2)).join(', ');
}
