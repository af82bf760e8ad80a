import { describe, expect, it } from 'vitest';
import { criterionConformance } from '../conformance/criterion.js';
import { type RecordedErrors, recordErrors } from './recordedErrors.js';

let recorded: RecordedErrors | undefined;
function record(): RecordedErrors {
  recorded ??= recordErrors(1500);
  return recorded;
}

criterionConformance({ name: 'trajectory-average', gamma: 1.1 }, record);
criterionConformance({ name: 'trajectory-deviation', n: 1.5 }, record);
criterionConformance({ name: 'minimum-error', last: 1 }, record);
criterionConformance({ name: 'fixed', threshold: 8.5e-4 }, record);
criterionConformance({ name: 'fixed', fractionOfFittingError: 0.12 }, record);

describe('ε_B in single precision along a trajectory', () => {
  it('differs from A Σ Aᵀ in double precision by less than 1e-7 of its value, that of an atom by less than 1e-6', () => {
    const { single, double, singleLargest, doubleLargest } = record();
    const worst = (a: Float64Array, b: Float64Array) => Math.max(...a.map((x, k) => Math.abs(x / b[k] - 1)));
    expect(worst(single, double)).toBeLessThan(1e-7);
    expect(worst(singleLargest, doubleLargest)).toBeLessThan(1e-6);
  });
});
