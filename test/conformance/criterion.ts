import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCriterion } from '../../src/uncertainty/criteria/index.js';
import type {
  AcquisitionSettings,
  CriterionContext,
  CriterionSettings,
} from '../../src/uncertainty/types.js';
import { acquire, acquirePlainly, type ErrorTrace } from '../uncertainty/plainAcquisition.js';
import type { RecordedErrors } from '../uncertainty/recordedErrors.js';

const size = fc.double({ min: 1e-6, max: 10, noNaN: true });
const contexts: fc.Arbitrary<CriterionContext> = fc.record({
  error: size,
  mean: fc.oneof(size, fc.constant(Number.NaN)),
  deviation: fc.oneof(size, fc.constant(0), fc.constant(Number.NaN)),
  fittingError: size,
  minimumErrors: fc.array(size, { maxLength: 12 }),
});

/**
 * The laws of every acquisition criterion. `settings` of the recorded trajectory, at which it takes some of the steps; `record`
 * gives the trajectory.
 */
export function criterionConformance(settings: CriterionSettings, record: () => RecordedErrors): void {
  describe(`${settings.name}: laws of a criterion`, () => {
    const criterion = createCriterion(settings);

    it('bears the name that the campaign file gives it, which picks are told by', () => {
      expect(criterion.name).toBe(settings.name);
    });

    it('has a threshold above zero, infinite where it cannot tell, never NaN', () => {
      fc.assert(
        fc.property(contexts, (context) => {
          const threshold = criterion.threshold(context);
          expect(threshold).toBeGreaterThan(0);
        }),
      );
    });

    it('answers from its context alone, and leaves it as it was', () => {
      fc.assert(
        fc.property(contexts, contexts, (context, other) => {
          const before = structuredClone(context);
          const first = criterion.threshold(context);
          criterion.threshold(other);
          expect(createCriterion(settings).threshold(context)).toBe(first);
          expect(criterion.threshold(context)).toBe(first);
          expect(context).toEqual(before);
        }),
      );
    });

    it('does not let a sample decide about its own threshold', () => {
      fc.assert(
        fc.property(contexts, size, (context, error) => {
          expect(criterion.threshold({ ...context, error })).toBe(criterion.threshold(context));
        }),
      );
    });

    it('knows no unit: ε_B, β^{-1/2} and thresholds twice as large, the threshold is', () => {
      fc.assert(
        fc.property(contexts, (context) => {
          const doubled = createCriterion(
            'threshold' in settings ? { ...settings, threshold: 2 * settings.threshold! } : settings,
          );
          const twice = (x: number) => 2 * x;
          const { error, mean, deviation, fittingError, minimumErrors } = context;
          const larger = {
            error: 2 * error,
            mean: 2 * mean,
            deviation: 2 * deviation,
            fittingError: 2 * fittingError,
            minimumErrors: minimumErrors.map(twice),
          };
          expect(doubled.threshold(larger)).toBe(2 * criterion.threshold(context));
        }),
      );
    });

    const surroundings = [
      { every: 1, minGap: 0, stall: null },
      { every: 1, minGap: 25, stall: { after: 120, structures: 9, fraction: 0.25 } },
      { every: 4, minGap: 40, stall: { after: 160, structures: 0, fraction: 0.01 } },
    ].map(
      (s): AcquisitionSettings => ({
        criterion: settings,
        quantity: 'rms',
        window: 200,
        minWindow: 100,
        ...s,
      }),
    );
    const traceOf = (errors: Float64Array, { fittingError, double }: RecordedErrors): ErrorTrace => ({
      errors,
      fittingError,
      minimumErrors: [9, double.reduce((a, b) => a + b) / double.length],
    });

    it('takes those steps of a recorded trajectory that a plain re-implementation takes', () => {
      const recorded = record();
      for (const around of surroundings) {
        const taken = acquire(around, traceOf(recorded.single, recorded));
        expect(taken).toEqual(acquirePlainly(around, traceOf(recorded.single, recorded)));
        expect(taken.some(({ rule }) => rule === settings.name)).toBe(true);
        if (around.stall?.structures) expect(taken.length).toBeLessThan(recorded.single.length / 25);
      }
    });

    it('takes the same steps by ε_B in single as in double precision, of either quantity', () => {
      const recorded = record();
      for (const around of surroundings) {
        const decided = (errors: Float64Array) => acquire(around, traceOf(errors, recorded));
        expect(decided(recorded.single)).toEqual(decided(recorded.double));
        expect(decided(recorded.singleLargest)).toEqual(decided(recorded.doubleLargest));
      }
    });
  });
}
