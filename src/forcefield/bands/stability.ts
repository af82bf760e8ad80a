/** Whether the crystal is a minimum of the energy, as far as the data tell. */
export interface Stability {
  /** `undecided`: samples of the posterior disagree. */
  readonly verdict: 'stable' | 'unstable' | 'undecided';
  /** The lowest frequency of the posterior mean (acoustic modes at Γ left out) and where it is, THz. */
  readonly lowest: {
    readonly q: readonly number[];
    readonly frequency: number;
    readonly deviation: number | null;
  };
  /** Part of the samples with an imaginary mode; null without samples. */
  readonly unstableFraction: number | null;
  readonly samples: number;
}

/** Frequencies nearer to zero than this part of the highest are no sign of either. */
const TOLERANCE = 1e-3;
/** Up to this part of the samples may disagree with a verdict. */
const DOUBT = 0.025;

/**
 * The verdict over wave vectors `q` ([3·points], fractional), from the frequencies there ([points·branches], THz) of the
 * posterior's mean and of its samples.
 */
export function stabilityOf(
  q: Float64Array,
  mean: Float64Array,
  samples: readonly Float64Array[],
): Stability {
  const ofMean = lowestFrequency(q, mean);
  const tolerance = TOLERANCE * ofMean.highest;
  const unstable = samples.filter((sample) => lowestFrequency(q, sample).frequency < -tolerance).length;
  const unstableFraction = samples.length === 0 ? null : unstable / samples.length;
  const at = q.slice(3 * ofMean.point, 3 * ofMean.point + 3);
  const branches = mean.length / (q.length / 3);
  const there = samples.map((s) => s.subarray(ofMean.point * branches, (ofMean.point + 1) * branches));
  return {
    verdict: verdictOf(unstableFraction ?? (ofMean.frequency < -tolerance ? 1 : 0)),
    lowest: {
      q: [...at],
      frequency: ofMean.frequency,
      deviation: deviation(there.map((table) => lowestFrequency(at, table).frequency)),
    },
    unstableFraction,
    samples: samples.length,
  };
}

function verdictOf(unstableFraction: number): Stability['verdict'] {
  if (unstableFraction <= DOUBT) return 'stable';
  return unstableFraction >= 1 - DOUBT ? 'unstable' : 'undecided';
}

interface Lowest {
  readonly frequency: number;
  readonly point: number;
  readonly highest: number;
}

function lowestFrequency(q: Float64Array, table: Float64Array): Lowest {
  const branches = table.length / (q.length / 3);
  let found: Lowest = { frequency: Number.POSITIVE_INFINITY, point: 0, highest: 0 };
  for (let point = 0; 3 * point < q.length; point++) {
    const own = [...table.subarray(point * branches, (point + 1) * branches)];
    const highest = Math.max(found.highest, own[branches - 1]);
    const frequency = isGamma(q, point) ? Math.min(...own.sort(bySize).slice(3)) : own[0];
    found = frequency < found.frequency ? { frequency, point, highest } : { ...found, highest };
  }
  return found;
}

function isGamma(q: Float64Array, point: number): boolean {
  return q.subarray(3 * point, 3 * point + 3).every((x) => Math.abs(x - Math.round(x)) < 1e-9);
}

function bySize(a: number, b: number): number {
  return Math.abs(a) - Math.abs(b);
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / (values.length - 1));
}
