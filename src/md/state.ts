import { createNormals } from '../numerics/random/normals.js';
import { STREAM, type Stream } from '../numerics/random/streams.js';
import { BOLTZMANN, FORCE_TO_ACCELERATION, MASS_VELOCITY2_TO_ENERGY } from '../units.js';
import { removeCentreOfMass } from './centreOfMass.js';
import type { MdState } from './types.js';

/** A copy that shares nothing. */
export function copyState(state: MdState): MdState {
  return {
    step: state.step,
    displacements: state.displacements.slice(),
    velocities: state.velocities.slice(),
  };
}

/** Where the numbers of an initial state come from. */
export interface InitialVelocities {
  /** K */
  readonly temperature: number;
  readonly seed: number | string;
  readonly walker: number;
  /** Default: STREAM.initialVelocities. */
  readonly stream?: Stream;
}

/**
 * Velocities [3·atoms], Å/fs, from the Maxwell–Boltzmann distribution, the centre of mass at rest.
 *
 * They are not scaled to the temperature: with the momentum projected out they are an exact draw from the canonical
 * distribution of 3N − 3 degrees of freedom, whose kinetic energy fluctuates by √(2/(3N − 3)); scaling would take that away.
 */
export function maxwellBoltzmann(settings: InitialVelocities, masses: Float64Array): Float64Array {
  const { temperature, seed, walker, stream = STREAM.initialVelocities } = settings;
  const v = new Float64Array(3 * masses.length);
  createNormals(seed).fill(stream, walker, 0, v);
  for (let i = 0; i < v.length; i++) {
    v[i] *= Math.sqrt((BOLTZMANN * temperature * FORCE_TO_ACCELERATION) / masses[(i - (i % 3)) / 3]);
  }
  removeCentreOfMass(v, masses);
  return v;
}

/** ½ Σ m v², eV. */
export function kineticEnergy(velocities: Float64Array, masses: Float64Array): number {
  let sum = 0;
  for (let atom = 0, i = 0; atom < masses.length; atom++, i += 3) {
    const x = velocities[i];
    const y = velocities[i + 1];
    const z = velocities[i + 2];
    sum += masses[atom] * (x * x + y * y + z * z);
  }
  return 0.5 * MASS_VELOCITY2_TO_ENERGY * sum;
}

/** Kinetic temperature, K, of `atoms` atoms whose centre of mass rests: 2 E_kin / (3N − 3) k_B. */
export function kineticTemperature(energy: number, atoms: number): number {
  return (2 * energy) / ((3 * atoms - 3) * BOLTZMANN);
}
