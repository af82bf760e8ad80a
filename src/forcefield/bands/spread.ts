import { dynamicalMatrix, frequencyOf, hermitianEigenvalues, phaseOf } from '../dynamicalMatrix.js';
import type { HarmonicCrystal } from '../harmonic.js';

/** Frequencies at wave vectors with their posterior error; arrays are [points·branches], THz, negative where unstable. */
export interface FrequencyTable {
  /** 3·sites */
  readonly branches: number;
  /** At the posterior mean, ascending within a point. */
  readonly frequencies: Float64Array;
  /** Absent for a force field without error bars. */
  readonly spread?: Spread;
}

/** How samples of the posterior scatter; each is sorted by frequency before it is compared. */
export interface Spread {
  readonly samples: number;
  /** Standard deviation about the samples' own mean. */
  readonly deviation: Float64Array;
  /** 16th and 84th percentile. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Frequencies at wave vectors `q` ([3·points], fractional): [points·branches] THz, ascending within a point. */
export function frequenciesAt(harmonic: HarmonicCrystal, q: Float64Array): Float64Array {
  const branches = 3 * harmonic.masses.length;
  const out = new Float64Array((q.length / 3) * branches);
  for (let point = 0; 3 * point < q.length; point++) {
    const phase = phaseOf([...q.subarray(3 * point, 3 * point + 3)]);
    const eigenvalues = hermitianEigenvalues(dynamicalMatrix(harmonic, phase));
    out.set(eigenvalues.map(frequencyOf), point * branches);
  }
  return out;
}

/** How tables of equal length scatter; undefined for fewer than two. */
export function spreadOf(tables: readonly Float64Array[]): Spread | undefined {
  const n = tables.length;
  if (n < 2) return undefined;
  const size = tables[0].length;
  const deviation = new Float64Array(size);
  const low = new Float64Array(size);
  const high = new Float64Array(size);
  const values = new Float64Array(n);
  for (let k = 0; k < size; k++) {
    let sum = 0;
    for (let s = 0; s < n; s++) {
      values[s] = tables[s][k];
      sum += values[s];
    }
    let squares = 0;
    for (const value of values) squares += (value - sum / n) * (value - sum / n);
    deviation[k] = Math.sqrt(squares / (n - 1));
    values.sort();
    low[k] = percentile(values, 0.16);
    high[k] = percentile(values, 0.84);
  }
  return { samples: n, deviation, low, high };
}

/** Linear between the order statistics of ascending values. */
function percentile(sorted: Float64Array, fraction: number): number {
  const place = fraction * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}
