import { describe, expect, it } from 'vitest';
import type { LammpsSettings } from '../../../src/reference/calculators/lammps/settings.js';
import { createCalculator, createPotential } from '../../../src/reference/catalogue.js';
import type { ReferenceSettings } from '../../../src/reference/settings.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { cubicCrystal, largestDifference, noise, readFixture } from '../fixture.js';
import { EXAMPLES, hasLmp, LMP_SKIP, siliconPotential } from '../lammps.js';
import { cube } from '../pw.js';
import { inScratch } from '../scratch.js';

/** Rock salt, cohesion by Buckingham and full charges, as LAMMPS has it: each species another size and charge. */
const SALT: LammpsSettings = {
  calculator: 'lammps',
  species: ['Na', 'Cl'],
  commands: [
    'pair_style born/coul/long 9.0',
    'pair_coeff 1 1 0.2637 0.317 2.340 1.048 -0.499',
    'pair_coeff 1 2 0.2110 0.317 2.755 6.990 -8.676',
    'pair_coeff 2 2 0.1582 0.317 3.170 72.402 -145.427',
    'pair_modify table 0',
    'kspace_style ewald 1e-9',
    'set type 1 charge 1',
    'set type 2 charge -1',
  ],
};

function label(settings: ReferenceSettings, structure: ReferenceStructure, folder = EXAMPLES) {
  const calculator = createCalculator(settings, { ...structure, folder });
  return inScratch((context) => calculator.evaluate(structure, context));
}

function salt(): ReferenceStructure {
  const { lattice, positions } = cubicCrystal('fcc', 5.64, 1);
  const all = [...positions, ...positions.map((x, i) => x + (i % 3 === 0 ? 2.82 : 0))];
  const shift = noise(all.length, 77);
  return {
    lattice,
    species: [...Array<string>(4).fill('Na'), ...Array<string>(4).fill('Cl')],
    positions: Float64Array.from(all, (x, i) => x + 0.15 * shift[i]),
  };
}

/** A supercell in which no two vectors are at a right angle and none lies along an axis. */
const SKEWED = [10.2, 1.1, -0.7, -4.4, 9.8, 2.3, 6.1, -3.9, 11.4];

function inSkewedCell(structure: ReferenceStructure): ReferenceStructure {
  return { ...structure, lattice: Float64Array.from(SKEWED) };
}

describe.skipIf(!hasLmp)(`LAMMPS itself${LMP_SKIP}`, () => {
  calculatorConformance({
    name: 'lammps (Stillinger–Weber)',
    create: (context) => createCalculator(siliconPotential(), { ...context, folder: EXAMPLES }),
    structure: cube(5.431, ['Si'], 0.2),
    unknownSpecies: 'Ge',
    noise: { forces: 1e-11, energy: 1e-11 },
  });
  calculatorConformance({
    name: 'lammps (rock salt with charges)',
    create: (context) => createCalculator(SALT, context),
    structure: salt(),
    unknownSpecies: 'K',
    // Ewald's own accuracy.
    noise: { forces: 1e-7, energy: 1e-7 },
  });

  const silicon64 = readFixture('silicon64');
  const handed = (lattice: ArrayLike<number>): Float64Array =>
    Float64Array.from([3, 4, 5, 0, 1, 2, 6, 7, 8], (i) => lattice[i]);
  it.each([
    ['64 atoms', silicon64],
    ['a skewed cell', inSkewedCell(readFixture('silicon8'))],
    ['a skewed cell, left-handed', { ...readFixture('silicon8'), lattice: handed(SKEWED) }],
    [
      'very far from its cell',
      { ...silicon64, positions: silicon64.positions.map((x, i) => x + 200 * (i % 5)) },
    ],
  ])('gives the built-in Stillinger–Weber forces: %s', async (_, structure) => {
    // The last one needs whole lattice vectors to be the same crystal, so the built-in one is asked for the same atoms.
    const result = await label(siliconPotential(), structure);
    const forces = new Float64Array(structure.positions.length);
    const potential = createPotential(
      { calculator: 'stillinger-weber' },
      structure.lattice,
      structure.species,
    );
    const energy = potential!.evaluate(structure.positions, forces);
    const scale = Math.max(1, ...forces.map(Math.abs));
    expect(Math.abs(result.energy - energy)).toBeLessThan(1e-10 * scale * structure.species.length);
    expect(largestDifference(result.forces, forces)).toBeLessThan(1e-10 * scale);
    expect(result.program).toMatch(/^LAMMPS \d/);
  });

  it('gives the built-in Lennard-Jones forces in a skewed cell smaller than the cutoff', async () => {
    const { positions } = readFixture('argon4');
    const structure = {
      lattice: Float64Array.of(5.1, 0.4, 0.6, -0.9, 5.6, 1.1, 0.7, 1.3, 5.2),
      species: Array<string>(4).fill('Ar'),
      positions,
    };
    const result = await label(
      {
        calculator: 'lammps',
        species: ['Ar'],
        commands: ['pair_style lj/smooth/linear 8.5', 'pair_coeff 1 1 0.0104 3.4 8.5'],
      },
      structure,
    );
    const forces = new Float64Array(positions.length);
    createPotential(
      { calculator: 'lennard-jones', epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 },
      structure.lattice,
      structure.species,
    )!.evaluate(positions, forces);
    expect(largestDifference(result.forces, forces)).toBeLessThan(
      1e-10 * Math.max(1, ...forces.map(Math.abs)),
    );
    expect(Math.max(...forces.map(Math.abs))).toBeGreaterThan(1e-3);
  });

  it('knows which species is type 1: types and their constants in the other order are the same label', async () => {
    const structure = salt();
    const [there, back] = [
      await label(SALT, structure),
      await label(
        {
          ...SALT,
          species: ['Cl', 'Na'],
          commands: SALT.commands.map((line) =>
            line
              .replace(/^pair_coeff 1 1/, 'pair_coeff 9 9')
              .replace(/^pair_coeff 2 2/, 'pair_coeff 1 1')
              .replace(/^pair_coeff 9 9/, 'pair_coeff 2 2')
              .replace(/^set type (\d)/, (_, type: string) => `set type ${3 - Number(type)}`),
          ),
        },
        structure,
      ),
    ];
    expect(largestDifference(there.forces, back.forces)).toBeLessThan(1e-12);
    const wrong = await label({ ...SALT, species: ['Cl', 'Na'] }, structure);
    expect(largestDifference(there.forces, wrong.forces)).toBeGreaterThan(0.01);
  });
});
