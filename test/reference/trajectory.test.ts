import { describe, expect, it } from 'vitest';
import { createPotential } from '../../src/reference/catalogue.js';
import { displacedForces, referenceTrajectory } from '../../src/reference/trajectory.js';
import { BOLTZMANN } from '../../src/units.js';
import { cubicCrystal } from './fixture.js';

const { lattice, positions: ideal } = cubicCrystal('diamond', 5.431, 2);
const species = Array<string>(64).fill('Si');
const potential = createPotential({ calculator: 'stillinger-weber' }, lattice, species)!;
const settings = {
  potential,
  ideal,
  masses: new Float64Array(64).fill(28.085),
  temperature: 300,
  timestep: 1,
  friction: 0.01,
  seed: 11,
  equilibration: 500,
  spacing: 50,
  count: 40,
};

describe('reference trajectory', () => {
  const frames = referenceTrajectory(settings);

  it('gives the frames asked for, with the forces at their displacements', () => {
    expect(frames.map((f) => f.step)).toEqual(Array.from({ length: 40 }, (_, k) => 500 + 50 * k));
    const force = displacedForces(potential, ideal);
    const again = new Float64Array(ideal.length);
    for (const { displacements, forces, energy } of frames.slice(0, 3)) {
      expect(force(displacements, again)).toBe(energy);
      expect(again).toEqual(forces);
    }
  });

  it('has the same bits again, and others with another seed', () => {
    expect(referenceTrajectory({ ...settings, count: 2 })).toEqual(frames.slice(0, 2));
    expect(referenceTrajectory({ ...settings, count: 1, seed: 12 })[0].displacements).not.toEqual(
      frames[0].displacements,
    );
  });

  it('is at the temperature: mean potential energy above the ideal crystal is (3N − 3)/2 kT, to anharmonicity and statistics', () => {
    const zero = displacedForces(potential, ideal)(
      new Float64Array(ideal.length),
      new Float64Array(ideal.length),
    );
    const mean = frames.reduce((sum, f) => sum + f.energy - zero, 0) / frames.length;
    const harmonic = 0.5 * (3 * 64 - 3) * BOLTZMANN * 300;
    expect(mean / harmonic).toBeGreaterThan(0.9);
    expect(mean / harmonic).toBeLessThan(1.1);
  });

  it('says so when it blows up', () => {
    expect(() =>
      referenceTrajectory({ ...settings, timestep: 40, equilibration: 20_000, spacing: 200 }),
    ).toThrow(/blew up/);
  });
});
