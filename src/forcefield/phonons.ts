import { commensuratePoints, phaseTable } from './commensurate.js';
import { dynamicalMatrix, embeddedEigen, frequencyOf, phaseOf } from './dynamicalMatrix.js';
import type { HarmonicCrystal } from './harmonic.js';

/** Frequencies [3·sites] at q ([3] fractional, in reciprocal primitive lattice vectors), THz, ascending; negative: unstable. */
export function phononFrequencies(harmonic: HarmonicCrystal, q: readonly number[]): Float64Array {
  const { values } = embeddedEigen(dynamicalMatrix(harmonic, phaseOf(q)));
  return Float64Array.from({ length: values.length / 2 }, (_, k) => frequencyOf(values[2 * k]));
}

/** Lowest and highest frequency, THz, over the wave vectors which fit the supercell `matrix` ([9]: L_super = M · L_prim). */
export function frequencyRange(
  harmonic: HarmonicCrystal,
  matrix: Int32Array,
): { readonly lowest: number; readonly highest: number } {
  const points = commensuratePoints(matrix);
  const phase = phaseTable(points);
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let q = 0; q < points.denominator; q++) {
    if (points.opposite[q] < q) continue;
    const { values } = embeddedEigen(dynamicalMatrix(harmonic, phase(q)));
    lowest = Math.min(lowest, frequencyOf(values[0]));
    highest = Math.max(highest, frequencyOf(values[values.length - 1]));
  }
  return { lowest, highest };
}

/** Highest frequency, THz, over the wave vectors which fit the supercell: what a timestep has to resolve. */
export function highestFrequency(harmonic: HarmonicCrystal, matrix: Int32Array): number {
  return frequencyRange(harmonic, matrix).highest;
}
