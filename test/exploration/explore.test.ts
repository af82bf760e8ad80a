import { describe, expect, it } from 'vitest';
import { decodeProgress, encodeProgress } from '../../src/exploration/codec.js';
import { explore } from '../../src/exploration/explore.js';
import type { Exploration, ExplorationHooks, WalkerReport } from '../../src/exploration/model.js';
import type {
  ExplorationInput,
  ExplorationProgress,
  ExplorationResult,
} from '../../src/exploration/types.js';
import { afterRefit, newWalker } from '../../src/exploration/walker.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { eager, silent, toyInput, toyModel, walker } from './toyModel.js';

function finished(result: Exploration): ExplorationResult {
  if (result.outcome === 'stopped') throw new Error('stopped');
  return result;
}

/** Explores with stops after the given numbers of steps, a fresh model each time and the progress through its bytes. */
function interrupted(input: ExplorationInput, pieces: readonly number[]): ExplorationResult {
  let from: ExplorationInput | ExplorationProgress = input;
  for (let piece = 0; ; piece++) {
    let left = pieces[piece] ?? Number.POSITIVE_INFINITY;
    const result: Exploration = explore(from, toyModel(), { shouldStop: () => --left <= 0 });
    if (result.outcome !== 'stopped') return result;
    from = decodeProgress(encodeProgress(result.progress));
  }
}

