import { describe, expect, it } from 'vitest';
import { assess, countRefit, levelling } from '../../src/campaign/convergence.js';
import { decide } from '../../src/campaign/decide.js';
import type { CampaignState, CountedRefit, ForceFieldSummary } from '../../src/campaign/state.js';
import { freshCampaign } from './play.js';
import { smallRules } from './world.js';

/** METHOD, "Convergence", sentence by sentence; timestep 1 fs, so that steps are femtoseconds. */

const FIELD: ForceFieldSummary = {
  ref: { kind: 'force-field', hash: 'a'.repeat(64), bytes: 1 },
  parametersHash: 'b'.repeat(64),
  fittingError: 0.01,
  logEvidence: 1,
  hyperparameters: { prior: 'none' },
  effectiveParameters: 10,
  notDetermined: [],
  test: null,
};

interface Walked {
  readonly step: number;
  readonly sinceRefit: number;
  /** μ and σ of the rms ε_B since the refit, eV/Å. */
  readonly mean: number;
  readonly deviation?: number;
}

function state(
  walkers: readonly Walked[],
  counted: readonly CountedRefit[],
  fromMd = counted.at(-1)?.structures ?? 0,
): CampaignState {
  const fresh = freshCampaign(smallRules({ walkers: walkers.map(() => ({ temperature: 300 })) }));
  return {
    ...fresh,
    forceField: FIELD,
    training: { ...fresh.training, md: fromMd },
    countedRefits: counted,
    walkers: walkers.map(({ step, sinceRefit, mean, deviation = 0 }, k) => ({
      ...fresh.walkers[k],
      step,
      sinceRefit: {
        samples: sinceRefit,
        sum: sinceRefit * mean,
        sumOfSquares: sinceRefit * (mean * mean + deviation * deviation),
        steps: sinceRefit,
      },
    })),
  };
}

const refits = (...all: readonly (readonly [structures: number, fittingError: number])[]): CountedRefit[] =>
  all.map(([structures, fittingError]) => ({ structures, fittingError }));
const ONE = refits([15, 0.01]);
const LEVEL = refits([15, 0.01], [19, 0.01]);
const walked = (mean: number): Walked => ({ step: 20_000, sinceRefit: 5000, mean });
const converged = (s: CampaignState) => assess(s, FIELD).converged;

describe('converged when μ ≤ 0.25 β^{-1/2}', () => {
  it('exactly there, and not above', () => {
    expect(converged(state([walked(0.0025)], ONE))).toBe(true);
    expect(converged(state([walked(0.0025001)], ONE))).toBe(false);
  });

  it('when the minimum MD time of 5 ps has been run, by every walker', () => {
    expect(converged(state([{ ...walked(0.001), step: 5000 }], ONE))).toBe(true);
    expect(converged(state([{ ...walked(0.001), step: 4999 }], ONE))).toBe(false);
    const second = { ...walked(0.001), step: 4999 };
    expect(assess(state([walked(0.001), second], ONE), FIELD).missing).toEqual(['the minimum MD time']);
  });

  it('assessed when every walker has run at least 1 ps since the last refit', () => {
    expect(converged(state([{ ...walked(0.001), sinceRefit: 1000 }], ONE))).toBe(true);
    const early = assess(state([walked(0.001), { ...walked(0.001), sinceRefit: 999 }], ONE), FIELD);
    expect(early).toMatchObject({
      converged: false,
      mean: null,
      deviation: null,
      ratio: null,
      expectedRmse: null,
    });
    expect(early.missing).toEqual(['enough MD since the last refit']);
  });

  it('with μ the largest of the walkers', () => {
    const large = walked(0.003);
    expect(converged(state([walked(0.001), walked(0.002)], ONE))).toBe(true);
    expect(converged(state([walked(0.001), large], ONE))).toBe(false);
    expect(converged(state([large, walked(0.001)], ONE))).toBe(false);
    expect(assess(state([walked(0.001), large], ONE), FIELD).mean).toBeCloseTo(0.003, 12);
  });
});

describe('or μ ≤ 0.35 β^{-1/2} with β^{-1/2} levelled off', () => {
  it('below 3 % over the last 4 structures', () => {
    expect(converged(state([walked(0.0035)], refits([15, 0.0102], [19, 0.01])))).toBe(true);
    expect(converged(state([walked(0.0035)], refits([15, 0.010301], [19, 0.01])))).toBe(false);
    expect(converged(state([walked(0.0035001)], LEVEL))).toBe(false);
  });

  it('is not asked where μ ≤ 0.25 β^{-1/2}', () => {
    expect(converged(state([walked(0.0025)], refits([15, 0.02], [19, 0.01])))).toBe(true);
  });

  it('on at least two counted refits that span the four structures', () => {
    const spans = (...counted: readonly (readonly [number, number])[]) =>
      converged(state([walked(0.003)], refits(...counted)));
    expect(spans([15, 0.01])).toBe(false);
    expect(spans([15, 0.01], [18, 0.01])).toBe(false);
    expect(spans([15, 0.01], [19, 0.01])).toBe(true);
    expect(spans([15, 0.01], [16, 0.01], [17, 0.01], [18, 0.01])).toBe(false);
    expect(spans([15, 0.01], [16, 0.01], [17, 0.01], [18, 0.01], [19, 0.01])).toBe(true);
  });

  it('says which of the two is missing', () => {
    expect(assess(state([walked(0.003)], ONE), FIELD).missing).toEqual([
      'μ at most 0.25 of the fitting error, or a fitting error that has levelled off',
    ]);
    expect(assess(state([walked(0.004)], LEVEL), FIELD).missing).toEqual([
      'μ at most 0.35 of the fitting error',
    ]);
  });
});

