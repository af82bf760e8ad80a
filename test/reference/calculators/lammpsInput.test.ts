import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { determinant3, multiply3, transpose3 } from '../../../src/numerics/matrix3.js';
import { intoFrame, lammpsFrame, outOfFrame } from '../../../src/reference/calculators/lammps/frame.js';
import { readLammpsOutput } from '../../../src/reference/calculators/lammps/output.js';
import type { LammpsSettings } from '../../../src/reference/calculators/lammps/settings.js';
import { lammps } from '../../../src/reference/calculators/lammps.js';
import { largestDifference } from '../fixture.js';
import { EXAMPLES, siliconPotential } from '../lammps.js';
import { silicon8 } from '../pw.js';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-lammps-'));
afterAll(() => rmSync(folder, { recursive: true }));

const create = (changes: Partial<LammpsSettings>, species = ['Si']) =>
  lammps(siliconPotential(changes), { species, folder: EXAMPLES });
const withLine = (line: string) => () => create({ commands: [...siliconPotential().commands, line] });

describe('commands of LAMMPS that are no potential', () => {
  it.each([
    ['run 10', /the calculator writes/],
    ['minimize 0 1e-8 100 1000', /atoms stay where they are/],
    ['displace_atoms all random 0.1 0.1 0.1 7', /atoms stay where they are/],
    ['velocity all create 300 1', /atoms stay where they are/],
    ['fix 1 all nve', /forces of the potential alone/],
    ['change_box all x scale 1.1', /the cell is the supercell/],
    ['boundary p p f', /periodic in all directions/],
    ['replicate 2 2 2', /the cell is the supercell/],
    ['units real', /would spoil every label.*expected units metal/s],
    ['atom_style full', /expected atomic or charge/],
    ['set type 1 x 0.1', /something else than a charge/],
    ['neigh_modify exclude type 1 1', /leaves out forces/],
    ['neigh_modify one 10', /leave one out/],
    ['kspace_style pppm 1e-4', /too loose for forces/],
    ['kspace_style ewald', /too loose for forces; got nothing/],
    ['include more.in', /belong to the label/],
    ['pair_stile sw', /did you mean "pair_style"/],
    ['pair_modify shift yes; run 1', /not one plain command/],
    ['pair_coeff * * $' + '{file} Si', /not one plain command/],
    ['shell rm -r x', /nothing but LAMMPS is run/],
  ])('%s', (line, words) => expect(withLine(line)).toThrow(words));

  it('takes what a potential needs, comments too', () => {
    expect(withLine('pair_modify shift yes   # the energy alone')).not.toThrow();
    expect(withLine('neighbor 1.0 bin')).not.toThrow();
    expect(withLine('units metal')).not.toThrow();
  });

  it('says all at once', () => {
    const wrong = () =>
      create({ species: ['Ge', 'Ge'], commands: ['pair_coeff * * nothing.sw Si', 'run 1'] });
    for (const words of [
      /Si has no atom type/,
      /two atom types/,
      /nothing\.sw/,
      /there is no potential/,
      /run/,
    ])
      expect(wrong).toThrow(words);
  });
});

describe('which species a type is', () => {
  it('refuses elements in another order than the types', () => {
    writeFileSync(join(folder, 'SiC.tersoff'), '');
    const with2 = (line: string) => () =>
      lammps(
        { calculator: 'lammps', species: ['Si', 'C'], commands: ['pair_style tersoff', line] },
        { species: ['Si', 'C'], folder },
      );
    expect(with2('pair_coeff * * SiC.tersoff C Si')).toThrow(
      /takes type 1 for C, but reference.species for Si/,
    );
    expect(with2('pair_coeff * * SiC.tersoff Si C')).not.toThrow();
    expect(with2('pair_coeff * * SiC.tersoff NULL C')).not.toThrow();
    expect(with2('pair_coeff * * SiC.tersoff Si(D) C1')).not.toThrow();
  });
});

