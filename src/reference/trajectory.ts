import { createLangevin } from '../md/langevin.js';
import { kineticEnergy, kineticTemperature, maxwellBoltzmann } from '../md/state.js';
import { hottestTarget, startTemperature, type TemperatureProgram } from '../md/temperature.js';
import type { ForceFunction, MdState } from '../md/types.js';
import { STREAM } from '../numerics/random/streams.js';
import { ReferenceFailure } from './failures.js';
import type { Potential } from './types.js';

/** Molecular dynamics driven by the reference itself. */
export interface ReferenceTrajectory {
  readonly potential: Potential;
  /** [3·atoms] Cartesian positions of the ideal supercell, Å. */
  readonly ideal: Float64Array;
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** K */
  readonly temperature: TemperatureProgram;
  /** fs */
  readonly timestep: number;
  /** 1/fs */
  readonly friction: number;
  readonly seed: number | string;
  /** Time before the first frame, fs. */
  readonly equilibration: number;
  /** Time between frames, fs. */
  readonly spacing: number;
  /** Number of frames. */
  readonly count: number;
}

/** One frame of it; the forces on the ideal supercell are not subtracted. */
export interface ReferenceFrame {
  /** MD step. */
  readonly step: number;
  /** [3·atoms] displacements from the ideal supercell, Å, never wrapped. */
  readonly displacements: Float64Array;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** eV */
  readonly energy: number;
}

/**
 * Independent frames for a test set: NVT Langevin (BAOAB) from lattice sites with velocities at twice the temperature,
 * of which the displacements take half. The same settings give the same bits. Throws `ReferenceFailure` where the trajectory blows up.
 */
export function referenceTrajectory(settings: ReferenceTrajectory): readonly ReferenceFrame[] {
  const { ideal, masses, potential, temperature, timestep, friction, seed } = settings;
  const random = { seed, walker: 0 };
  const state: MdState = {
    step: 0,
    displacements: new Float64Array(ideal.length),
    velocities: maxwellBoltzmann(
      { ...random, temperature: 2 * startTemperature(temperature), stream: STREAM.referenceVelocities },
      masses,
    ),
  };
  const force = displacedForces(potential, ideal);
  const langevin = { ...random, temperature, timestep, friction, stream: STREAM.referenceLangevin };
  const integrator = createLangevin(langevin, masses, force);
  const forces = new Float64Array(ideal.length);
  let energy = force(state.displacements, forces);

  const frames: ReferenceFrame[] = [];
  let next = stepsIn(settings.equilibration, timestep);
  const spacing = Math.max(1, stepsIn(settings.spacing, timestep));
  while (frames.length < settings.count) {
    while (state.step < next) {
      energy = integrator.step(state, forces);
      requireSound(state, energy, masses, hottestTarget(temperature, 0, state.step));
    }
    frames.push({
      step: state.step,
      displacements: state.displacements.slice(),
      forces: forces.slice(),
      energy,
    });
    next += spacing;
  }
  return frames;
}

/** Forces of a potential at displacements from the ideal positions; the energy is the potential's own. */
export function displacedForces(potential: Potential, ideal: Float64Array): ForceFunction {
  const positions = new Float64Array(ideal.length);
  return (displacements, forces) => {
    for (let i = 0; i < ideal.length; i++) positions[i] = ideal[i] + displacements[i];
    return potential.evaluate(positions, forces);
  };
}

function stepsIn(time: number, timestep: number): number {
  return Math.round(time / timestep);
}

/** Times the target temperature: far beyond fluctuations, and beyond the start at twice of it. */
const HOTTEST = 5;

function requireSound(state: MdState, energy: number, masses: Float64Array, temperature: number): void {
  const hot = kineticTemperature(kineticEnergy(state.velocities, masses), masses.length);
  if (Number.isFinite(energy) && hot <= HOTTEST * temperature) return;
  throw new ReferenceFailure(
    `the reference's own molecular dynamics blew up at step ${state.step} (${hot.toPrecision(4)} K instead of ${temperature} K)`,
    {
      failureClass: 'program-known',
      symptom: 'blow-up',
      hint: 'take a shorter timestep',
    },
  );
}
