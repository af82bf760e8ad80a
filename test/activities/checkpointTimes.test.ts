import { describe, expect, it } from 'vitest';
import { checkpointTimes, MOST_SECONDS } from '../../activities/tasks/checkpointTimes.js';

/** Steps at which checkpoints fall, with steps and writes that take a given time (s). */
function checkpoints(steps: number, stepSeconds: number, writeSeconds: number) {
  let now = 0;
  const times = checkpointTimes(() => now);
  const at: { readonly step: number; readonly time: number }[] = [];
  for (let step = 1; step <= steps; step++) {
    now += stepSeconds;
    if (!times.isDue(step)) continue;
    now += writeSeconds;
    times.written(writeSeconds);
    at.push({ step, time: now });
  }
  return at;
}

describe('checkpoints of a walker', () => {
  it('fall each 500 steps where steps are fast and writing costs nothing', () => {
    expect(checkpoints(2000, 1e-4, 1e-5).map(({ step }) => step)).toEqual([500, 1000, 1500, 2000]);
  });

  it.each([
    ['slow steps', 1, 0.01],
    ['slow writing', 1e-3, 2],
    ['both', 0.7, 3],
  ])('are never further apart than five seconds of MD: %s', (_, stepSeconds, writeSeconds) => {
    const at = checkpoints(20_000, stepSeconds, writeSeconds);
    expect(at.length).toBeGreaterThan(2);
    let before = 0;
    for (const { time } of at) {
      expect(time - writeSeconds - before).toBeLessThanOrEqual(MOST_SECONDS + stepSeconds + 1e-9);
      before = time;
    }
  });

  it('cost less than a hundredth of the time where five seconds allow it', () => {
    const write = 0.02;
    const at = checkpoints(100_000, 1e-3, write);
    expect((at.length * write) / at.at(-1)!.time).toBeLessThan(0.01);
  });
});
