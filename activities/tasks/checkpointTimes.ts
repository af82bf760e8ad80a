/** MD steps between two checkpoints, where steps are fast. */
const STEPS = 500;
/** Wall-clock seconds of MD that a crash may cost at most. */
export const MOST_SECONDS = 5;
/** A checkpoint is worth this many times what it took to write. */
const WORTH = 100;

export interface CheckpointTimes {
  /** Asked after every MD step. */
  isDue(step: number): boolean;
  /** Tells how long (s) the write took that was just made. */
  written(seconds: number): void;
}

/**
 * When a walker's progress is saved: each 500 steps; less often where that would cost more than a hundredth of the time; but at
 * the latest after five seconds, whatever a step and a checkpoint cost. Nothing that is computed depends on it.
 * @param now seconds of a monotonic clock
 */
export function checkpointTimes(now: () => number): CheckpointTimes {
  let last = now();
  let cost = 0;
  return {
    isDue(step) {
      const since = now() - last;
      return since >= MOST_SECONDS || (step % STEPS === 0 && since >= WORTH * cost);
    },
    written(seconds) {
      cost = seconds;
      last = now();
    },
  };
}
