import { describe, expect, it } from 'vitest';
import { runTrajectory, type TrajectoryEnd, type TrajectoryFrame } from '../../src/md/run.js';
import { maxwellBoltzmann } from '../../src/md/state.js';
import type { ForceFunction } from '../../src/md/types.js';
import { createVerlet } from '../../src/md/verlet.js';
import { toyCrystal } from './toyCrystal.js';

const crystal = toyCrystal(3, 60, 10, 40);

function run(force: ForceFunction, untilStep: number, every: number) {
  const velocities = maxwellBoltzmann({ temperature: 300, seed: 3, walker: 0 }, crystal.masses);
  const state = { step: 0, displacements: new Float64Array(velocities.length), velocities };
  const settings = { masses: crystal.masses, nearestNeighbour: 2.5, untilStep, every };
  const frames: TrajectoryFrame[] = [];
  const trajectory = runTrajectory(state, createVerlet(1, crystal.masses, force), force, settings);
  let next = trajectory.next();
  while (next.done !== true) {
    frames.push({ ...next.value, displacements: next.value.displacements.slice() });
    next = trajectory.next();
  }
  const end: TrajectoryEnd = next.value;
  return { frames, end, state };
}

describe('a production trajectory', () => {
  it('yields a frame at each multiple of `every` and ends at its last step', () => {
    const { frames, end, state } = run(crystal.force, 105, 10);
    expect(frames.map((f) => f.step)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(end).toBeUndefined();
    expect(state.step).toBe(105);
    const total = frames.map((f) => f.potentialEnergy + f.kineticEnergy);
    expect(Math.max(...total) - Math.min(...total)).toBeLessThan(0.005 * total[0]);
  });

  it('says where and how the guard ended it', () => {
    const broken: ForceFunction = (u, forces) => {
      const energy = crystal.force(u, forces);
      for (let i = 0; i < forces.length; i++) forces[i] *= -1;
      return energy;
    };
    const { end, state } = run(broken, 10_000, 10);
    expect(end?.wreck.cause).toBe('displacement');
    expect(end?.step).toBe(state.step);
    expect(state.step).toBeLessThan(1000);
  });
});
