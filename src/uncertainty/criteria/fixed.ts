import type { Criterion, CriterionSettings } from '../types.js';

/** Ask when ε_B exceeds a threshold in eV/Å, or a fraction of the fitting error β^{-1/2}; the smaller where both are given. */
export function fixed(settings: CriterionSettings & { name: 'fixed' }): Criterion {
  const { name, threshold = Number.POSITIVE_INFINITY, fractionOfFittingError } = settings;
  return {
    name,
    threshold({ fittingError }) {
      if (fractionOfFittingError === undefined) return threshold;
      return Math.min(threshold, fractionOfFittingError * fittingError);
    },
  };
}
