import { type LedgerEntryBody, totalOf } from '../campaign/ledger.js';
import type { PickRule } from '../uncertainty/types.js';

/** A campaign after one refit; eV/Å. */
export interface CoursePoint {
  /** MD time of the walker that is furthest, ps. */
  readonly time: number;
  /** Structures in the training set, and those of them from MD. */
  readonly structures: number;
  readonly fromMd: number;
  /** β^{-1/2} */
  readonly fittingError: number;
  readonly logEvidence: number | null;
  /** On the common test set; NaN where there is none. */
  readonly rmse: number;
  readonly mae: number;
  /** sqrt(β⁻¹ + μ² + σ²) of the MD with this force field; NaN where it ran too short to tell. */
  readonly expected: number;
}

/** How a campaign went, read from its ledger. */
export interface Course {
  readonly points: readonly CoursePoint[];
  /** MD time of the walker that is furthest at the end, ps. */
  readonly time: number;
  /** Structures taken from MD, by the rule that took them. */
  readonly picks: Readonly<Partial<Record<PickRule, number>>>;
  readonly wrecks: number;
}

/** `timestep` in fs. */
export function courseOf(ledger: readonly LedgerEntryBody[], timestep: number): Course {
  const points: CoursePoint[] = [];
  const picks: Partial<Record<PickRule, number>> = {};
  let step = 0;
  let wrecks = 0;
  for (const entry of ledger) {
    if (entry.type === 'explored') {
      step = Math.max(step, entry.toStep);
      if (entry.outcome === 'wrecked') wrecks++;
    } else if (entry.type === 'asked' && entry.pick) {
      picks[entry.pick.rule] = (picks[entry.pick.rule] ?? 0) + 1;
    } else if (entry.type === 'refitted') {
      const { forceField, counts } = entry;
      points.push({
        time: (step * timestep) / 1000,
        structures: totalOf(counts),
        fromMd: counts.md,
        fittingError: forceField.fittingError,
        logEvidence: forceField.logEvidence,
        rmse: forceField.test?.rmse ?? Number.NaN,
        mae: forceField.test?.mae ?? Number.NaN,
        expected: Number.NaN,
      });
    } else if (entry.type === 'assessed' && points.length > 0 && entry.assessment.expectedRmse !== null) {
      // The later, the longer is the MD behind it.
      points.push({ ...points.pop()!, expected: entry.assessment.expectedRmse });
    }
  }
  return { points, time: (step * timestep) / 1000, picks, wrecks };
}

/**
 * Structures from MD with which the RMSE has come within a fraction of the attainable one for good: at this refit and at
 * all later ones. null: never.
 */
export function structuresToWithin(course: Course, attainable: number, fraction: number): number | null {
  const last = course.points.findLastIndex((point) => !(point.rmse <= (1 + fraction) * attainable));
  return course.points[last + 1]?.fromMd ?? null;
}

/** The same in batches of labels from MD, each of which one refit follows. */
export function batchesToWithin(course: Course, attainable: number, fraction: number): number | null {
  const fromMd = course.points.filter((point) => point.fromMd > 0);
  const last = fromMd.findLastIndex((point) => !(point.rmse <= (1 + fraction) * attainable));
  return last + 1 < fromMd.length ? last + 2 : null;
}
