import { BOLTZMANN, FORCE_TO_ACCELERATION, HBAR } from '../units.js';
import { addWave, type NormalModes } from './normalModes.js';

/** METHOD: modes below this fraction of the largest eigenvalue of D are left out (acoustic ones at Γ among them). */
const SOFTEST = 0.01;
/** No atom is moved further than this by unstable modes, Å. */
const LARGEST_UNSTABLE = 0.2;

/**
 * Random displacements u ([3·atoms], Å): Gaussian with standard deviation `sigma` (Å) for each Cartesian component, the
 * net drift removed. `normals` ([3·atoms]) are standard normal numbers.
 */
export function randomDisplacements(sigma: number, normals: Float64Array): Float64Array {
  const u = normals.map((z) => sigma * z);
  const atoms = u.length / 3;
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    for (let i = c; i < u.length; i += 3) sum += u[i];
    for (let i = c; i < u.length; i += 3) u[i] -= sum / atoms;
  }
  return u;
}

export interface PhononDisplacementSettings {
  /** K */
  readonly temperature: number;
  /** ħ/(2ω) coth(ħω/2kT) in place of kT/ω². */
  readonly quantum?: boolean;
}

/**
 * A thermal displacement u ([3·atoms], Å) of the harmonic crystal: each mass-weighted mode has a Gaussian amplitude of
 * variance kT/ω² (or the quantum oscillator's). Modes with |ω²| below 1 % of the largest are left out; unstable ones
 * count with |ω|, and their part as a whole is scaled down where it would move an atom beyond 0.2 Å.
 *
 * `normals` ([3·atoms]) are standard normal numbers. A wave gets V √c Vᵀ z, not V √c z: the result does not depend on the
 * signs and the choice of eigenvectors within a degenerate set.
 */
export function phononDisplacements(
  modes: NormalModes,
  settings: PhononDisplacementSettings,
  normals: Float64Array,
): Float64Array {
  const stable = new Float64Array(normals.length);
  const unstable = new Float64Array(normals.length);
  let first = 0;
  modes.waves.forEach(({ modes: { values, vectors }, selfConjugate }, wave) => {
    const size = values.length;
    const z = normals.subarray(first, first + size);
    first += size;
    // Of a pair ±q the real and the imaginary part of w_q have half of its variance each.
    const share = selfConjugate ? 1 : 0.5;
    const ofStable = new Float64Array(size);
    const ofUnstable = new Float64Array(size);
    for (let k = 0; k < size; k++) {
      const eigenvalue = values[k];
      if (Math.abs(eigenvalue) < SOFTEST * modes.largest) continue;
      let overlap = 0;
      for (let i = 0; i < size; i++) overlap += vectors[i * size + k] * z[i];
      const amplitude = overlap * Math.sqrt(share * modeVariance(Math.abs(eigenvalue), settings));
      const target = eigenvalue > 0 ? ofStable : ofUnstable;
      for (let i = 0; i < size; i++) target[i] += amplitude * vectors[i * size + k];
    }
    addWave(modes, wave, ofStable, stable);
    addWave(modes, wave, ofUnstable, unstable);
  });
  const scale = Math.min(1, LARGEST_UNSTABLE / largestLength(unstable));
  return stable.map((u, i) => u + scale * unstable[i]);
}

/** ⟨w²⟩ of a mass-weighted mode with eigenvalue ω² (eV/Å²/amu), amu·Å². */
export function modeVariance(
  eigenvalue: number,
  { temperature, quantum = false }: PhononDisplacementSettings,
): number {
  const thermal = BOLTZMANN * temperature;
  if (!quantum) return thermal / eigenvalue;
  const omega = Math.sqrt(eigenvalue * FORCE_TO_ACCELERATION);
  const decay = Math.exp((-HBAR * omega) / thermal);
  return ((HBAR * FORCE_TO_ACCELERATION) / (2 * omega)) * ((1 + decay) / (1 - decay));
}

/** Length of the longest displacement; tiny instead of zero, to divide by. */
function largestLength(u: Float64Array): number {
  let largest = Number.MIN_VALUE;
  for (let i = 0; i < u.length; i += 3)
    largest = Math.max(largest, u[i] * u[i] + u[i + 1] * u[i + 1] + u[i + 2] * u[i + 2]);
  return Math.sqrt(largest);
}
