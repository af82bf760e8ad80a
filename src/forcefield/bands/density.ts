/** A density of states of phonons. */
export interface DensityOfStates {
  /** [points] THz */
  readonly frequency: Float64Array;
  /** [points] modes of the primitive cell per THz; the integral is 3·sites. */
  readonly density: Float64Array;
  /** Standard deviation of the Gaussian that each mode is smeared with, THz. */
  readonly smearing: number;
}

const POINTS = 401;
/** Smearing as a part of the range of frequencies. */
const FRACTION = 0.01;
/** Gaussians are followed this many standard deviations. */
const REACH = 5;

/** Gaussian smearing of `frequencies` ([points·branches], THz), each point with its weight (their sum is 1). */
export function densityOfStates(
  frequencies: Float64Array,
  weights: Float64Array,
  smearing?: number,
): DensityOfStates {
  const branches = frequencies.length / weights.length;
  let lowest = 0;
  let highest = 0;
  for (const f of frequencies) {
    lowest = Math.min(lowest, f);
    highest = Math.max(highest, f);
  }
  const sigma = smearing ?? FRACTION * (highest - lowest);
  // Γ's acoustic modes are zero up to rounding: no reason for an axis below zero.
  const first = lowest < -1e-3 * highest ? lowest - REACH * sigma : 0;
  const step = (highest + REACH * sigma - first) / (POINTS - 1);
  const density = new Float64Array(POINTS);
  const norm = 1 / (sigma * Math.sqrt(2 * Math.PI));
  for (let k = 0; k < frequencies.length; k++) {
    const weight = weights[Math.floor(k / branches)] * norm;
    const from = Math.max(0, Math.ceil((frequencies[k] - REACH * sigma - first) / step));
    const to = Math.min(POINTS - 1, Math.floor((frequencies[k] + REACH * sigma - first) / step));
    for (let i = from; i <= to; i++) {
      const x = (first + i * step - frequencies[k]) / sigma;
      density[i] += weight * Math.exp(-0.5 * x * x);
    }
  }
  return { frequency: Float64Array.from(density, (_, i) => first + i * step), density, smearing: sigma };
}
