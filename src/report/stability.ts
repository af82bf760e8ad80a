import type { Stability } from '../forcefield/bands/stability.js';

/** The verdict on dynamical stability as a sentence, without a full stop. */
export function describeStability({ verdict, lowest, unstableFraction, samples }: Stability): string {
  const error = lowest.deviation === null ? '' : ` ± ${frequencyError(lowest.deviation)}`;
  const q = lowest.q.map((x) => Number(x.toFixed(4))).join(' ');
  const votes =
    unstableFraction === null
      ? 'no samples of a posterior were drawn'
      : `${Math.round(unstableFraction * samples)} of ${samples} samples of the posterior have an imaginary mode`;
  const meaning = verdict === 'undecided' ? 'undecided within the error bars' : verdict;
  return `the crystal is dynamically ${meaning}: lowest frequency ${lowest.frequency.toFixed(3)}${error} THz at q = (${q}); ${votes}`;
}

/** Three decimals, one digit where that would be nothing; THz. */
export function frequencyError(value: number): string {
  return value >= 9.95e-4 ? value.toFixed(3) : value < 5e-6 ? '0' : value.toPrecision(1);
}
