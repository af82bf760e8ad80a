import type { Criterion, CriterionSettings } from '../types.js';

/**
 * Ask when ε_B exceeds the mean of the last stored ε_min, the ε_B right after a refit: R. Jinnouchi, F. Karsai and
 * G. Kresse, Phys. Rev. B 100, 014105 (2019).
 */
export function minimumError({ name, last }: CriterionSettings & { name: 'minimum-error' }): Criterion {
  return {
    name,
    threshold({ minimumErrors }) {
      const first = Math.max(0, minimumErrors.length - last);
      const count = minimumErrors.length - first;
      if (count === 0) return Number.POSITIVE_INFINITY;
      let sum = 0;
      for (let i = first; i < minimumErrors.length; i++) sum += minimumErrors[i];
      return sum / count;
    },
  };
}
