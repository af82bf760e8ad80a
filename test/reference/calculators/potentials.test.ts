import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { createLennardJones } from '../../../src/reference/calculators/lennardJones.js';
import { createStillingerWeber } from '../../../src/reference/calculators/stillingerWeber.js';
import type { Potential } from '../../../src/reference/types.js';
import { cubicCrystal, largestDifference, noise, readFixture } from '../fixture.js';

type Create = (lattice: Float64Array, species: readonly string[]) => Potential;

interface Case {
  readonly name: string;
  readonly create: Create;
  readonly species: string;
  readonly lattice: Float64Array;
  readonly ideal: Float64Array;
  readonly amplitude: number;
  readonly fixtures: readonly string[];
}

const silicon = cubicCrystal('diamond', 5.431, 1);
const argon = cubicCrystal('fcc', 5.31, 1);
const cases: readonly Case[] = [
  {
    name: 'Stillinger–Weber silicon',
    create: (lattice, species) => createStillingerWeber(lattice, species),
    species: 'Si',
    lattice: silicon.lattice,
    ideal: silicon.positions,
    amplitude: 0.3,
    fixtures: ['silicon2', 'silicon8', 'silicon64'],
  },
  {
    name: 'Lennard-Jones argon',
    create: (lattice, species) => createLennardJones(lattice, species),
    species: 'Ar',
    lattice: argon.lattice,
    ideal: argon.positions,
    amplitude: 0.4,
    fixtures: ['argon4', 'argon108'],
  },
];

function forcesOf(potential: Potential, positions: Float64Array): { energy: number; forces: Float64Array } {
  const forces = new Float64Array(positions.length);
  return { energy: potential.evaluate(positions, forces), forces };
}

