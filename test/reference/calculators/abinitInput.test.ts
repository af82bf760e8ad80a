import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AbinitSettings, AbinitVariables } from '../../../src/reference/calculators/abinit/settings.js';
import { isValue, numberOf } from '../../../src/reference/calculators/abinit/values.js';
import {
  OWNED,
  TOLERANCES,
  VARIABLES,
  WITHOUT_EFFECT,
} from '../../../src/reference/calculators/abinit/variables.js';
import { abinit } from '../../../src/reference/calculators/abinit.js';
import { BOHR } from '../../../src/units.js';
import { pseudopotential, silicon8 } from '../pw.js';

const folder = mkdtempSync(join(tmpdir(), 'anharmony-abinit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Headers as ABINIT's formats have them: title; atomic number, charge, date; pspcod … */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const SI = file(
  'Si.psp8',
  'Si  ONCVPSP\n14.0000  4.0000  171102  zatom,zion,pspd\n8  -1012  2  4  600  0  pspcod\n',
);
const AS = file(
  'As.hgh',
  'Hartwigsen-Goedecker-Hutter psp for As\n 33  5  010605 zatom,zion,pspdat\n 3 1  2 0 2001 0 pspcod\n',
);
const SI_PAW = file(
  'Si.paw',
  'Paw atomic data for element Si\n 14.000  4.000  20080101 : zatom\n 7  2  2  0  350  0. : pspcod\n',
);
const SI_XML = file(
  'Si.xml',
  '<?xml version="1.0"?>\n<paw_setup version="0.5">\n<atom symbol="Si" Z="14" core="10"/>\n</paw_setup>\n',
);

function create(variables: AbinitVariables, changes: Partial<AbinitSettings> = {}, species = ['Si']) {
  return abinit(
    {
      calculator: 'abinit',
      variables,
      pseudopotentials: { Si: pseudopotential(SI) },
      kpoints: 'gamma',
      ...changes,
    },
    { species, folder },
  );
}
const input = (variables: AbinitVariables, changes: Partial<AbinitSettings> = {}) =>
  String(create(variables, changes).inputFiles!(silicon8)['run.abi']);

describe('variables that ABINIT would refuse, or take and spoil the label with', () => {
  it.each<[string, AbinitVariables, RegExp]>([
    ['no cutoff', {}, /variables\.ecut: is missing/],
    ['a cutoff in eV', { ecut: 500 }, /ecut: is out of range.*in Ha/s],
    ['a cutoff in eV that says so, and is far too small', { ecut: '20 eV' }, /ecut: is out of range/],
    ['a slip', { ecut: 20, ecutt: 3 }, /ecutt: is no variable.*did you mean "ecut"/s],
    ['a data set', { ecut: 20, nband2: 3 }, /nband: a label is one single point/],
    ['a cell', { ecut: 20, acell: '3*10' }, /the cell and its atoms are those of the supercell/],
    ['symmetry', { ecut: 20, nsym: 0 }, /never symmetrised/],
    ['dynamics', { ecut: 20, ionmov: 2 }, /one single point/],
    ['k-points', { ecut: 20, ngkpt: [2, 2, 2] }, /those of reference\.kpoints/],
    ['frozen atoms', { ecut: 20, iatfix: 1 }, /the forces on all atoms/],
    ['two tolerances', { ecut: 20, tolvrs: 1e-12, toldff: 1e-6 }, /exactly one of tolvrs, toldff/],
    ['a tolerance switched off', { ecut: 20, tolvrs: 0 }, /exactly one of/],
    ['a loose tolerance', { ecut: 20, tolvrs: 1e-4 }, /tolvrs: is too loose for forces.*at most 0\.000001/s],
    ['a loose tolerance of forces', { ecut: 20, toldff: '1.0d-3' }, /toldff: is too loose/],
    ['a cycle that is none', { ecut: 20, iscf: -2 }, /iscf: does not make the electrons self-consistent/],
    ['a width without smearing', { ecut: 20, tsmear: 0.01 }, /tsmear: ABINIT ignores it without smearing/],
    ['smearing without a width', { ecut: 20, occopt: 3 }, /tsmear: is missing/],
    ['a width that cannot be Ha', { ecut: 20, occopt: 3, tsmear: 0.1 }, /tsmear: is out of range/],
    ['occupations by hand', { ecut: 20, occopt: 0 }, /occupations by hand/],
    ['pairs of k-points with vector magnetism', { ecut: 20, nspden: 4, kptopt: 2 }, /tells k from −k.*3, 4/s],
    ['more variables in one', { ecut: '20 nband 7' }, /no value of ABINIT/],
    ['a comment', { ecut: '20 # Ry' }, /no value of ABINIT/],
    ['Infinity', { ecut: Number.POSITIVE_INFINITY }, /no value of ABINIT/],
    ['few steps', { ecut: 20, nstep: 2 }, /nstep: is out of range/],
  ])('%s', (_, variables, words) => expect(() => create(variables)).toThrow(words));

  it.each<[string, AbinitVariables]>([
    ['units', { ecut: '40 Ry', occopt: 7, tsmear: '300 K' }],
    ['capitals and lists', { ECUT: 20, nsppol: 2, spinat: [0, 0, 1, 0, 0, -1] }],
    ['another tolerance', { ecut: 20, toldfe: '1.0d-9' }],
  ])('takes %s', (_, variables) => expect(() => create(variables)).not.toThrow());

  it('says all at once', () => {
    const wrong = () => create({ acel: 1, tolvrs: 1 }, { pseudopotentials: {} });
    for (const words of [/acel/, /tolvrs/, /ecut/, /pseudopotentials\.Si/]) expect(wrong).toThrow(words);
  });

  it('has tables that do not contradict each other', () => {
    expect(VARIABLES.filter((name) => name in OWNED)).toEqual([]);
    expect(new Set(VARIABLES).size).toBe(VARIABLES.length);
    for (const name of [...WITHOUT_EFFECT, ...Object.keys(TOLERANCES)]) expect(VARIABLES).toContain(name);
  });
});

describe('pseudopotentials in ABINIT’s formats', () => {
  it.each([
    ['of another element', AS],
    ['with a checksum of another file', SI],
  ])('are refused %s', (_, path) => {
    const { sha256 } = pseudopotential(path === SI ? AS : path);
    expect(() => create({ ecut: 20 }, { pseudopotentials: { Si: { file: path, sha256 } } })).toThrow(
      /another (element; got As|checksum)/,
    );
  });
  it.each([
    ['its own format', SI_PAW],
    ['XML', SI_XML],
  ])('PAW in %s wants a fine grid', (_, path) => {
    const pseudopotentials = { Si: pseudopotential(path) };
    expect(() => create({ ecut: 20 }, { pseudopotentials })).toThrow(/pawecutdg: is missing/);
    expect(() => create({ ecut: 20, pawecutdg: 10 }, { pseudopotentials })).toThrow(/at least ecut/);
    expect(() => create({ ecut: 20, pawecutdg: 40 }, { pseudopotentials })).not.toThrow();
  });
});

describe('what ABINIT is given', () => {
  it('has the atoms in bohr, in the order asked for, without symmetry', () => {
    const text = input({ ecut: 20 });
    for (const line of [
      'ecut 20',
      'nsym 1',
      'natom 8',
      'znucl 14',
      'tolvrs 1e-10',
      'kptopt 2',
      'ngkpt 1 1 1',
    ])
      expect(text).toContain(`\n${line}\n`.replace(/^\n(?=kptopt)/, ''));
    const rows = text
      .slice(text.indexOf('\nxcart\n') + 7)
      .trim()
      .split('\n');
    const read = rows.flatMap((row) => row.split(' ').map((x) => Number(x) * BOHR));
    read.forEach((x, i) => {
      expect(x).toBeCloseTo(silicon8.positions[i], 12);
    });
  });
  it('half a grid step is half a grid step', () => {
    expect(input({ ecut: 20 }, { kpoints: { grid: [2, 3, 1], shift: [1, 0, 1] } })).toMatch(
      /\nngkpt 2 3 1\nnshiftk 1\nshiftk 0\.5 0 0\.5\n/,
    );
  });
  it('has no line longer than ABINIT reads', () => {
    const spinat = Array.from({ length: 300 }, (_, i) => i / 7);
    const lines = input({ ecut: 20, spinat }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(264);
    expect(lines.join(' ')).toContain(`spinat ${spinat.join(' ')}`);
  });
});

describe('the identity of a label', () => {
  const identity = (variables: AbinitVariables, changes: Partial<AbinitSettings> = {}) =>
    JSON.stringify(create(variables, changes).identity);
  it('does not see what changes no force', () => {
    const plain = identity({ ecut: 20 });
    expect(identity({ ecut: 20, prtvol: 2, npkpt: 4, optstress: 1 })).toBe(plain);
    expect(identity({ ecut: 20 }, { command: ['srun', 'abinit'], timeout: 3, memory: 2 })).toBe(plain);
    expect(identity({ ECUT: 20 })).toBe(plain);
  });
  it('sees settings, k-points, pseudopotentials and whether physics may be corrected', () => {
    const changed = [
      identity({ ecut: 20 }),
      identity({ ecut: 21 }),
      identity({ ecut: 20, ixc: 11 }),
      identity({ ecut: 20 }, { kpoints: { grid: [1, 1, 1], shift: [1, 1, 1] } }),
      identity({ ecut: 20 }, { corrections: { changePhysics: true } }),
      identity({ ecut: 20, pawecutdg: 40 }, { pseudopotentials: { Si: pseudopotential(SI_PAW) } }),
    ];
    expect(new Set(changed).size).toBe(changed.length);
  });
});

describe('values in ABINIT’s notation', () => {
  it.each(['3*1.0', '1/3 -2/3', '1.0d-8', '.5', '40 Ry', '0.5 0.5 eV', 'sqrt(0.75) 2*1'])(
    '%s is one',
    (text) => expect(isValue(text)).toBe(true),
  );
  it.each(['Ry', '1 2 bohrs', 'ecut 5', '1;2', '', '1 # 2'])('%j is none', (text) =>
    expect(isValue(text)).toBe(false),
  );
  it('energies are read in Ha', () => {
    expect(numberOf('40 Ry')).toBe(20);
    expect(numberOf('27.211386245988 eV')).toBeCloseTo(1, 12);
    expect(numberOf('1.5d-3')).toBe(1.5e-3);
    expect(numberOf('1 2')).toBeNaN();
  });
});