describe('the identity of a label', () => {
  const identity = (changes: Partial<LammpsSettings>) => JSON.stringify(create(changes).identity);
  const same = siliconPotential().commands;
  it('does not see what changes no force', () => {
    const plain = identity({});
    expect(identity({ timeout: 5, command: ['mpirun', 'lmp'], memory: 10 })).toBe(plain);
    expect(identity({ commands: ['units metal', ...same, 'neighbor 3.0 bin', 'newton on'] })).toBe(plain);
  });
  it('sees the potential, the species and the content of files', () => {
    const plain = identity({});
    expect(identity({ commands: [...same, 'pair_modify shift yes'] })).not.toBe(plain);
    expect(identity({ species: ['Si', 'Ge'], commands: same })).not.toBe(plain);
    writeFileSync(join(folder, 'Si.sw'), 'another');
    const other = lammps(siliconPotential({ commands: ['pair_style sw', 'pair_coeff * * Si.sw Si'] }), {
      species: ['Si'],
      folder,
    });
    expect(JSON.stringify(other.identity)).not.toBe(plain);
  });
});

describe('what LAMMPS is given', () => {
  it('has the atoms in all digits, and the files under their own names', () => {
    const files = create({}).inputFiles!(silicon8);
    expect(Object.keys(files).sort()).toEqual(['Si.sw', 'lmp.data', 'lmp.in']);
    expect(files['lmp.in']).toMatch(/pair_coeff \* \* Si\.sw Si\n[\s\S]*run 0\n/);
    const row = String(files['lmp.data'])
      .split('\n')
      .find((line) => line.startsWith('3 1 '));
    expect(row?.split(' ').slice(2).map(Number)).toEqual([...silicon8.positions.subarray(6, 9)]);
  });
  it.each([
    ['skewed', [10.2, 1.1, -0.7, -4.4, 9.8, 2.3, 6.1, -3.9, 11.4]],
    ['left-handed', [-4.4, 9.8, 2.3, 10.2, 1.1, -0.7, 6.1, -3.9, 11.4]],
    ['a needle', [1, 0, 0, 1e3, 1, 0, 1e3, 1e3, 1]],
  ])('a lattice that is %s: lengths and angles stay, forces come back', (_, lattice) => {
    const frame = lammpsFrame(lattice);
    const metric = (rows: ArrayLike<number>) =>
      multiply3(Float64Array.from(rows), transpose3(Float64Array.from(rows)));
    const [there, here] = [metric(frame.lattice), metric(lattice)];
    expect(largestDifference(there, here)).toBeLessThan(1e-14 * Math.max(...here.map(Math.abs)));
    expect([1, 2, 5].map((i) => frame.lattice[i])).toEqual([0, 0, 0]);
    expect([0, 4, 8].every((i) => frame.lattice[i] > 0)).toBe(true);
    expect(Math.sign(determinant3(frame.turn))).toBe(Math.sign(determinant3(lattice)));
    const back = outOfFrame(frame, intoFrame(frame, silicon8.positions));
    expect(largestDifference(back, silicon8.positions)).toBeLessThan(1e-13);
  });
});

describe('what LAMMPS says', () => {
  const stdout = 'LABEL ENERGY -3.5 BOX 3 4 5 0.5 0 0\n';
  const dump = 'ITEM: ATOMS id type xu yu zu fx fy fz \n1 1 0 0 0 1 2 3\n2 2 1 1 1 -1 -2 -3\n';
  it('is read in its own frame', () => {
    const { energy, forces, structure } = readLammpsOutput(stdout, dump, ['Sn', 'Se']);
    expect([energy, ...forces]).toEqual([-3.5, 1, 2, 3, -1, -2, -3]);
    expect(structure.species).toEqual(['Sn', 'Se']);
    expect([...structure.lattice]).toEqual([3, 0, 0, 0.5, 4, 0, 0, 0, 5]);
  });
  it.each([
    ['cut in the middle of a line', stdout, dump.slice(0, -4), /was cut/],
    ['cut in its last number', stdout, dump.slice(0, -2), /the last line of the dump was cut/],
    ['without a dump', stdout, '', /does not hold one step/],
    ['without its end', 'LAMMPS (29 Sep 2021)', dump, /end of its input/],
    ['with a lost atom', stdout, dump.replace(/^1 .*\n/m, ''), /atom 2 in place 1/],
  ])('is refused %s', (_, out, lines, words) =>
    expect(() => readLammpsOutput(out, lines, ['Sn', 'Se'])).toThrow(words),
  );
});
