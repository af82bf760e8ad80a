import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExtxyzFrame, formatExtxyz, parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { formatPoscar, parsePoscar } from '../../src/crystal/formats/poscar.js';
import { deviation, numbers } from '../support/numbers.js';
import { pythonWith, runPython } from '../support/python.js';

const FRAME: ExtxyzFrame = {
  lattice: Float64Array.of(5.1, 0, 0.2, -0.3, 4.3, 0, 0.1, -1.2, 6.2),
  species: ['Na', 'Cl', 'Na', 'Cl', 'Cl'],
  positions: numbers(15, 4, 1),
  forces: numbers(15, 1, 2),
  energy: -12.345678901234567,
  info: { step: 3 },
};

/** Reads the first file and says what is in it, then writes it to the second. */
const SCRIPT = `
import json, sys
from ase.io import read, write
atoms = read(sys.argv[1], format=sys.argv[3])
write(sys.argv[2], atoms, format=sys.argv[3])
print(json.dumps({'cell': atoms.cell.array.ravel().tolist(), 'species': atoms.get_chemical_symbols(),
  'positions': atoms.positions.ravel().tolist(),
  'forces': atoms.get_forces().ravel().tolist() if atoms.calc else [],
  'energy': atoms.get_potential_energy() if atoms.calc else None}))`;

interface Theirs {
  readonly cell: readonly number[];
  readonly species: readonly string[];
  readonly positions: readonly number[];
  readonly forces: readonly number[];
  readonly energy: number | null;
}

const python = pythonWith('ase');
describe.skipIf(python === undefined)('ASE (skipped without a python that has ase)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anharmony-ase-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const round = (text: string, format: string) => {
    const [ours, theirs] = ['ours', 'theirs'].map((name) => join(folder, `${name}.${format}`));
    writeFileSync(ours, text);
    return {
      read: runPython(python!, SCRIPT, ours, theirs, format) as Theirs,
      written: readFileSync(theirs, 'utf8'),
    };
  };

  it('reads our extended XYZ to the last bit, and we read what it writes of that', () => {
    const { read, written } = round(formatExtxyz([FRAME]), 'extxyz');
    expect(read.cell).toEqual([...FRAME.lattice]);
    expect(read.species).toEqual(FRAME.species);
    expect(read.positions).toEqual([...FRAME.positions]);
    expect(read.forces).toEqual([...FRAME.forces!]);
    expect(read.energy).toBe(FRAME.energy);
    const [back] = parseExtxyz(written, 'theirs.extxyz');
    expect(back.species).toEqual(FRAME.species);
    // ASE writes eight decimals.
    expect(deviation(back.positions, FRAME.positions)).toBeLessThan(1e-8);
    expect(deviation(back.forces!, FRAME.forces!)).toBeLessThan(1e-8);
    expect(back.energy).toBeCloseTo(FRAME.energy!, 7);
  });

  it('reads our POSCAR, and we read its', () => {
    const crystal = {
      lattice: FRAME.lattice,
      species: ['Na', 'Na', 'Cl', 'Cl', 'Cl'],
      positions: numbers(15, 0.4, 3).map((x) => x + 0.5),
    };
    const { read, written } = round(formatPoscar(crystal, 'a test'), 'vasp');
    expect(read.species).toEqual(crystal.species);
    expect(deviation(read.cell, crystal.lattice)).toBeLessThan(1e-10);
    const back = parsePoscar(written, 'theirs');
    const inCell = back.positions.map((x, i) => x - Math.round(x - crystal.positions[i]));
    expect(deviation(inCell, crystal.positions)).toBeLessThan(1e-8);
  });
});
