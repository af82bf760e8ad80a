import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AdviceFacts, advise } from '../../src/campaign/advice.js';
import { forecast, learn, learningCurve, learningOf, structuresFor } from '../../src/campaign/forecast.js';
import type { Assessment, CampaignState, LearningPoint } from '../../src/campaign/state.js';
import { freshCampaign, play } from './play.js';
import { createWorld, FRIENDLY, smallRules } from './world.js';

/** ratio² = c/N^p with scatter of relative size `noise`. */
function points(count: number, c: number, p: number, noise = 0): LearningPoint[] {
  return Array.from({ length: count }, (_, k) => {
    const structures = 5 + 2 * k;
    const scatter = noise * (k % 2 === 0 ? 1 : -1);
    return { structures, ratio: Math.sqrt(c * Math.exp(-p * Math.log(structures) + scatter)) };
  });
}

describe('the learning curve', () => {
  it('finds the structures at which an exact 1/N law meets the goal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 20 }), fc.double({ min: 0.5, max: 20, noNaN: true }), (n, c) => {
        const curve = learningCurve(points(n, c, 1))!;
        const needed = structuresFor(curve, 0.35)!;
        expect(curve.exponent).toBeCloseTo(1, 10);
        expect(needed.expected / (c / (0.35 * 0.35))).toBeCloseTo(1, 8);
        expect(needed.low).toBeLessThan(needed.expected);
        expect(needed.high!).toBeGreaterThan(needed.expected);
      }),
    );
  });

  it('believes the data over the law as they grow, and says less the less there is', () => {
    const slow = [2, 4, 8, 20].map((n) => learningCurve(points(n, 5, 0.5, 0.05))!);
    for (let k = 1; k < slow.length; k++) {
      expect(slow[k].exponent).toBeLessThan(slow[k - 1].exponent);
      expect(slow[k].exponentDeviation).toBeLessThan(slow[k - 1].exponentDeviation);
    }
    expect(slow[3].exponent).toBeCloseTo(0.5, 1);
    const width = (n: number) => {
      const { low, high } = structuresFor(learningCurve(points(n, 5, 1, 0.1))!, 0.2)!;
      return Math.log(high! / low);
    };
    expect(width(2)).toBeGreaterThan(width(6));
    expect(width(6)).toBeGreaterThan(width(20));
  });

  it('covers the truth about as often as it says', () => {
    let seed = 12345;
    const normal = () => {
      let sum = 0;
      for (let k = 0; k < 12; k++) {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        sum += seed / 4294967296;
      }
      return sum - 6;
    };
    let within = 0;
    const runs = 400;
    for (let run = 0; run < runs; run++) {
      const p = 1 + 0.3 * normal();
      const measured = points(7, 6, Math.max(0.3, p)).map(({ structures, ratio }) => {
        return { structures, ratio: ratio * Math.exp(0.125 * normal()) };
      });
      const truth = Math.exp((Math.log(6) - 2 * Math.log(0.25)) / Math.max(0.3, p));
      const needed = structuresFor(learningCurve(measured)!, 0.25)!;
      if (needed.low <= truth && truth <= needed.high!) within++;
    }
    expect(within / runs).toBeGreaterThan(0.55);
    expect(within / runs).toBeLessThan(0.85);
  });

  it('says nothing where ε_B does not fall, and without a point', () => {
    expect(structuresFor(learningCurve(points(20, 1, -0.5))!, 0.1)).toBeNull();
    expect(learningCurve([])).toBeNull();
  });

  it('keeps the latest look at each training set, and not more than it needs', () => {
    let kept: readonly LearningPoint[] = [];
    for (let n = 5; n < 60; n++) {
      kept = learn(kept, { structures: n, ratio: 1 });
      kept = learn(kept, { structures: n, ratio: 0.5 });
    }
    expect(kept).toHaveLength(24);
    expect(kept.at(-1)).toEqual({ structures: 59, ratio: 0.5 });
    expect(kept.every((p) => p.ratio === 0.5)).toBe(true);
  });
});

