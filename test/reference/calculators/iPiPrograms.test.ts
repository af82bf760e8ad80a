import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { iPi } from '../../../src/reference/calculators/iPi.js';
import { createPotential } from '../../../src/reference/catalogue.js';
import { createResidentPool } from '../../../src/reference/resident/pool.js';
import type { ReferenceSettings } from '../../../src/reference/settings.js';
import type { Calculator, ReferenceStructure } from '../../../src/reference/types.js';
import { cubicCrystal, largestDifference, noise, readFixture } from '../fixture.js';
import { inScratch } from '../scratch.js';

/** Clients of the protocol that others wrote. */
const EXAMPLES = fileURLToPath(new URL('../../../examples', import.meta.url));
const ASE = fileURLToPath(new URL('../programs/aseSocket.py', import.meta.url));
const PYTHON = '/usr/bin/python3';
const hasLammps = spawnSync('lmp', ['-h'], { encoding: 'utf8' }).stdout?.includes(' ipi') === true;
const hasAse = spawnSync(PYTHON, ['-c', 'import ase']).status === 0;

/** Forces of one client for structures one after another, and the built-in potential's. */
async function compare(
  calculator: Calculator,
  builtIn: ReferenceSettings,
  structures: readonly ReferenceStructure[],
): Promise<number> {
  let largest = 0;
  await inScratch(async ({ scratch, signal }) => {
    const residents = createResidentPool({ slots: 1, folder: join(scratch, 'residents') });
    try {
      for (const structure of structures) {
        const result = await calculator.evaluate(structure, { scratch, signal, residents });
        const forces = new Float64Array(structure.positions.length);
        const potential = createPotential(builtIn, structure.lattice, structure.species);
        potential?.evaluate(structure.positions, forces);
        largest = Math.max(largest, largestDifference(result.forces, forces));
        expect(Math.max(...forces.map(Math.abs))).toBeGreaterThan(0.1);
      }
    } finally {
      await residents.close();
    }
  });
  return largest;
}

describe.skipIf(!hasLammps)('LAMMPS with its fix ipi (SKIPPED without lmp; npm run install:codes)', () => {
  it('gives the forces of the built-in potential, structure after structure', async () => {
    const command = ['python3', 'calculators/lammps_socket.py', '{socket}'];
    const lammps = iPi(
      { calculator: 'i-pi', command, files: ['calculators/Si.sw'], timeout: 60 },
      { folder: EXAMPLES },
    );
    const { lattice, species, positions } = readFixture('silicon64');
    const structures = [0, 1, 2].map((seed) => {
      const shift = noise(positions.length, seed + 1);
      return { lattice, species, positions: positions.map((x, i) => x + 0.1 * seed * shift[i]) };
    });
    // Its constants for hartree and bohr have eight digits.
    expect(await compare(lammps, { calculator: 'stillinger-weber' }, structures)).toBeLessThan(2e-5);
  });
});

describe.skipIf(!hasAse)('ASE’s SocketClient (SKIPPED without python3-ase; npm run install:codes)', () => {
  it('gives the forces of the built-in potential, structure after structure', async () => {
    const ase = iPi(
      { calculator: 'i-pi', command: [PYTHON, ASE, '{socket}'], timeout: 60 },
      { folder: tmpdir() },
    );
    const { lattice, positions } = cubicCrystal('fcc', 5.31, 1);
    const structures = [3, 4].map((seed) => {
      const shift = noise(12, seed);
      return {
        lattice,
        species: ['Ar', 'Ar', 'Ar', 'Ar'],
        positions: positions.map((x, i) => x + 0.5 * shift[i]),
      };
    });
    const builtIn = { calculator: 'lennard-jones', epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 } as const;
    // The built-in one shifts the force at the cutoff: 0.11 meV/Å for each of about 70 neighbours, most of which cancel.
    expect(await compare(ase, builtIn, structures)).toBeLessThan(1e-3);
  });
});
