import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { inOriginalOrder, sortBySpecies } from '../../../src/reference/calculators/vasp/input.js';
import { vasp } from '../../../src/reference/calculators/vasp.js';
import { createCalculator } from '../../../src/reference/catalogue.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { largestDifference } from '../fixture.js';
import { inScratch } from '../scratch.js';
import { interleaved, libraryFolder, vaspSettings } from '../vasp.js';

const folder = libraryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

calculatorConformance({
  name: 'vasp (stand-in program)',
  create: (context) =>
    createCalculator(
      vaspSettings({ potcar: { ...vaspSettings().potcar, library: join(folder, 'potpaw') } }),
      context,
    ),
  structure: interleaved,
  unknownSpecies: 'Ge',
  noise: { forces: 1e-6, energy: 2e-8 },
});

describe('atoms in VASP’s order', () => {
  it('are sorted into blocks of species, and forces come back', () => {
    const sorted = sortBySpecies(interleaved);
    expect(sorted.species).toEqual([...Array(4).fill('B'), ...Array(4).fill('As')]);
    expect(sorted.origin).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
    expect(inOriginalOrder(sorted.positions, sorted.origin)).toEqual(interleaved.positions);
  });

  it('give each atom its own force, whichever order is asked for', async () => {
    const forces = async (structure: typeof interleaved) =>
      (
        await inScratch((context) =>
          vasp(vaspSettings(), { species: interleaved.species, folder }).evaluate(structure, context),
        )
      ).forces;
    const { origin, ...blocks } = sortBySpecies(interleaved);
    const [mixed, sorted] = [await forces(interleaved), await forces(blocks)];
    expect(largestDifference(mixed, inOriginalOrder(sorted, origin))).toBeLessThan(1e-7);
    // The blocks' order itself would be wrong.
    expect(largestDifference(mixed, sorted)).toBeGreaterThan(0.1);
  });
});
