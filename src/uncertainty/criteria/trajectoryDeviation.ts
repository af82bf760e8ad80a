import type { Criterion, CriterionSettings } from '../types.js';

/** Ask when ε_B > μ_k + n σ_k: an outlier of its own distribution, whatever the supercell's size (METHOD). */
export function trajectoryDeviation({
  name,
  n,
}: CriterionSettings & { name: 'trajectory-deviation' }): Criterion {
  return {
    name,
    threshold: ({ mean, deviation }) =>
      Number.isFinite(mean + deviation) ? mean + n * deviation : Number.POSITIVE_INFINITY,
  };
}
