import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explore } from '../../src/exploration/explore.js';
import type { Pick, WalkerCheckpoint } from '../../src/exploration/types.js';
import { afterRefit, newWalker } from '../../src/exploration/walker.js';
import { type RecordedRound, whatIf } from '../../src/exploration/whatIf.js';
import type { AcquisitionSettings, CriterionSettings } from '../../src/uncertainty/types.js';
import { eager, toyInput, toyModel, walker } from './toyModel.js';

interface Story {
  readonly acquisition: AcquisitionSettings;
  readonly lookahead: number;
  readonly walkers: number;
  readonly seed: number;
  /** The rounds in which the first walker is wrecked. */
  readonly wrecked: readonly number[];
  /** Every so-manieth structure is lost to screening or quarantine; 0: none. */
  readonly loses: number;
  /** The rounds in which a person wants the first walker's structure. */
  readonly sampled: readonly number[];
}

const ROUNDS = 5;

/** A campaign as the decision function runs it, on the toy model: rounds, lost structures, refits that teach the model. */
function campaign(story: Story): { rounds: RecordedRound[]; picks: Pick[] } {
  const { acquisition, lookahead, walkers, seed, wrecked, loses, sampled } = story;
  const known = toyModel();
  const settings = Array.from({ length: walkers }, (_, k) => ({ ...walker, walker: k + 1, seed }));
  const checkpoints: WalkerCheckpoint[] = settings.map((s) => newWalker(s, known.masses, { from: 'sites' }));
  const rounds: RecordedRound[] = [];
  const picks: Pick[] = [];
  let lost = 0;
  let fresh = true;
  for (let round = 1; round <= ROUNDS; round++) {
    const pickedBefore = picks.length - lost;
    const fittingError = 0.05 - 0.004 * round;
    const found: Pick[] = [];
    for (let k = 0; k < walkers; k++) {
      const model = toyModel(k === 0 && wrecked.includes(round) ? blowsUp() : undefined);
      for (const u of known.added) model.addStructure(u);
      const from = fresh && round > 1 ? afterRefit(checkpoints[k]) : checkpoints[k];
      const untilStep = from.state.step + 250;
      const input = toyInput({
        walker: settings[k],
        acquisition,
        checkpoint: from,
        untilStep,
        lookahead,
        pickedBefore,
        sample: k === 0 && sampled.includes(round),
      });
      const done = explore(input, { ...model, fittingError });
      if (done.outcome === 'stopped') throw new Error('stopped');
      checkpoints[k] = done.checkpoint;
      found.push(...done.picks);
      rounds.push({
        round,
        walker: k + 1,
        fresh,
        fittingError,
        trace: done.trace,
        acquisition,
        ...(done.outcome === 'wrecked' && { wreckedTo: done.checkpoint.state.step }),
        taken: done.picks.map(({ step, rule, threshold }) => {
          return { step, rule, threshold: Number.isFinite(threshold) ? threshold : null };
        }),
        screened: walkers > 1,
        lostBefore: lost,
      });
    }
    picks.push(...found);
    if (loses > 0) lost += found.filter((_, i) => i % loses === 0).length;
    for (const pick of found) known.addStructure(pick.displacements);
    fresh = found.length > 0;
  }
  return { rounds, picks };
}

/** The toy's forces for a while, then numbers that are none. */
function blowsUp() {
  const { force } = toyModel();
  let calls = 0;
  return (u: Float64Array, forces: Float64Array) => (calls++ > 130 ? Number.NaN : force(u, forces));
}