describe('an exploration', () => {
  it('ends at M picks, adding each but the last to the covariance, in order', () => {
    const model = toyModel();
    const result = finished(explore(toyInput({ lookahead: 3, untilStep: 100_000 }), model));
    expect(result.outcome).toBe('triggered');
    expect(result.picks).toHaveLength(3);
    expect(model.added).toEqual(result.picks.slice(0, 2).map((pick) => pick.displacements));
    expect(result.checkpoint.state.step).toBe(result.picks[2].step);
    expect(result.checkpoint.state.displacements).toEqual(result.picks[2].displacements);
    expect(result.checkpoint.lastPick).toBe(result.picks[2].step);
    const { columns } = result.trace;
    for (const pick of result.picks) {
      const row = columns.step.indexOf(pick.step);
      expect(pick.rmsError).toBe(columns.rmsError[row]);
      expect(pick.threshold).toBe(columns.threshold[row]);
      expect(pick.temperature).toBe(columns.temperature[row]);
      expect(pick.walker).toBe(2);
      if (pick.rule === 'trajectory-deviation') expect(pick.error).toBeGreaterThan(pick.threshold);
    }
  });

  it('lowers ε_B of the next step by its own picks', () => {
    const result = finished(explore(toyInput({ lookahead: 2 }), toyModel()));
    const alone = finished(explore(toyInput({ lookahead: 1 }), toyModel()));
    const { rmsError, step } = result.trace.columns;
    const at = step.indexOf(alone.picks[0].step);
    expect(rmsError.slice(0, at + 1)).toEqual(alone.trace.columns.rmsError);
    expect(rmsError[at + 1]).toBeLessThan(0.9 * rmsError[at]);
  });

  it('takes the structure that a person wants, once, and counts it like any other', () => {
    const wanted = explore(toyInput({ sample: true, lookahead: 2 }), toyModel());
    if (wanted.outcome === 'stopped') throw new Error('stopped');
    expect(wanted.picks[0]).toMatchObject({ rule: 'person', step: 1 });
    expect(wanted.picks.filter(({ rule }) => rule === 'person')).toHaveLength(1);
    // Stopped after it and gone on with, it is not taken again.
    let steps = 0;
    const stopped = explore(toyInput({ sample: true, lookahead: 2 }), toyModel(), {
      shouldStop: () => ++steps > 3,
    });
    if (stopped.outcome !== 'stopped') throw new Error('not stopped');
    expect(explore(decodeProgress(encodeProgress(stopped.progress)), toyModel())).toEqual(wanted);
  });

  it('ends at the last step of the round', () => {
    const result = finished(explore(toyInput({ acquisition: silent, untilStep: 250 }), toyModel()));
    expect(result.outcome).toBe('reached');
    expect(result.picks).toEqual([]);
    expect(result.checkpoint.state.step).toBe(250);
    expect(result.trace.columns.step).toEqual(Float64Array.from({ length: 250 }, (_, i) => i + 1));
  });

  it('adds up the rms ε_B since the refit, whatever quantity triggers', () => {
    const acquisition = { ...silent, quantity: 'largest-atom' as const, every: 4 };
    const input = toyInput({ acquisition, untilStep: 402 });
    const first = finished(explore(input, toyModel()));
    const { rmsError, largestAtomError, mean } = first.trace.columns;
    expect(first.checkpoint.sinceRefit).toEqual({
      samples: 100,
      steps: 402,
      sum: rmsError.reduce((s, e) => s + e, 0),
      sumOfSquares: rmsError.reduce((s, e) => s + e * e, 0),
    });
    // The window holds what triggers: 37 samples of the last 150 steps.
    const window = largestAtomError.slice(-38, -1);
    expect(mean.at(-1)).toBeCloseTo(window.reduce((s, e) => s + e, 0) / 37, 14);
    const next = afterRefit(first.checkpoint);
    expect(next.sinceRefit.samples).toBe(0);
    const second = finished(explore({ ...input, checkpoint: next, untilStep: 500 }, toyModel()));
    expect(second.checkpoint.sinceRefit.steps).toBe(98);
    expect(second.trace.columns.step[0]).toBe(404);
    expect(second.trace.columns.mean[0]).toBeGreaterThan(0);
  });

  it('stores ε_B right after each refit, the last ten', () => {
    const input = toyInput({ acquisition: silent, untilStep: 10 });
    let result = finished(explore(input, toyModel()));
    expect(result.checkpoint.minimumErrors).toEqual([result.trace.columns.rmsError[0]]);
    for (let refit = 2; refit <= 13; refit++) {
      const checkpoint = afterRefit(result.checkpoint);
      result = finished(explore({ ...input, checkpoint, untilStep: 10 * refit }, toyModel()));
      expect(result.checkpoint.minimumErrors.at(-1)).toBe(result.trace.columns.rmsError[0]);
    }
    expect(result.checkpoint.minimumErrors).toHaveLength(10);
  });

  it('counts what the campaign has picked before in the stall rule', () => {
    const acquisition = { ...silent, stall: { after: 100, structures: 15, fraction: 1e9 } };
    const steps = (pickedBefore: number) =>
      finished(explore(toyInput({ acquisition, pickedBefore, lookahead: 9 }), toyModel())).picks.map(
        (p) => p.step,
      );
    expect(steps(12)).toEqual([100, 200, 300]);
    expect(steps(15)).toEqual([]);
  });

  it('shows its progress', () => {
    const reports: WalkerReport[] = [];
    const onProgress = (report: WalkerReport) => reports.push(report);
    explore(toyInput({ acquisition: { ...eager, every: 4 }, untilStep: 40 }), toyModel(), { onProgress });
    expect(reports.map((r) => r.step)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  });
});

describe('a walker that is stopped and goes on', () => {
  it.each([1, 4])('gives the same bits, picks and trace (ε_B at every %i-th step)', (every) => {
    const input = toyInput({ acquisition: { ...eager, every }, lookahead: 5, untilStep: 2000 });
    const whole = finished(explore(input, toyModel()));
    expect(whole.picks.length).toBe(5);
    const random = new Float64Array(40);
    for (let attempt = 0; attempt < 8; attempt++) {
      createNormals(every).fill(1, 0, attempt, random);
      const pieces = [...random].map((x) => 1 + Math.floor(40 * Math.abs(x)));
      expect(interrupted(input, pieces)).toStrictEqual(whole);
    }
  });

  it('goes on from any checkpoint that it hands out, and handing out changes nothing', () => {
    const input = toyInput({ lookahead: 5, untilStep: 2000 });
    const whole = finished(explore(input, toyModel()));
    const kept: Uint8Array[] = [];
    const hooks: ExplorationHooks = {
      wantsCheckpoint: (step) => step % 37 === 0,
      onCheckpoint: (p) => kept.push(encodeProgress(p)),
    };
    expect(explore(input, toyModel(), hooks)).toStrictEqual(whole);
    expect(kept.length).toBeGreaterThan(5);
    for (const bytes of kept) expect(explore(decodeProgress(bytes), toyModel())).toStrictEqual(whole);
  });

  it('is the same walk in rounds of any length while nothing is picked', () => {
    const input = toyInput({ acquisition: silent, untilStep: 500 });
    const whole = finished(explore(input, toyModel()));
    const half = finished(explore({ ...input, untilStep: 233 }, toyModel()));
    const rest = finished(explore({ ...input, checkpoint: half.checkpoint }, toyModel()));
    expect(rest.checkpoint).toStrictEqual(whole.checkpoint);
    expect(rest.trace.columns.mean).toEqual(whole.trace.columns.mean.slice(233));
  });

  it('leaves its input as it was', () => {
    const input = toyInput();
    const copy = structuredClone(input);
    explore(input, toyModel());
    expect(input).toStrictEqual(copy);
  });
});

describe('the start of a walker', () => {
  const { masses } = toyModel();
  it('is a displacement and velocities at T, or the sites and velocities at 2T', () => {
    const displacements = new Float64Array(81).fill(0.1);
    const warm = newWalker(walker, masses, { from: 'phonons', displacements });
    const cold = newWalker(walker, masses, { from: 'sites' });
    expect(warm.state.displacements).toEqual(displacements);
    expect(warm.state.displacements).not.toBe(displacements);
    expect(Math.max(...cold.state.displacements)).toBe(0);
    cold.state.velocities.forEach((v, i) => {
      expect(v / warm.state.velocities[i]).toBeCloseTo(Math.SQRT2, 10);
    });
    const other = newWalker({ ...walker, walker: 3 }, masses, { from: 'sites' });
    expect(other.state.velocities).not.toEqual(cold.state.velocities);
  });
});
