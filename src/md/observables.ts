/** Moments of a sample: mean, standard deviation (divided by the number of samples) and skewness, the mean of z³. */
export interface Moments {
  readonly samples: number;
  readonly mean: number;
  readonly deviation: number;
  readonly skewness: number;
}

/** Moments of ε_B, energies, …: two passes in order of the samples. NaN where there are too few or they are all equal. */
export function moments(values: ArrayLike<number>): Moments {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let second = 0;
  let third = 0;
  for (let i = 0; i < n; i++) {
    const d = values[i] - mean;
    second += d * d;
    third += d * d * d;
  }
  const deviation = Math.sqrt(second / n);
  return { samples: n, mean, deviation, skewness: third / n / (deviation * deviation * deviation) };
}

/** z = (ε_B − mean)/deviation of a production trajectory (METHOD, "Convergence"). */
export function standardised(values: ArrayLike<number>): Float64Array {
  const { mean, deviation } = moments(values);
  return Float64Array.from({ length: values.length }, (_, i) => (values[i] - mean) / deviation);
}

/** Slope of a least-squares line: the drift of an energy against time. */
export function slope(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const { mean: xMean } = moments(x);
  const { mean: yMean } = moments(y);
  let covariance = 0;
  let variance = 0;
  for (let i = 0; i < x.length; i++) {
    covariance += (x[i] - xMean) * (y[i] - yMean);
    variance += (x[i] - xMean) * (x[i] - xMean);
  }
  return covariance / variance;
}

/** Mean square displacement of each site from its ideal place. */
export interface MeanSquareDisplacements {
  /** Adds displacements u ([3·atoms], Å); their centre of mass should rest. */
  add(u: Float64Array): void;
  /** [sites] ⟨|u|²⟩ over frames and over the atoms of the site, Å². */
  perSite(): Float64Array;
  /** [2 · sites] sums and counts, to go on from. */
  state(): Float64Array;
}

/** `siteOf`: [atoms] from AtomIndex to SiteIndex, many-to-one. */
export function createMeanSquareDisplacements(
  siteOf: Int32Array,
  from?: Float64Array,
): MeanSquareDisplacements {
  const sites = siteOf.reduce((most, site) => Math.max(most, site + 1), 0);
  const all = from?.slice() ?? new Float64Array(2 * sites);
  const sums = all.subarray(0, sites);
  const counts = all.subarray(sites);
  return {
    add(u) {
      for (let atom = 0, i = 0; atom < siteOf.length; atom++, i += 3) {
        sums[siteOf[atom]] += u[i] * u[i] + u[i + 1] * u[i + 1] + u[i + 2] * u[i + 2];
        counts[siteOf[atom]]++;
      }
    },
    perSite: () => sums.map((sum, site) => sum / counts[site]),
    state: () => all.slice(),
  };
}