const criterion: fc.Arbitrary<CriterionSettings> = fc.oneof(
  fc.record({
    name: fc.constant('trajectory-deviation' as const),
    n: fc.double({ min: 0.5, max: 3, noNaN: true }),
  }),
  fc.record({
    name: fc.constant('trajectory-average' as const),
    gamma: fc.double({ min: 1.05, max: 2, noNaN: true }),
  }),
  fc.record({ name: fc.constant('minimum-error' as const), last: fc.integer({ min: 1, max: 10 }) }),
  fc.record({
    name: fc.constant('fixed' as const),
    fractionOfFittingError: fc.double({ min: 0.1, max: 2, noNaN: true }),
  }),
);
const stories: fc.Arbitrary<Story> = fc.record({
  acquisition: fc.record({
    criterion,
    quantity: fc.constantFrom('rms' as const, 'largest-atom' as const),
    every: fc.integer({ min: 1, max: 5 }),
    window: fc.integer({ min: 60, max: 300 }),
    minWindow: fc.integer({ min: 0, max: 60 }),
    minGap: fc.integer({ min: 0, max: 40 }),
    stall: fc.option(
      fc.record({
        after: fc.integer({ min: 20, max: 150 }),
        structures: fc.integer({ min: 1, max: 30 }),
        fraction: fc.double({ min: 0.1, max: 1, noNaN: true }),
      }),
    ),
  }),
  lookahead: fc.integer({ min: 1, max: 4 }),
  walkers: fc.integer({ min: 1, max: 2 }),
  seed: fc.integer({ min: 0, max: 1000 }),
  wrecked: fc.subarray([1, 2, 3, 4, 5]),
  loses: fc.integer({ min: 0, max: 3 }),
  sampled: fc.subarray([1, 2, 3, 4, 5]),
});

const place = ({ walker: w, step, rule, error, threshold, mean, deviation }: Pick) => {
  return { walker: w, step, rule, error, threshold, mean, deviation };
};

describe('what if', () => {
  it('under its own settings every campaign decides as it did, structures after wrecks excepted', () => {
    let wrecks = 0;
    fc.assert(
      fc.property(stories, (story) => {
        const { rounds, picks } = campaign(story);
        const { updates, firstDifference } = whatIf(rounds);
        expect(firstDifference).toBeNull();
        const made = picks.filter((pick) => pick.rule !== 'wreck');
        wrecks += picks.length - made.length;
        const inOrder = updates.map(({ round: _, exact, ...update }) => {
          expect(exact).toBe(true);
          return update;
        });
        expect(new Set(inOrder.map((u) => JSON.stringify(u)))).toEqual(
          new Set(made.map((pick) => JSON.stringify(ordered(place(pick))))),
        );
      }),
      { numRuns: 60 },
    );
    expect(wrecks).toBeGreaterThan(5);
  });

  const story: Story = {
    acquisition: eager,
    lookahead: 2,
    walkers: 1,
    seed: 7,
    wrecked: [],
    loses: 0,
    sampled: [],
  };

  it('is exact up to the first difference: a campaign really run that way decides the same up to there', () => {
    const { rounds, picks } = campaign(story);
    const other = { ...eager, criterion: { name: 'trajectory-deviation', n: 2.2 } as const };
    const { updates, firstDifference } = whatIf(rounds, () => other);
    const real = campaign({ ...story, acquisition: other });
    expect(firstDifference).not.toBeNull();
    const exact = updates.filter((u) => u.exact);
    const until = firstDifference!.step;
    expect(real.picks.filter((p) => p.step <= until).map(place)).toEqual(
      exact.map((u) => place(u as unknown as Pick)),
    );
    // What follows is another story.
    expect(picks.filter((p) => p.step <= until).map((p) => p.step)).not.toEqual(exact.map((u) => u.step));
    expect(real.picks.map((p) => p.step)).not.toEqual(updates.map((u) => u.step));
  });

  it.each([
    [1.2, 'taken'],
    [4, 'not-taken'],
  ] as const)('with n = %s the first structure that differs is %s', (n, kind) => {
    const { rounds } = campaign({ ...story, acquisition: { ...eager, stall: null } });
    const other = { ...eager, stall: null, criterion: { name: 'trajectory-deviation', n } as const };
    expect(whatIf(rounds, () => other).firstDifference?.kind).toBe(kind);
  });

  it('is not exact beyond a screening that would have seen other thresholds', () => {
    const acquisition = { ...eager, criterion: { name: 'fixed', threshold: 0 } as const };
    const { rounds } = campaign({ ...story, walkers: 2, acquisition });
    const other = { ...acquisition, criterion: { name: 'fixed', threshold: 1e-9 } as const };
    const { firstDifference, updates } = whatIf(rounds, () => other);
    expect(firstDifference).toMatchObject({ round: 1, kind: 'screening' });
    expect(updates.some((u) => u.exact)).toBe(true);
    expect(updates.at(-1)?.exact).toBe(false);
  });
});

/** In the order of keys in which updates have them. */
function ordered({ step, error, mean, deviation, rule, threshold, walker: w }: ReturnType<typeof place>) {
  return { step, error, mean, deviation, rule, threshold, walker: w };
}
