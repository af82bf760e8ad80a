import type { WindowState } from './types.js';

/** Statistics of the window as a decision at some step sees them. */
export interface WindowStatistics {
  readonly samples: number;
  /** Step of the oldest sample in the window; NaN where it is empty. */
  readonly oldest: number;
  /** μ_k, eV/Å; NaN where the window is empty. */
  readonly mean: number;
  /** σ_k over the samples in it (divided by their number), eV/Å; NaN where the window is empty. */
  readonly deviation: number;
}

/**
 * The sliding window of ε_B over the previous k MD steps. The sums are taken afresh from the stored samples, oldest first:
 * nothing drifts, and a window that was stored and read back gives the same bits (a thousand samples take about 2 µs).
 */
export interface Window {
  /** The samples of steps s − k … s − 1. */
  at(step: number): WindowStatistics;
  /** Adds a sample; steps ascend. */
  push(step: number, value: number): void;
  /** Forgets every sample after `step`: the window is what it was there, as long as that is not more than `rewindable` steps back. */
  rewind(step: number): void;
  state(): WindowState;
}

/** A window over `length` MD steps that can go back by `rewindable` steps. */
export function createWindow(length: number, rewindable: number, from?: WindowState): Window {
  const kept = length + rewindable;
  let steps = new Float64Array(64);
  let values = new Float64Array(64);
  let start = 0;
  let end = 0;

  function makeRoom(): void {
    if (end < steps.length) return;
    const count = end - start;
    const capacity = 2 * count > steps.length ? 2 * steps.length : steps.length;
    steps = moved(steps, start, end, capacity);
    values = moved(values, start, end, capacity);
    start = 0;
    end = count;
  }

  const window: Window = {
    at(step) {
      let first = start;
      while (first < end && steps[first] < step - length) first++;
      let last = end;
      while (last > first && steps[last - 1] >= step) last--;
      return statistics(steps, values, first, last);
    },
    push(step, value) {
      makeRoom();
      steps[end] = step;
      values[end] = value;
      end++;
      // The next decision, at step + 1 or later, may still be rewound to one `rewindable` steps before it.
      while (steps[start] <= step - kept) start++;
    },
    rewind(step) {
      while (end > start && steps[end - 1] > step) end--;
    },
    state: () => ({ steps: [...steps.subarray(start, end)], values: [...values.subarray(start, end)] }),
  };
  if (from !== undefined) {
    for (let i = 0; i < from.steps.length; i++) window.push(from.steps[i], from.values[i]);
  }
  return window;
}

function statistics(
  steps: Float64Array,
  values: Float64Array,
  first: number,
  last: number,
): WindowStatistics {
  const samples = last - first;
  if (samples === 0) return { samples, oldest: Number.NaN, mean: Number.NaN, deviation: Number.NaN };
  let sum = 0;
  for (let i = first; i < last; i++) sum += values[i];
  const mean = sum / samples;
  let squares = 0;
  for (let i = first; i < last; i++) {
    const d = values[i] - mean;
    squares += d * d;
  }
  return { samples, oldest: steps[first], mean, deviation: Math.sqrt(squares / samples) };
}

function moved(
  array: Float64Array<ArrayBuffer>,
  start: number,
  end: number,
  capacity: number,
): Float64Array<ArrayBuffer> {
  const target = capacity === array.length ? array : new Float64Array(capacity);
  if (target === array) target.copyWithin(0, start, end);
  else target.set(array.subarray(start, end));
  return target;
}