describe.each(cases)('$name', ({ create, species, lattice, ideal, amplitude, fixtures }) => {
  const all = Array<string>(ideal.length / 3).fill(species);
  const displaced = ideal.map((x, i) => x + amplitude * noise(ideal.length, 7)[i]);
  const scale = Math.max(...forcesOf(create(lattice, all), displaced).forces.map(Math.abs));

  it.each(fixtures)('has the forces of LAMMPS (%s)', (name) => {
    const fixture = readFixture(name);
    const got = forcesOf(create(fixture.lattice, fixture.species), fixture.positions);
    expect(largestDifference(got.forces, fixture.forces)).toBeLessThan(5e-12);
    expect(Math.abs(got.energy - fixture.energy)).toBeLessThan(1e-11 * Math.abs(fixture.energy) + 1e-12);
  });

  it('has forces that are minus the gradient of the energy', () => {
    const potential = create(lattice, all);
    const { forces } = forcesOf(potential, displaced);
    const step = 1e-4;
    for (let i = 0; i < displaced.length; i++) {
      const at = (k: number): number => {
        const moved = displaced.slice();
        moved[i] += k * step;
        return forcesOf(potential, moved).energy;
      };
      // Fourth order central difference.
      const slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
      expect(Math.abs(forces[i] + slope)).toBeLessThan(1e-8 * scale);
    }
  });

  it('has a vanishing net force and does not see a rigid translation or another periodic image', () => {
    const potential = create(lattice, all);
    const { energy, forces } = forcesOf(potential, displaced);
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let i = c; i < forces.length; i += 3) sum += forces[i];
      expect(Math.abs(sum)).toBeLessThan(1e-12 * scale);
    }
    const moved = displaced.map(
      (x, i) => x + [0.37, -1.2, 2.9][i % 3] + (i < 6 ? 3 * lattice[4 * (i % 3)] : 0),
    );
    const shifted = forcesOf(potential, moved);
    expect(Math.abs(shifted.energy - energy)).toBeLessThan(1e-12 * Math.abs(energy));
    expect(largestDifference(shifted.forces, forces)).toBeLessThan(1e-11 * scale);
  });

  it('turns with the crystal', () => {
    const rotate = (v: Float64Array): Float64Array => {
      // 3-4-5 rotation about z, then about x: no symmetry of the crystal.
      const out = new Float64Array(v.length);
      for (let i = 0; i < v.length; i += 3) {
        const x = 0.6 * v[i] - 0.8 * v[i + 1];
        const y = 0.8 * v[i] + 0.6 * v[i + 1];
        out.set([x, 0.28 * y - 0.96 * v[i + 2], 0.96 * y + 0.28 * v[i + 2]], i);
      }
      return out;
    };
    const here = forcesOf(create(lattice, all), displaced);
    const there = forcesOf(create(rotate(lattice), all), rotate(displaced));
    expect(Math.abs(here.energy - there.energy)).toBeLessThan(1e-12 * Math.abs(here.energy));
    expect(largestDifference(there.forces, rotate(here.forces))).toBeLessThan(1e-11 * scale);
  });

  it('permutes with the atoms', () => {
    const atoms = all.length;
    const order = Array.from({ length: atoms }, (_, i) => (3 * i + 1) % atoms);
    const permute = (v: Float64Array): Float64Array =>
      Float64Array.from(order.flatMap((i) => [v[3 * i], v[3 * i + 1], v[3 * i + 2]]));
    const here = forcesOf(create(lattice, all), displaced);
    const there = forcesOf(create(lattice, all), permute(displaced));
    expect(largestDifference(there.forces, permute(here.forces))).toBeLessThan(1e-11 * scale);
  });

  it('gives one cell and its 2×2×2 repetition the same energy per atom and the same forces', () => {
    const images: number[] = [];
    for (let a = 0; a < 2; a++)
      for (let b = 0; b < 2; b++)
        for (let c = 0; c < 2; c++)
          for (let i = 0; i < displaced.length; i++)
            images.push(displaced[i] + [a, b, c][i % 3] * lattice[4 * (i % 3)]);
    const big = Float64Array.from(images);
    const here = forcesOf(create(lattice, all), displaced);
    const there = forcesOf(
      create(
        lattice.map((x) => 2 * x),
        Array<string>(8 * all.length).fill(species),
      ),
      big,
    );
    expect(Math.abs(there.energy / 8 - here.energy)).toBeLessThan(1e-12 * Math.abs(here.energy));
    expect(largestDifference(there.forces.subarray(7 * here.forces.length), here.forces)).toBeLessThan(
      1e-11 * scale,
    );
  });

  it('gives the same bits however old its neighbour list is', () => {
    const veteran = create(lattice, all);
    let positions = ideal.slice();
    for (let k = 1; k <= 40; k++) {
      positions = positions.map((x, i) => x + 0.1 * amplitude * noise(ideal.length, 100 + k)[i]);
      const old = forcesOf(veteran, positions);
      const fresh = forcesOf(create(lattice, all), positions);
      expect(old.energy).toBe(fresh.energy);
      expect(old.forces).toEqual(fresh.forces);
    }
  });

  it('refuses a compound', () => {
    expect(() => create(lattice, ['Na', ...all.slice(1)])).toThrow(InputError);
  });
});

describe('silicon and argon', () => {
  it('silicon has −4.3366 eV per atom at a = 5.431 Å (Phys. Rev. B 31, 5262: two bonds of depth ε per atom)', () => {
    const { energy } = forcesOf(
      createStillingerWeber(silicon.lattice, Array<string>(8).fill('Si')),
      silicon.positions,
    );
    expect(energy / 8).toBeCloseTo(-4.3366, 4);
  });

  it('argon counts images beyond the nearest: 15.93 Å is less than two cutoffs', () => {
    const { lattice, positions } = cubicCrystal('fcc', 5.31, 3);
    const { energy } = forcesOf(createLennardJones(lattice, Array<string>(108).fill('Ar')), positions);
    const one = forcesOf(createLennardJones(argon.lattice, Array<string>(4).fill('Ar')), argon.positions);
    expect(energy / 108).toBeCloseTo(one.energy / 4, 13);
  });
});
