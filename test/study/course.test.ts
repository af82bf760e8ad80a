import { describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import { courseOf, structuresToWithin } from '../../src/study/course.js';

/** A ledger with only what a course is read from; the rest of an entry does not matter here. */
function ledgerOf(entries: readonly object[]): readonly LedgerEntryBody[] {
  return entries.map((entry, sequence) => ({ sequence, ...entry }) as LedgerEntryBody);
}

const refitted = (md: number, rmse: number | null) => ({
  type: 'refitted',
  counts: { random: md < 2 ? 2 : 0, phonon: 0, md },
  forceField: { fittingError: 0.01, logEvidence: 5, test: rmse === null ? null : { rmse, mae: rmse / 2 } },
});
const explored = (walker: number, toStep: number, outcome = 'triggered') => ({
  type: 'explored',
  walker,
  toStep,
  outcome,
});
const assessed = (expectedRmse: number | null) => ({ type: 'assessed', assessment: { expectedRmse } });
const asked = (rule: string | null) => ({ type: 'asked', pick: rule === null ? null : { rule } });

describe('the course of a campaign', () => {
  const ledger = ledgerOf([
    asked(null),
    refitted(0, 0.03),
    explored(1, 100),
    explored(2, 140),
    assessed(null),
    asked('stall'),
    asked('trajectory-deviation'),
    refitted(2, 0.02),
    explored(1, 300),
    explored(2, 280, 'wrecked'),
    assessed(0.024),
    explored(1, 400),
    explored(2, 380),
    assessed(0.021),
    asked('stall'),
    refitted(3, null),
  ]);
  const course = courseOf(ledger, 5);

  it('has a point for each refit, at the time of the walker that is furthest', () => {
    expect(course.points.map((p) => p.time)).toEqual([0, 0.7, 2]);
    expect(course.points.map((p) => p.fromMd)).toEqual([0, 2, 3]);
    expect(course.points.map((p) => p.structures)).toEqual([2, 2, 3]);
    expect(course.time).toBe(2);
  });

  it('keeps the last expected RMSE of each force field, and none where MD was too short', () => {
    expect(course.points.map((p) => p.expected)).toEqual([Number.NaN, 0.021, Number.NaN]);
    expect(course.points.map((p) => p.rmse)).toEqual([0.03, 0.02, Number.NaN]);
  });

  it('counts what took structures, and wrecks', () => {
    expect(course.picks).toEqual({ stall: 2, 'trajectory-deviation': 1 });
    expect(course.wrecks).toBe(1);
  });
});

describe('structures to come within a fraction of the attainable RMSE', () => {
  const course = courseOf(ledgerOf([1.5, 1.05, 1.2, 1.05, 1.02].map((rmse, k) => refitted(k + 1, rmse))), 1);

  it('counts to the refit after which it stays there', () => {
    expect(structuresToWithin(course, 1, 0.06)).toBe(4);
    expect(structuresToWithin(course, 1, 0.03)).toBe(5);
    expect(structuresToWithin(course, 1, 0.6)).toBe(1);
  });

  it('is none where it never stays there', () => {
    expect(structuresToWithin(course, 1, 0.01)).toBeNull();
    expect(structuresToWithin(course, Number.NaN, 0.5)).toBeNull();
  });
});
