import { describe, expect, it } from 'vitest';
import {
  decodeCheckpoint,
  decodePicks,
  decodeProgress,
  decodeTrace,
  encodeCheckpoint,
  encodePicks,
  encodeProgress,
  encodeTrace,
} from '../../src/exploration/codec.js';
import { traceOf } from '../../src/exploration/traceRecorder.js';
import type { ExplorationProgress, Pick, WalkerCheckpoint } from '../../src/exploration/types.js';
import { FrameError } from '../../src/numerics/frame.js';
import { eager, walker } from './toyModel.js';

const awkward = [-0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, -1 / 3, 2 ** 60 + 2 ** 8];
const numbers = () => Float64Array.from(awkward);

const checkpoint: WalkerCheckpoint = {
  state: { step: 123456789, displacements: numbers(), velocities: numbers().reverse() },
  window: { steps: [4, 8], values: [-0, 1 / 3] },
  lastPick: -1,
  anchor: { state: { step: 123456700, displacements: numbers(), velocities: numbers() }, picked: true },
  wrecks: { interval: -1, count: 0 },
  sinceRefit: { samples: 3, sum: 0.1 + 0.2, sumOfSquares: -0, steps: 12 },
  minimumErrors: [Number.NaN, 1e-300],
  freshForceField: true,
};
const pick: Pick = {
  walker: 3,
  step: 4_000_000_000,
  displacements: numbers(),
  rule: 'stall',
  error: -0,
  threshold: Number.POSITIVE_INFINITY,
  mean: Number.NaN,
  deviation: 1e-310,
  rmsError: 0.1,
  worstAtom: 1,
  worstAtomError: 0.3,
  temperature: 299.9,
};
const picks = [
  pick,
  { ...pick, step: 5, rule: 'wreck' as const, error: 7, displacements: numbers().fill(2) },
];
const trace = traceOf((_, column) => numbers().map((x) => x * (column + 1)));
const progress: ExplorationProgress = {
  input: { walker, acquisition: eager, checkpoint, untilStep: 9, lookahead: 2, pickedBefore: 5 },
  checkpoint: { ...checkpoint, lastPick: 5, freshForceField: false, minimumErrors: [] },
  picks,
  trace,
};

describe('bytes of an exploration', () => {
  it('come back bit for bit, −0, NaN and subnormal numbers included', () => {
    expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toStrictEqual(checkpoint);
    expect(decodePicks(encodePicks(picks))).toStrictEqual(picks);
    expect(decodePicks(encodePicks([]))).toStrictEqual([]);
    expect(decodeTrace(encodeTrace(trace))).toStrictEqual(trace);
    expect(decodeProgress(encodeProgress(progress))).toStrictEqual(progress);
    const bare = {
      ...progress,
      picks: [],
      input: { ...progress.input, acquisition: { ...eager, stall: null } },
    };
    expect(decodeProgress(encodeProgress(bare))).toStrictEqual(bare);
  });

  it('are the same for the same content', () => {
    expect(encodeProgress(structuredClone(progress))).toEqual(encodeProgress(progress));
  });

  it('say when they are cut short, at whichever byte', () => {
    const bytes = encodeCheckpoint(checkpoint);
    for (let length = 0; length < bytes.length; length += 7) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(FrameError);
    }
  });

  it('are not taken for something else', () => {
    expect(() => decodeTrace(encodeCheckpoint(checkpoint))).toThrow(FrameError);
    expect(() => decodeCheckpoint(new TextEncoder().encode('{"step": 3}'))).toThrow(FrameError);
  });
});
