/**
 * What the parts of a regression take on one thread of a desktop of 2020, from the shape of the problem alone, s: P parameters,
 * m = 3N rows of a structure. Rules of thumb from the benchmarks (docs/performance.md), for what is said before work starts.
 */

/** Sets of hyperparameters that a search tries. */
export const SEARCH_SOLUTIONS = 20;

/** One solution: Cholesky factor, its inverse, and what grows with P². */
export function solutionSeconds(p: number): number {
  return (p * p * p) / 19e9 + 1.9e-7 * p * p;
}

/** Design matrix of a structure and its part of the sums. */
export function sumsSeconds(m: number, p: number): number {
  return (m * p * p) / 13e9 + 1e-7 * m * p;
}

/** Design matrix of a structure and leaving it out in closed form: m P²/2 + m²P/2 + m³/3 multiplications. */
export function leaveOutSeconds(m: number, p: number): number {
  return (m * p * p + m * m * p + (2 / 3) * m * m * m) / 13e9 + 1e-7 * m * p;
}

/** Sums, factors and their inverse, and the rows of one structure. */
export function regressionBytes(m: number, p: number): number {
  return 8 * (7 * p * p + m * p);
}

/** Beside the sums and the posterior: the rows of one structure twice, and three m × m matrices. */
export function leaveOutBytes(m: number, p: number): number {
  return 8 * (2 * m * p + 3 * m * m);
}
