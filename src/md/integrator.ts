import type { MdState } from './types.js';

/** One way to move the atoms: Langevin, velocity Verlet, … each in its own file. */
export interface Integrator {
  /** fs */
  readonly timestep: number;
  /**
   * Advances `state` by one step. `forces` ([3·atoms], eV/Å) are those at the state on entry and those at the new state on
   * return; returns the new potential energy, eV. What it does depends on the state and its step number only.
   */
  step(state: MdState, forces: Float64Array): number;
}
