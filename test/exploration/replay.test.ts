import { describe, expect, it } from 'vitest';
import { explore } from '../../src/exploration/explore.js';
import { replayDecisions } from '../../src/exploration/replay.js';
import { eager, toyInput, toyModel } from './toyModel.js';

const { fittingError } = toyModel();

describe('decisions made again from the trace', () => {
  it.each([1, 4])('are those of the walk (ε_B at every %i-th step)', (every) => {
    const acquisition = { ...eager, every };
    const input = toyInput({ acquisition, lookahead: 6, untilStep: 1500, pickedBefore: 3 });
    const walk = explore(input, toyModel());
    if (walk.outcome === 'stopped') throw new Error('stopped');
    const settings = { acquisition, fittingError, picked: 3 };
    const replay = replayDecisions(walk.trace, settings, input.checkpoint, 6);
    expect(walk.picks.length).toBeGreaterThan(3);
    expect(replay.taken).toStrictEqual(
      walk.picks.map(({ step, rule, error, threshold, mean, deviation }) => {
        return { step, rule, error, threshold, mean, deviation };
      }),
    );
    const { window, lastPick, minimumErrors, freshForceField } = walk.checkpoint;
    expect(replay.state).toStrictEqual({ window, lastPick, minimumErrors, freshForceField });
  });

  it('are others under another criterion', () => {
    const input = toyInput({ lookahead: 6, untilStep: 1500 });
    const walk = explore(input, toyModel());
    if (walk.outcome === 'stopped') throw new Error('stopped');
    const acquisition = { ...eager, criterion: { name: 'fixed', threshold: 0 } as const };
    const replay = replayDecisions(walk.trace, { acquisition, fittingError, picked: 0 }, input.checkpoint, 6);
    expect(replay.taken.map((t) => t.step)).toEqual([61, 86, 111, 136, 161, 186]);
  });
});
