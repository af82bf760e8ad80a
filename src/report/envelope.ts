import type { WalkerTrace } from './types.js';

/** A stretch of a trace, reduced to what can be seen. */
export interface EnvelopePoint {
  /** Middle of the stretch, ps. */
  readonly time: number;
  /** Smallest, mean and largest ε_B in it, eV/Å. */
  readonly low: number;
  readonly error: number;
  readonly high: number;
  /** Means of the finite μ_k, σ_k and thresholds in it, eV/Å; NaN where there are none. */
  readonly mean: number;
  readonly deviation: number;
  readonly threshold: number;
}

/**
 * At most `points` points that keep every extreme of ε_B: equal stretches of MD time, each with its minimum and
 * maximum. A trace with no more samples than points is kept as it is. Samples whose ε_B is not finite are left out.
 */
export function envelope(trace: WalkerTrace, points: number): readonly EnvelopePoint[] {
  const { time } = trace;
  const n = time.length;
  if (n === 0) return [];
  const start = time[0];
  const span = time[n - 1] - start;
  const result: EnvelopePoint[] = [];
  let from = 0;
  while (from < n) {
    let to = from + 1;
    if (n > points && span > 0) {
      const stretch = stretchOf(time[from], start, span, points);
      while (to < n && stretchOf(time[to], start, span, points) === stretch) to++;
    }
    const point = summarise(trace, from, to);
    if (Number.isFinite(point.error)) result.push(point);
    from = to;
  }
  return result;
}

function stretchOf(time: number, start: number, span: number, points: number): number {
  return Math.min(points - 1, Math.floor(((time - start) / span) * points));
}

function summarise(trace: WalkerTrace, from: number, to: number): EnvelopePoint {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) {
    const value = trace.error[i];
    if (value < low) low = value;
    if (value > high && Number.isFinite(value)) high = value;
  }
  return {
    time: (trace.time[from] + trace.time[to - 1]) / 2,
    low,
    error: finiteMean(trace.error, from, to),
    high,
    mean: finiteMean(trace.mean, from, to),
    deviation: finiteMean(trace.deviation, from, to),
    threshold: finiteMean(trace.threshold, from, to),
  };
}

function finiteMean(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let n = 0;
  for (let i = from; i < to; i++) {
    if (!Number.isFinite(values[i])) continue;
    sum += values[i];
    n++;
  }
  return n === 0 ? Number.NaN : sum / n;
}
