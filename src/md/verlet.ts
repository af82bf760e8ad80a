import { FORCE_TO_ACCELERATION } from '../units.js';
import type { Integrator } from './integrator.js';
import { drift, halfKick } from './langevin.js';
import type { ForceFunction } from './types.js';

/**
 * Microcanonical dynamics: velocity Verlet (W. C. Swope et al., J. Chem. Phys. 76, 637 (1982)): BAB, symplectic and
 * time-reversible, energy conserved to O(dt²) without drift.
 */
export function createVerlet(timestep: number, masses: Float64Array, force: ForceFunction): Integrator {
  const kick = masses.map((m) => ((timestep / 2) * FORCE_TO_ACCELERATION) / m);
  return {
    timestep,
    step(state, forces) {
      state.step += 1;
      halfKick(state.velocities, forces, kick);
      drift(state.displacements, state.velocities, timestep);
      const energy = force(state.displacements, forces);
      halfKick(state.velocities, forces, kick);
      return energy;
    },
  };
}
