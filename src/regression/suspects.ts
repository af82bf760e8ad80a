/** Structures of which a judgement is possible at all. */
const FEWEST = 5;
/** Standard deviations of ln t, and the factor in t, that a label must lie above the others. */
const DEVIATIONS = 6;
const FACTOR = 2;
/** A normal distribution's standard deviation over its median absolute deviation. */
const NORMAL_MAD = 1.4826;

/** How far a label lies from what the other structures make the posterior expect. */
export interface Suspect {
  /** Index into what was given. */
  readonly index: number;
  /** Its typical deviation over the median of all: how many times further off it is than the others. */
  readonly ratio: number;
  /** (ln t − median)/spread. */
  readonly deviations: number;
}

/** Standard deviation of ln t over √atoms where residuals are normal: that of the median of χ² with three degrees of freedom. */
const NORMAL_SCATTER = 0.56;

/**
 * The typical deviation t of a structure: the root of its atoms' median of (r₋²/σ²), r₋ the left-out residual and σ² its
 * predicted variance, averaged over the atom's three components. Where an expansion fails, it fails for a few atoms (a pair
 * that has come close); a label that is wrong is wrong for most. The median tells them apart, a mean square would not.
 */
export function typicalDeviation(residuals: Float64Array, variances: Float64Array): number {
  return Math.sqrt(median(atomDeviations(residuals, variances)));
}

/** [atoms] mean over an atom's three components of r₋²/σ². */
export function atomDeviations(residuals: Float64Array, variances: Float64Array): number[] {
  return Array.from({ length: residuals.length / 3 }, (_, atom) => {
    let sum = 0;
    for (let i = 3 * atom; i < 3 * atom + 3; i++) sum += (residuals[i] * residuals[i]) / variances[i];
    return sum / 3;
  });
}

/**
 * Labels that the posterior calls impossible, by the structures' typical deviations. β^{-1/2} is a misfit, which differs
 * from structure to structure, and a wrong label raises it for all. So each is judged by the others (median and median
 * absolute deviation of ln t, which a minority of wrong labels does not move): a suspect lies 6 standard deviations and a
 * factor of 2 above the median. None below 5 structures.
 */
export function findSuspects(typical: readonly number[], atoms: number): readonly Suspect[] {
  if (typical.length < FEWEST) return [];
  const logs = typical.map((value) => Math.log(Math.max(value, Number.MIN_VALUE)));
  const middle = median(logs);
  const least = NORMAL_SCATTER / Math.sqrt(atoms);
  const spread = Math.max(NORMAL_MAD * median(logs.map((value) => Math.abs(value - middle))), least);
  return logs.flatMap((value, index) => {
    const above = value - middle;
    const isSuspect = above > Math.log(FACTOR) && above > DEVIATIONS * spread;
    return isSuspect ? [{ index, ratio: Math.exp(above), deviations: above / spread }] : [];
  });
}

/** Median; the mean of the middle two of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
