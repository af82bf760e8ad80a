import type { Criterion, CriterionSettings } from '../types.js';

/** Eq. 5 of the paper: ask when ε_B > γ μ_k. */
export function trajectoryAverage({
  name,
  gamma,
}: CriterionSettings & { name: 'trajectory-average' }): Criterion {
  return {
    name,
    threshold: ({ mean }) => (Number.isFinite(mean) ? gamma * mean : Number.POSITIVE_INFINITY),
  };
}