describe('(max − min)/last of β^{-1/2} over the last 4 structures', () => {
  it('takes extremes from anywhere in the span and the last as the unit', () => {
    const span = refits([15, 0.01], [17, 0.012], [18, 0.009], [19, 0.0095]);
    expect(levelling(span, 19, 4)).toBeCloseTo((0.012 - 0.009) / 0.0095, 12);
  });

  it('forgets what lies further back than the latest refit four structures ago', () => {
    const all = refits([15, 0.02], [16, 0.01], [18, 0.01], [20, 0.01]);
    expect(levelling(all, 20, 4)).toBe(0);
    expect(levelling(all, 19, 4)).toBeCloseTo(1, 12);
  });

  it('cannot be told from one refit, nor from none', () => {
    expect(levelling([], 15, 4)).toBeNull();
    expect(levelling(ONE, 15, 4)).toBeNull();
    // One refit alone that took in more than four structures at once: nothing to compare it with.
    expect(levelling(ONE, 30, 4)).toBeNull();
  });

  it('is the same whether old refits are kept or dropped, and few are kept', () => {
    const errors = [0.02, 0.015, 0.012, 0.011, 0.0105, 0.0102, 0.01, 0.0101, 0.0099, 0.0098];
    let kept: readonly CountedRefit[] = [];
    const all: CountedRefit[] = [];
    for (const [k, fittingError] of errors.entries()) {
      const refit = { structures: 15 + 2 * k, fittingError };
      all.push(refit);
      kept = countRefit(kept, refit, 4);
      expect(levelling(kept, refit.structures, 4)).toBe(levelling(all, refit.structures, 4));
      expect(kept.length).toBeLessThanOrEqual(3);
    }
  });
});

describe('only refits on at least 15 structures from MD, and on them alone, count', () => {
  const refitted = (counts: CampaignState['training'], before: readonly CountedRefit[]) => {
    const fresh = freshCampaign(smallRules());
    const ready: CampaignState = {
      ...fresh,
      stage: 'refit',
      displaced: true,
      idealLabel: FIELD.ref,
      countedRefits: before,
    };
    const { set: _, ...numbers } = counts;
    const trainingSet = { kind: 'training-set', hash: 'd'.repeat(64), bytes: 1 } as const;
    const event = {
      type: 'refitted',
      command: 'refit-0',
      forceField: FIELD,
      trainingSet,
      counts: numbers,
      checks: [],
      warnings: [],
      seconds: 1,
    } as const;
    return decide(ready, event).state.countedRefits;
  };
  const training = (md: number, random = 0, phonon = 0) => ({ set: null, random, phonon, md });

  it('by number', () => {
    expect(refitted(training(14), [])).toEqual([]);
    expect(refitted(training(15), [])).toEqual(refits([15, 0.01]));
  });

  it('by kind', () => {
    expect(refitted(training(15, 1), [])).toEqual([]);
    expect(refitted(training(30, 0, 1), [])).toEqual([]);
  });

  it('so that nothing is converged without one, however small μ is', () => {
    const early = assess(state([walked(1e-6)], [], 14), FIELD);
    expect(early.converged).toBe(false);
    expect(early.missing).toEqual(['15 structures from MD alone in the training set']);
  });
});

describe('what is reported', () => {
  it('is the fitting error and the expected RMSE sqrt(β⁻¹ + μ² + σ²)', () => {
    const { fittingError, mean, deviation, ratio, expectedRmse, spread } = assess(
      state([{ ...walked(0.004), deviation: 0.003 }], LEVEL),
      FIELD,
    );
    expect(fittingError).toBe(0.01);
    expect(mean).toBeCloseTo(0.004, 12);
    expect(deviation).toBeCloseTo(0.003, 12);
    expect(ratio).toBeCloseTo(0.4, 12);
    expect(spread).toBe(0);
    // sqrt(1e-4 + 1.6e-5 + 9e-6)
    expect(expectedRmse).toBeCloseTo(0.0111803398875, 12);
  });

  it('never has a negative variance from rounding', () => {
    const s = state([walked(0.1)], LEVEL);
    const sinceRefit = { ...s.walkers[0].sinceRefit, sumOfSquares: 5000 * 0.01 * (1 - 1e-15) };
    expect(assess({ ...s, walkers: [{ ...s.walkers[0], sinceRefit }] }, FIELD).deviation).toBe(0);
  });
});
