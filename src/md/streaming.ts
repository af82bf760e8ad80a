import type { Moments } from './observables.js';

/** Moments of a stream: memory that does not grow, and a state to go on from. */
export interface StreamingMoments {
  add(value: number): void;
  moments(): Moments;
  /** [4] number, mean, sums of the second and third powers of the deviations. */
  state(): Float64Array;
}

/** Updates by P. Pébay, *Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical moments*, SAND2008-6212, eqs. 1.1–1.6 for one new value. */
export function createStreamingMoments(from?: Float64Array): StreamingMoments {
  let [n, mean, second, third] = from ?? [0, 0, 0, 0];
  return {
    add(value) {
      n++;
      const delta = value - mean;
      const share = delta / n;
      const term = delta * share * (n - 1);
      mean += share;
      third += term * share * (n - 2) - 3 * share * second;
      second += term;
    },
    moments() {
      if (n === 0) return { samples: 0, mean: Number.NaN, deviation: Number.NaN, skewness: Number.NaN };
      const deviation = Math.sqrt(second / n);
      return { samples: n, mean, deviation, skewness: third / n / (deviation * deviation * deviation) };
    },
    state: () => Float64Array.of(n, mean, second, third),
  };
}

/** Slope of the least-squares line through a stream of points. */
export interface StreamingSlope {
  add(x: number, y: number): void;
  slope(): number;
  /** [5] number, means of x and y, sums of (x − x̄)² and (x − x̄)(y − ȳ). */
  state(): Float64Array;
}

export function createStreamingSlope(from?: Float64Array): StreamingSlope {
  let [n, xMean, yMean, xx, xy] = from ?? [0, 0, 0, 0, 0];
  return {
    add(x, y) {
      n++;
      const dx = x - xMean;
      xMean += dx / n;
      yMean += (y - yMean) / n;
      xx += dx * (x - xMean);
      xy += dx * (y - yMean);
    },
    slope: () => xy / xx,
    state: () => Float64Array.of(n, xMean, yMean, xx, xy),
  };
}

/** How positive numbers are distributed, in bins of equal width in their logarithm: at most a few hundred. */
export interface StreamingDistribution {
  add(value: number): void;
  /** The value below which this share of the samples lies, to half a bin. */
  quantile(share: number): number;
  /** Lower edge, upper edge and share of each bin that is not empty, ascending. */
  bins(): readonly { readonly from: number; readonly to: number; readonly share: number }[];
  /** Pairs of bin and count. */
  state(): Float64Array;
}

/** 2 % of a value. */
const BINS_PER_E = 50;

export function createStreamingDistribution(from?: Float64Array): StreamingDistribution {
  const counts = new Map<number, number>();
  let total = 0;
  for (let i = 0; from !== undefined && i < from.length; i += 2) {
    counts.set(from[i], from[i + 1]);
    total += from[i + 1];
  }
  const edge = (bin: number) => Math.exp(bin / BINS_PER_E);
  const ascending = () => [...counts].sort(([a], [b]) => a - b);
  return {
    add(value) {
      if (!(value > 0) || !Number.isFinite(value)) return;
      const bin = Math.floor(BINS_PER_E * Math.log(value));
      counts.set(bin, (counts.get(bin) ?? 0) + 1);
      total++;
    },
    quantile(share) {
      let below = 0;
      for (const [bin, count] of ascending()) {
        below += count;
        if (below >= share * total) return edge(bin + 0.5);
      }
      return Number.NaN;
    },
    bins: () =>
      ascending().map(([bin, count]) => ({ from: edge(bin), to: edge(bin + 1), share: count / total })),
    state: () => Float64Array.from(ascending().flat()),
  };
}
