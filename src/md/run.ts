import { createGuard, type Wreck } from './guard.js';
import type { Integrator } from './integrator.js';
import { kineticEnergy, kineticTemperature } from './state.js';
import type { TemperatureProgram } from './temperature.js';
import type { ForceFunction, MdState } from './types.js';

export interface TrajectorySettings {
  /** [atoms] amu */
  readonly masses: Float64Array;
  /** Å; for the blow-up guard. */
  readonly nearestNeighbour: number;
  /** The thermostat's target, K; undefined: none (NVE), the guard then looks at displacements alone. */
  readonly temperature?: TemperatureProgram;
  /** MD steps for which the guard still allows for an earlier, higher target; default 0. */
  readonly memory?: number;
  /** Last step. */
  readonly untilStep: number;
  /** A frame at each multiple of this many steps. */
  readonly every: number;
}

/** What a trajectory shows at one step. `displacements` and `velocities` are the running ones: copy what must last. */
export interface TrajectoryFrame {
  readonly step: number;
  /** [3·atoms] Å */
  readonly displacements: Float64Array;
  /** [3·atoms] Å/fs */
  readonly velocities: Float64Array;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** eV */
  readonly potentialEnergy: number;
  readonly kineticEnergy: number;
  /** Kinetic temperature, K. */
  readonly temperature: number;
}

/** How a trajectory ended: undefined at its last step, or where and how the guard ended it. */
export type TrajectoryEnd =
  | {
      readonly step: number;
      readonly wreck: Wreck;
      /** The state that tripped the guard, where its numbers are finite. */
      readonly frame?: TrajectoryFrame;
    }
  | undefined;

/**
 * A production trajectory: moves `state` in place by `integrator` to `untilStep`, yielding a frame at each multiple of
 * `every` (the first state is not one of them). Ends early where the guard trips; nothing is repaired.
 */
export function* runTrajectory(
  state: MdState,
  integrator: Integrator,
  force: ForceFunction,
  settings: TrajectorySettings,
): Generator<TrajectoryFrame, TrajectoryEnd, void> {
  const { masses, untilStep, every } = settings;
  const guard = createGuard(settings);
  const { displacements, velocities } = state;
  const forces = new Float64Array(displacements.length);
  force(displacements, forces);
  while (state.step < untilStep) {
    const potentialEnergy = integrator.step(state, forces);
    const kinetic = kineticEnergy(velocities, masses);
    const temperature = kineticTemperature(kinetic, masses.length);
    const wreck = guard.check(displacements, temperature, potentialEnergy, state.step);
    const frame: TrajectoryFrame = {
      step: state.step,
      displacements,
      velocities,
      forces,
      potentialEnergy,
      kineticEnergy: kinetic,
      temperature,
    };
    if (wreck !== undefined)
      return { step: state.step, wreck, frame: wreck.cause === 'non-finite' ? undefined : frame };
    if (state.step % every === 0) yield frame;
  }
  return undefined;
}