describe('the forecast of a campaign', () => {
  const slow = { ...FRIENDLY, bayesianError: (n: number) => 0.02 / Math.sqrt(n + 1) };

  it('in the state and from the ledger rests on the same learning curve', () => {
    const world = createWorld(slow);
    const end = play(freshCampaign(smallRules()), world);
    expect(end.learning!.length).toBeGreaterThan(3);
    expect(learningOf(world.ledger(end.ledger.head))).toEqual(end.learning);
  });

  it('comes true in a world with a 1/√N error: structures, and no time left at the end', () => {
    const seen: CampaignState[] = [];
    const end = play(freshCampaign(smallRules()), createWorld(slow), {
      watch: (state) => void (state.stage === 'explore' && seen.push(state)),
    });
    expect(end.verdict?.kind).toBe('converged');
    const early = seen.find((s) => (s.learning?.length ?? 0) >= 3)!;
    const { structures, seconds } = forecast(early);
    const really = end.training.md - early.training.md;
    expect(structures!.low).toBeLessThanOrEqual(really);
    expect(structures!.high!).toBeGreaterThanOrEqual(really - 4);
    expect(seconds!.expected).toBeGreaterThan(0);
    expect(seconds!.low).toBeLessThanOrEqual(seconds!.expected);
  });

  it('says which limit comes first', () => {
    const rules = smallRules({ limits: { steps: 100_000, structures: 18, roundSteps: 1000 } });
    const hard = { ...FRIENDLY, bayesianError: (n: number) => 0.06 / Math.sqrt(n + 1) };
    const seen: CampaignState[] = [];
    const end = play(freshCampaign(rules), createWorld(hard), {
      watch: (state) => void (state.stage === 'explore' && seen.push(state)),
    });
    expect(end.verdict?.kind).toBe('exhausted');
    expect(forecast(seen.at(-1)!).limitFirst).toBe('structures');
  });

  it('knows only the least before ε_B could be judged', () => {
    const state = freshCampaign(smallRules());
    expect(forecast(state).structures).toBeNull();
    const young = { ...state, training: { ...state.training, md: 4 } };
    expect(forecast(young).structures).toEqual({ expected: 11, low: 11, high: null });
    expect(forecast(young).seconds).toBeNull();
  });
});

describe('advice', () => {
  const assessment: Assessment = {
    converged: false,
    fittingError: 0.01,
    mean: 0.005,
    deviation: 0.001,
    ratio: 0.5,
    spread: 0.01,
    expectedRmse: 0.0113,
    missing: ['μ at most 0.35 of the fitting error'],
  };
  const facts: AdviceFacts = {
    verdict: 'exhausted',
    rules: smallRules(),
    assessment,
    fittingError: 0.01,
    learning: points(8, 5, 1),
    fromMd: 20,
    picked: 20,
    quarantined: 0,
    wrecks: 0,
    steps: 100_000,
    notDetermined: [],
  };

  it('asks for more time where μ still falls, with the number of structures', () => {
    const [first, ...rest] = advise(facts);
    expect(first).toMatch(/μ is 50 % .* falls as N\^−0\.5: about 21 \(\d+–\d+\) more structures/);
    expect(rest).toEqual([]);
  });

  it('asks for a richer expansion where the fitting error is what is large', () => {
    const small = { ...facts, assessment: { ...assessment, ratio: 0.2 }, notDetermined: [4] };
    expect(advise(small).join()).toMatch(
      /fitting error, 10\.0 meV\/Å, makes up 96 % .* n_max .* Order 4 took nothing/,
    );
    expect(advise(small).join()).not.toMatch(/more structures bring/);
  });

  it('names what was missing: time, structures, a judged refit', () => {
    expect(advise({ ...facts, steps: 100, assessment: null })[0]).toMatch(
      /before convergence\.minTime of 5 ps/,
    );
    expect(advise({ ...facts, fromMd: 5, assessment: null })[0]).toMatch(/Only 5 of the 15 .*about 390 ps/);
    expect(advise({ ...facts, assessment: { ...assessment, ratio: null } })[0]).toMatch(
      /less than 1 ps before/,
    );
  });

  it('tells of wrecks and rejected labels', () => {
    const stalled = advise({ ...facts, verdict: 'stalled', wrecks: 3, quarantined: 4 });
    expect(stalled.join('\n')).toMatch(
      /4 of 20 structures .* reference\.gate[\s\S]*3 trajectories were wrecked/,
    );
    expect(advise({ ...facts, verdict: 'stalled' })[0]).toMatch(/No label was accepted/);
    expect(advise({ ...facts, verdict: null })).toEqual([]);
    expect(advise({ ...facts, verdict: 'converged' })).toEqual([]);
  });
});
