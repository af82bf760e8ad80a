import { describe, expect, it } from 'vitest';
import { decodeProgress, encodeProgress } from '../../src/exploration/codec.js';
import { explore } from '../../src/exploration/explore.js';
import type { Exploration } from '../../src/exploration/model.js';
import type { ExplorationInput, ExplorationProgress, WalkerSettings } from '../../src/exploration/types.js';
import { newWalker } from '../../src/exploration/walker.js';
import { argonModel, argonModelParts } from '../support/argonModel.js';
import { eager } from './toyModel.js';

const { masses } = argonModelParts;

const walker: WalkerSettings = { walker: 0, temperature: 40, timestep: 5, friction: 0.01, seed: 3 };
const input: ExplorationInput = {
  walker,
  acquisition: eager,
  checkpoint: newWalker(walker, masses, { from: 'sites' }),
  untilStep: 1000,
  lookahead: 4,
  pickedBefore: 0,
};

describe('an exploration with the real kernels (argon, 108 atoms)', () => {
  const whole = explore(input, argonModel());
  if (whole.outcome === 'stopped') throw new Error('stopped');

  it('picks, and its picks lower ε_B', () => {
    expect(whole.outcome).toBe('triggered');
    const { rmsError, step } = whole.trace.columns;
    const at = step.indexOf(whole.picks[0].step);
    expect(rmsError[at + 1]).toBeLessThan(rmsError[at]);
  });

  it('is the same to the last bit when it is stopped and resumed by fresh kernels', () => {
    let from: ExplorationInput | ExplorationProgress = input;
    for (let piece = 0; piece < 1000; piece++) {
      let left = 61;
      const result: Exploration = explore(from, argonModel(), { shouldStop: () => --left <= 0 });
      if (result.outcome !== 'stopped') {
        expect(result).toStrictEqual(whole);
        expect(piece).toBeGreaterThan(2);
        return;
      }
      from = decodeProgress(encodeProgress(result.progress));
    }
    throw new Error('never ended');
  });
});
