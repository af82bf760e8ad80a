import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { createCalculator, createPotential } from '../../../src/reference/catalogue.js';
import type { ReferenceSettings } from '../../../src/reference/settings.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { cubicCrystal, noise, readFixture } from '../fixture.js';
import { inScratch } from '../scratch.js';

const PROGRAM = fileURLToPath(new URL('../programs/gaussian.mjs', import.meta.url));
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const SILICON: ReferenceSettings = { calculator: 'stillinger-weber' };
const ARGON: ReferenceSettings = { calculator: 'lennard-jones', epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 };
const LAMMPS: ReferenceSettings = {
  calculator: 'command',
  command: ['/usr/bin/python3', 'calculators/lammps_sw.py', '{input}', '{output}'],
  files: ['calculators/Si.sw'],
};

function displaced(
  kind: 'diamond' | 'fcc',
  a: number,
  symbols: readonly string[],
  amplitude: number,
): ReferenceStructure {
  const { lattice, positions } = cubicCrystal(kind, a, 1);
  const shift = noise(positions.length, 77);
  const species = Array.from({ length: positions.length / 3 }, (_, i) => symbols[i % symbols.length]);
  return { lattice, species, positions: positions.map((x, i) => x + amplitude * shift[i]) };
}

const silicon = displaced('diamond', 5.431, ['Si'], 0.2);
const exact = { forces: 1e-11, energy: 1e-11 };

calculatorConformance({
  name: 'stillinger-weber',
  create: (context) => createCalculator(SILICON, context),
  structure: silicon,
  unknownSpecies: 'Ge',
  noise: exact,
});
calculatorConformance({
  name: 'lennard-jones',
  create: (context) => createCalculator(ARGON, context),
  structure: displaced('fcc', 5.31, ['Ar'], 0.5),
  unknownSpecies: 'Kr',
  noise: exact,
});
calculatorConformance({
  name: 'command (a program of two species)',
  create: (context) =>
    createCalculator(
      { calculator: 'command', command: [process.execPath, PROGRAM, 'sound', '{input}', '{output}'] },
      context,
    ),
  structure: displaced('fcc', 4, ['Ne', 'Ar'], 0.4),
  unknownSpecies: 'Kr',
  noise: exact,
});

const hasLammps =
  spawnSync('lmp', ['-h']).status === 0 && spawnSync('/usr/bin/python3', ['--version']).status === 0;
describe.skipIf(!hasLammps)(
  'LAMMPS through examples/calculators/lammps_sw.py (skipped: no lmp here; apt install lammps)',
  () => {
    calculatorConformance({
      name: 'command (LAMMPS)',
      create: (context) => createCalculator(LAMMPS, { ...context, folder: EXAMPLES }),
      structure: silicon,
      unknownSpecies: 'Ge',
      noise: exact,
    });

    it('gives the forces of the built-in potential, in a cell that is not orthogonal too', async () => {
      const fixture = readFixture('silicon8');
      const lattice = fixture.lattice.slice();
      // The second lattice vector tilted out of every axis: another cell of other neighbours.
      lattice.set([0.4, 5.4, 0.7], 3);
      const calculator = createCalculator(LAMMPS, { lattice, species: fixture.species, folder: EXAMPLES });
      expect(calculator.identity).toMatchObject({
        files: { 'calculators/lammps_sw.py': expect.any(String), 'calculators/Si.sw': expect.any(String) },
      });
      const { positions, species } = fixture;
      const result = await inScratch((context) =>
        calculator.evaluate({ lattice, species, positions }, context),
      );
      const forces = new Float64Array(positions.length);
      const energy = createPotential(SILICON, lattice, species)!.evaluate(positions, forces);
      expect(Math.abs(result.energy - energy)).toBeLessThan(1e-10);
      result.forces.forEach((f, i) => {
        expect(Math.abs(f - forces[i])).toBeLessThan(1e-10);
      });
      expect(result.program).toMatch(/^LAMMPS /);
    });
  },
);

describe('createPotential', () => {
  it('refuses a compound before anything is computed', () => {
    const { lattice } = silicon;
    expect(() => createCalculator(SILICON, { lattice, species: ['Sn', 'Se'], folder: '.' })).toThrow(
      InputError,
    );
    expect(() => createCalculator(ARGON, { lattice, species: ['Sn', 'Se'], folder: '.' })).toThrow(
      InputError,
    );
  });
  it('has none for a program', () => {
    const command = { calculator: 'command', command: ['true', '{input}', '{output}'] } as const;
    expect(createPotential(command, silicon.lattice, silicon.species)).toBeUndefined();
  });
});
