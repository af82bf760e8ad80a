import { createNormals } from '../numerics/random/normals.js';
import { STREAM, type Stream } from '../numerics/random/streams.js';
import { BOLTZMANN } from '../units.js';
import { removeCentreOfMass } from './centreOfMass.js';
import type { Integrator } from './integrator.js';
import { kineticEnergy } from './state.js';
import { type TemperatureProgram, targetTemperature } from './temperature.js';
import type { ForceFunction } from './types.js';
import { createVerlet } from './verlet.js';

export interface BussiSettings {
  /** K */
  readonly temperature: TemperatureProgram;
  /** fs */
  readonly timestep: number;
  /** 1/fs: the kinetic energy relaxes as with a Langevin friction γ, with the time τ = 1/(2γ). */
  readonly friction: number;
  readonly seed: number | string;
  readonly walker: number;
  /** Default: STREAM.velocityRescaling. */
  readonly stream?: Stream;
}

/**
 * Stochastic velocity rescaling: G. Bussi, D. Donadio and M. Parrinello, *Canonical sampling through velocity rescaling*,
 * J. Chem. Phys. 126, 014101 (2007), eq. A7: velocity Verlet, after which all velocities are multiplied with one random α
 * such that the kinetic energy follows its canonical distribution. Trajectories are disturbed little, but one thermostat for
 * all modes cannot move energy between them: in a nearly harmonic crystal Langevin is the one that equilibrates.
 *
 * The noise of step n has the counter (stream, walker, n, ·). The sum of the squares of N_f − 1 normals (a gamma variate) is
 * taken of N_f − 1 normals: a rejection method would draw a number of times that depends on what it draws.
 */
export function createBussi(settings: BussiSettings, masses: Float64Array, force: ForceFunction): Integrator {
  const { temperature, timestep, friction, walker } = settings;
  const stream = settings.stream ?? STREAM.velocityRescaling;
  const normals = createNormals(settings.seed);
  const verlet = createVerlet(timestep, masses, force);
  const freedoms = 3 * masses.length - 3;
  const noise = new Float64Array(freedoms);
  const kept = Math.exp(-2 * friction * timestep);

  return {
    timestep,
    step(state, forces) {
      const energy = verlet.step(state, forces);
      const kinetic = kineticEnergy(state.velocities, masses);
      const target = targetTemperature(temperature, state.step);
      normals.fill(stream, walker, state.step, noise);
      const scale = rescaling(kinetic, (BOLTZMANN * target) / 2, kept, noise);
      for (let i = 0; i < state.velocities.length; i++) state.velocities[i] *= scale;
      removeCentreOfMass(state.velocities, masses);
      return energy;
    },
  };
}

/**
 * α of eq. A7, with the sign of eq. A8: `kinetic` energy now, `each` the canonical mean of one degree of freedom (kT/2), both
 * eV; `kept` = exp(−Δt/τ); `noise` [N_f] normals. Nothing can be rescaled that rests: then 1.
 */
function rescaling(kinetic: number, each: number, kept: number, noise: Float64Array): number {
  if (!(kinetic > 0)) return 1;
  const first = noise[0];
  let others = 0;
  for (let i = 1; i < noise.length; i++) others += noise[i] * noise[i];
  const fresh = ((1 - kept) * each) / kinetic;
  const cross = Math.sqrt(kept * fresh);
  const squared = kept + fresh * (first * first + others) + 2 * first * cross;
  const sign = first + Math.sqrt(kept / fresh) < 0 ? -1 : 1;
  return sign * Math.sqrt(Math.max(0, squared));
}
