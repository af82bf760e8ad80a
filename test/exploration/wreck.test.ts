import { describe, expect, it } from 'vitest';
import { explore } from '../../src/exploration/explore.js';
import type { ExplorationInput, ExplorationResult, WalkerCheckpoint } from '../../src/exploration/types.js';
import { afterRefit } from '../../src/exploration/walker.js';
import type { ForceFunction } from '../../src/md/types.js';
import { toyCrystal } from '../md/toyCrystal.js';
import { eager, silent, toyInput, toyModel } from './toyModel.js';

/** The toy's forces, until the step `at` of a walk that starts at `from`. */
function blowsUp(from: number, at: number): ForceFunction {
  const { force } = toyCrystal(3, 60, 10, 40);
  let step = from - 1;
  return (u, forces) => {
    step++;
    const energy = force(u, forces);
    return step >= at ? Number.NaN : energy;
  };
}

function walk(input: ExplorationInput, blowAt = Number.POSITIVE_INFINITY): ExplorationResult {
  const result = explore(input, toyModel(blowsUp(input.checkpoint.state.step, blowAt)));
  if (result.outcome === 'stopped') throw new Error('stopped');
  return result;
}

const input = toyInput({ acquisition: silent, untilStep: 600 });
const onwards = (checkpoint: WalkerCheckpoint) => ({ ...input, checkpoint: afterRefit(checkpoint) });
const stateAt = (untilStep: number) => walk({ ...input, untilStep }).checkpoint.state;

describe('a wreck', () => {
  it('labels the state at the last multiple of 100 steps, and the walker resumes from there', () => {
    const result = walk(input, 260);
    expect(result.outcome).toBe('wrecked');
    expect(result.detail).toContain('step 260');
    expect(result.picks).toHaveLength(1);
    expect(result.picks[0]).toMatchObject({
      rule: 'wreck',
      step: 200,
      displacements: stateAt(200).displacements,
    });
    expect(result.picks[0].error).toBe(result.trace.columns.rmsError[199]);
    expect(result.picks[0].mean).toBe(result.trace.columns.mean[199]);
    expect(result.checkpoint.state).toEqual(stateAt(200));
    expect(result.checkpoint.lastPick).toBe(200);
    expect(result.checkpoint.wrecks).toEqual({ interval: 200, count: 1 });
    const healthy = walk(input);
    const next = walk(onwards(result.checkpoint));
    for (const name of ['step', 'rmsError', 'mean', 'deviation', 'temperature'] as const) {
      expect(next.trace.columns[name]).toEqual(healthy.trace.columns[name].slice(200));
    }
  });

  it('at a multiple of 100 goes back to the one before', () => {
    expect(walk(input, 300).picks.map((p) => p.step)).toEqual([200]);
    expect(walk(input, 1).checkpoint.state).toEqual(input.checkpoint.state);
  });

  it('does not depend on where rounds ended', () => {
    const first = walk({ ...input, untilStep: 230 });
    const second = walk({ ...input, checkpoint: first.checkpoint }, 260);
    expect(second.checkpoint.state).toEqual(stateAt(200));
    expect(second.checkpoint.window).toEqual(walk(input, 260).checkpoint.window);
  });

  it('for the second time in an interval goes half way back to the ideal lattice; the third waits for a person', () => {
    const first = walk(input, 260);
    const second = walk(onwards(first.checkpoint), 210);
    const { displacements, velocities } = stateAt(200);
    const half = displacements.map((x) => x / 2);
    expect(second.outcome).toBe('wrecked');
    expect(second.picks).toHaveLength(1);
    expect(second.picks[0]).toMatchObject({ rule: 'wreck', step: 200, displacements: half });
    expect(second.checkpoint.state).toEqual({ step: 200, displacements: half, velocities });
    const third = walk(onwards(second.checkpoint), 290);
    expect(third.outcome).toBe('stuck');
    expect(third.detail).toContain('wreck 3');
    expect(third.picks).toEqual([]);
    expect(third.checkpoint.state).toEqual(second.checkpoint.state);
  });

  it('in another interval counts anew', () => {
    const next = walk(onwards(walk(input, 260).checkpoint), 420);
    expect(next.checkpoint.wrecks).toEqual({ interval: 400, count: 1 });
    expect(next.picks.map((p) => p.step)).toEqual([400]);
  });

  it('does not pick a structure that was picked already', () => {
    const acquisition = { ...silent, stall: { after: 200, structures: 1, fraction: 1e9 } };
    const result = walk({ ...input, acquisition }, 260);
    expect(result.outcome).toBe('wrecked');
    expect(result.picks).toMatchObject([{ step: 200, rule: 'stall' }]);
    const first = walk({ ...input, acquisition, lookahead: 1 });
    const second = walk(
      { ...input, acquisition, checkpoint: afterRefit(first.checkpoint), pickedBefore: 1 },
      260,
    );
    expect(second.picks).toEqual([]);
    expect(second.checkpoint.wrecks.count).toBe(1);
  });

  it('on the way from the ideal lattice waits for a person at once: its label would be 0 = 0', () => {
    expect(input.checkpoint.state.displacements.every((x) => x === 0)).toBe(true);
    const result = walk(input, 60);
    expect(result.outcome).toBe('stuck');
    expect(result.detail).toMatch(/wreck 1 after step 0, at step 60: .*ideal lattice/);
    expect(result.picks).toEqual([]);
    const stall = { after: 40, structures: 9, fraction: 1e9 };
    const partly = walk({ ...input, acquisition: { ...silent, minWindow: 0, stall } }, 60);
    expect(partly.outcome).toBe('wrecked');
    expect(partly.picks.map((p) => p.rule)).toEqual(['stall']);
    expect(partly.checkpoint.state).toEqual(input.checkpoint.state);
  });

  it('keeps the structures that the criterion took before', () => {
    const result = walk(toyInput({ acquisition: eager, lookahead: 20 }), 370);
    expect(result.picks.at(-1)).toMatchObject({ rule: 'wreck', step: 300 });
    expect(result.picks.length).toBeGreaterThan(1);
  });
});
