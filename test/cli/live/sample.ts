import type { LiveState, LiveWalker } from '../../../src/cli/live/types.js';

export function sampleWalker(walker: number, change: Partial<LiveWalker> = {}): LiveWalker {
  return {
    walker,
    step: 32_412,
    time: 32.412,
    stepsPerSecond: 411.6,
    temperature: 301.2,
    error: 0.00231,
    mean: 0.0023,
    deviation: 0.00025,
    threshold: 0.00305,
    recent: Array.from({ length: 300 }, (_, i) => 0.0023 + 0.0006 * Math.sin(i / 12)),
    ...change,
  };
}

export function sampleState(change: Partial<LiveState> = {}): LiveState {
  return {
    campaign: 'silicon',
    verdict: 'running',
    stage: 'MD',
    round: 12,
    walkers: [sampleWalker(1)],
    structures: { training: 17, fromMd: 12, pending: 2, quarantined: 1 },
    fittingError: 0.0102,
    expectedError: { low: 0.0098, high: 0.0117 },
    progress: {
      time: { have: 32.4, need: 5 },
      sinceRefit: { have: 0.4, need: 1 },
      structures: { have: 12, need: 15 },
      ratio: { have: 0.31, strict: 0.25, relaxed: 0.35 },
      levelling: { have: 0.041, need: 0.03 },
    },
    timeLeft: 84,
    elapsed: 134,
    server: 'embedded, 127.0.0.1:45123',
    results: 'runs/silicon',
    messages: ['00:02:10 refit on 17 structures: β^{-1/2} = 10.2 meV/Å'],
    ...change,
  };
}
