import { createNormals } from '../numerics/random/normals.js';
import { STREAM, type Stream } from '../numerics/random/streams.js';
import { BOLTZMANN, FORCE_TO_ACCELERATION } from '../units.js';
import { removeCentreOfMass } from './centreOfMass.js';
import type { Integrator } from './integrator.js';
import { type TemperatureProgram, targetTemperature } from './temperature.js';
import type { ForceFunction } from './types.js';

export interface LangevinSettings {
  /** K */
  readonly temperature: TemperatureProgram;
  /** fs */
  readonly timestep: number;
  /** γ, 1/fs */
  readonly friction: number;
  readonly seed: number | string;
  /** Second word of the counter: trajectories with one seed and different walkers are independent. */
  readonly walker: number;
  /** Default: STREAM.langevin. */
  readonly stream?: Stream;
}

/**
 * Langevin dynamics by the splitting BAOAB: B. Leimkuhler and C. Matthews, *Rational construction of stochastic numerical
 * methods for molecular sampling*, Appl. Math. Res. Express 2013, 34. Its configurations are exact for a harmonic crystal at
 * any stable timestep; its kinetic temperature is low by the fraction (ω·dt)²/4 of each mode.
 *
 * The noise of step n (the one that leads to `state.step` = n) has the counter (stream, walker, n, atom). The centre of mass
 * is projected out of noise and velocities in one go, after O: the forces of a crystal add up to nothing.
 */
export function createLangevin(
  settings: LangevinSettings,
  masses: Float64Array,
  force: ForceFunction,
): Integrator {
  const { temperature, timestep, friction, walker } = settings;
  const stream = settings.stream ?? STREAM.langevin;
  const normals = createNormals(settings.seed);
  const atoms = masses.length;
  const noise = new Float64Array(3 * atoms);
  const half = timestep / 2;
  const kick = masses.map((m) => (half * FORCE_TO_ACCELERATION) / m);
  const damping = Math.exp(-friction * timestep);
  const fluctuation = Math.sqrt(-Math.expm1(-2 * friction * timestep));
  const thermal = new Float64Array(atoms);
  let heldAt = Number.NaN;

  function hold(target: number): void {
    if (target === heldAt) return;
    heldAt = target;
    for (let atom = 0; atom < atoms; atom++) {
      thermal[atom] = fluctuation * Math.sqrt((BOLTZMANN * target * FORCE_TO_ACCELERATION) / masses[atom]);
    }
  }

  return {
    timestep,
    step(state, forces) {
      const u = state.displacements;
      const v = state.velocities;
      state.step += 1;
      hold(targetTemperature(temperature, state.step));
      halfKick(v, forces, kick);
      drift(u, v, half);
      normals.fill(stream, walker, state.step, noise);
      for (let i = 0, atom = 0; atom < atoms; atom++) {
        const s = thermal[atom];
        for (const end = i + 3; i < end; i++) v[i] = damping * v[i] + s * noise[i];
      }
      removeCentreOfMass(v, masses);
      drift(u, v, half);
      const energy = force(u, forces);
      halfKick(v, forces, kick);
      return energy;
    },
  };
}

/** B: v += (dt/2) f / m; `kick` ([atoms]) holds dt/2m in Å/fs per eV/Å. */
export function halfKick(v: Float64Array, forces: Float64Array, kick: Float64Array): void {
  for (let i = 0, atom = 0; atom < kick.length; atom++) {
    const k = kick[atom];
    for (const end = i + 3; i < end; i++) v[i] += k * forces[i];
  }
}

/** A: u += time · v. */
export function drift(u: Float64Array, v: Float64Array, time: number): void {
  for (let i = 0; i < u.length; i++) u[i] += time * v[i];
}
