/** Structures of which a judgement is possible at all. */
const FEWEST = 5;
/** Standard deviations of ln χ, and the factor in χ, that a label must lie above the others. */
const DEVIATIONS = 6;
const FACTOR = 2;
/** A normal distribution's standard deviation over its median absolute deviation. */
const NORMAL_MAD = 1.4826;

/** How far a label lies from what the other structures make the posterior expect. */
export interface Suspect {
  /** Index into what was given. */
  readonly index: number;
  /** χ over the median χ of all: how many times larger its leave-one-out residual is than it should be. */
  readonly ratio: number;
  /** (ln χ − median)/spread. */
  readonly deviations: number;
}

/**
 * Labels that the posterior calls impossible. χ_s = sqrt(r₋ᵀC₋⁻¹r₋ / m) is 1 for each structure of m rows where the
 * model is right. It seldom is: β^{-1/2} is a misfit, which differs from structure to structure, and a wrong label raises
 * it for all. So χ is judged by the others' (median and median absolute deviation of ln χ, which a minority of wrong
 * labels does not move): a suspect lies 6 standard deviations and a factor of 2 above the median. None below 5 structures.
 */
export function findSuspects(chi: readonly number[], rows: number): readonly Suspect[] {
  if (chi.length < FEWEST) return [];
  const logs = chi.map((value) => Math.log(Math.max(value, Number.MIN_VALUE)));
  const middle = median(logs);
  // ln χ of m normal numbers scatters by 1/sqrt(2m).
  const least = 1 / Math.sqrt(2 * rows);
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
