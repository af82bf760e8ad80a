import { describe, expect, it } from 'vitest';
import { decodeProgress, encodeProgress } from '../../src/exploration/codec.js';
import { explore } from '../../src/exploration/explore.js';
import type { Exploration } from '../../src/exploration/model.js';
import type { ExplorationInput, ExplorationProgress, WalkerSettings } from '../../src/exploration/types.js';
import { newWalker } from '../../src/exploration/walker.js';
import { kineticEnergy, kineticTemperature } from '../../src/md/state.js';
import { silent, toyInput, toyModel, walker } from './toyModel.js';

const program = [
  { from: 100, to: 500, steps: 1000 },
  { from: 500, to: 500, steps: 500 },
  { from: 150, to: 150, steps: 500 },
];
const masses = toyModel().masses;

function input(settings: WalkerSettings, overrides: Partial<ExplorationInput> = {}): ExplorationInput {
  const checkpoint = newWalker(settings, masses, { from: 'sites' });
  return toyInput({ walker: settings, checkpoint, ...overrides });
}

function walk(from: ExplorationInput, pieces: readonly number[]): Exploration {
  let next: ExplorationInput | ExplorationProgress = from;
  for (let piece = 0; ; piece++) {
    let left = pieces[piece] ?? Number.POSITIVE_INFINITY;
    const result: Exploration = explore(next, toyModel(), { shouldStop: () => --left <= 0 });
    if (result.outcome !== 'stopped') return result;
    next = decodeProgress(encodeProgress(result.progress));
  }
}

describe('a walker on a temperature schedule', () => {
  it.each(['langevin', 'bussi'] as const)(
    'goes on to the same bits wherever it was stopped (%s)',
    (thermostat) => {
      const from = input({ ...walker, thermostat, temperature: program }, { untilStep: 700, lookahead: 50 });
      const whole = walk(from, []);
      expect(walk(from, [1, 250, 333])).toEqual(whole);
      const { walker: settings } = decodeProgress(
        encodeProgress({
          ...from,
          input: from,
          picks: [],
          trace: whole.outcome === 'stopped' ? whole.progress.trace : whole.trace,
        }),
      ).input;
      expect(settings).toEqual(from.walker);
    },
  );

  it('begins at its first temperature, follows it, and survives a jump to a lower one', () => {
    const cold = { ...walker, temperature: program };
    const start = input(cold).checkpoint.state;
    const constant = input({ ...walker, temperature: 100 }).checkpoint.state;
    expect(start).toEqual(constant);
    expect(kineticTemperature(kineticEnergy(start.velocities, masses), masses.length)).toBeLessThan(300);

    const done = walk(input(cold, { acquisition: silent, untilStep: 2000 }), []);
    expect(done.outcome).toBe('reached');
    if (done.outcome === 'stopped') return;
    const { temperature } = done.trace.columns;
    const mean = (first: number, last: number) =>
      temperature.slice(first, last).reduce((sum, t) => sum + t, 0) / (last - first);
    expect(mean(400, 600)).toBeGreaterThan(220);
    expect(mean(400, 600)).toBeLessThan(380);
    expect(mean(1100, 1500)).toBeGreaterThan(420);
    expect(mean(1700, 2000)).toBeLessThan(210);
  });

  it('is the walk of before where nothing is said of a thermostat', () => {
    const plain = walk(input(walker), []);
    expect(walk(input({ ...walker, thermostat: 'langevin' }), [])).toEqual(plain);
    expect(walk(input({ ...walker, thermostat: 'bussi' }), [])).not.toEqual(plain);
  });
});
