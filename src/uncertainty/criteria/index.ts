import type { Criterion, CriterionSettings } from '../types.js';
import { fixed } from './fixed.js';
import { minimumError } from './minimumError.js';
import { trajectoryAverage } from './trajectoryAverage.js';
import { trajectoryDeviation } from './trajectoryDeviation.js';

/** The acquisition criterion of the given name and settings. */
export function createCriterion(settings: CriterionSettings): Criterion {
  switch (settings.name) {
    case 'trajectory-average':
      return trajectoryAverage(settings);
    case 'trajectory-deviation':
      return trajectoryDeviation(settings);
    case 'minimum-error':
      return minimumError(settings);
    case 'fixed':
      return fixed(settings);
  }
}
