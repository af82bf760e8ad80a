import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ExtxyzFrame, formatExtxyz, parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { parseComment } from '../../src/crystal/formats/extxyz-comment.js';
import { formatPoscar, parsePoscar } from '../../src/crystal/formats/poscar.js';
import { cartesianPositions, volume } from '../../src/crystal/geometry.js';
import { ELEMENTS, massOf } from '../../src/crystal/masses.js';
import { parseCrystal, readCrystal, readText } from '../../src/crystal/read.js';
import { InputError } from '../../src/errors.js';
import { largestDifference } from '../../src/numerics/matrix3.js';
import { diamond, hasShared, rocksalt, SHARED, textbook, wurtzite } from './crystals.js';

const POSCAR = `comment
1.0
5.0 0 0
0 5.0 0
0 0 5.0
Na Cl
1 1
Direct
0 0 0
0.5 0.5 0.5
`;

/** The text with one line (from 1) replaced. */
function replaceLine(text: string, line: number, by: string): string {
  return text
    .split('\n')
    .map((l, i) => (i === line - 1 ? by : l))
    .join('\n');
}

describe('POSCAR', () => {
  test.each(Object.entries(textbook))('%s reads back bit for bit', (_name, { crystal }) => {
    const again = parsePoscar(formatPoscar(crystal, 'a comment\nin two lines'), 'POSCAR');
    expect(again).toEqual(crystal);
  });

  test('any doubles read back bit for bit', () => {
    const double = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(double, { minLength: 3, maxLength: 3 }),
        fc.array(double, { minLength: 9, maxLength: 9 }),
        (x, l) => {
          const crystal = {
            lattice: Float64Array.from(l, (v, i) => v + (i % 4 === 0 ? 5 : 0)),
            species: ['Si'],
            positions: Float64Array.from(x),
          };
          const again = parsePoscar(formatPoscar(crystal, ''), 'POSCAR');
          expect(new Uint8Array(again.lattice.buffer)).toEqual(new Uint8Array(crystal.lattice.buffer));
          expect(new Uint8Array(again.positions.buffer)).toEqual(new Uint8Array(crystal.positions.buffer));
        },
      ),
      { numRuns: 200, seed: 8 },
    );
  });

  test('scale factors: one, the volume, and three', () => {
    const one = parsePoscar(replaceLine(POSCAR, 2, '1.1'), 'POSCAR');
    expect(one.lattice[0]).toBeCloseTo(5.5, 12);
    const byVolume = parsePoscar(replaceLine(POSCAR, 2, '-216'), 'POSCAR');
    expect(volume(byVolume.lattice)).toBeCloseTo(216, 9);
    expect([...byVolume.positions]).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
    const three = parsePoscar(replaceLine(POSCAR, 2, '1.0 1.2 1.4'), 'POSCAR');
    expect(largestDifference(three.lattice, [5, 0, 0, 0, 6, 0, 0, 0, 7])).toBeLessThan(1e-12);
  });

  test('Cartesian coordinates are scaled with the lattice', () => {
    const cartesian = POSCAR.replace('Direct', 'Cartesian').replace('0.5 0.5 0.5', '2.5 2.5 2.5');
    for (const scale of ['1.0', '1.3', '-216', '1.0 1.2 1.4']) {
      expect(
        largestDifference(
          parsePoscar(replaceLine(cartesian, 2, scale), 'POSCAR').positions,
          [0, 0, 0, 0.5, 0.5, 0.5],
        ),
      ).toBeLessThan(1e-15);
    }
    expect(parsePoscar(cartesian.replace('Cartesian', 'k'), 'POSCAR').positions[3]).toBeCloseTo(0.5, 12);
  });

  test('selective dynamics, flags, velocities, Windows line ends, POTCAR names and Fortran exponents', () => {
    const contcar = `comment\r
1.0\r
5.0D0 0 0\r
0 5.0 0\r
0 0 5.0\r
Na_pv Cl/d1a2b3\r
1 1\r
Selective dynamics\r
Direct\r
0 0 0 T T F\r
0.5 0.5 0.5 F F F ! Cl\r
\r
0.1 0.2 0.3\r
0.1 0.2 0.3\r
`;
    const crystal = parsePoscar(contcar, 'CONTCAR');
    expect(crystal.species).toEqual(['Na', 'Cl']);
    expect([...crystal.positions]).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
    expect(crystal.lattice[0]).toBe(5);
  });

  test('species in several runs keep the order of the atoms', () => {
    const mixed = { ...rocksalt, species: ['Na', 'Cl', 'Na', 'Cl', 'Cl', 'Cl', 'Na', 'Na'] };
    expect(parsePoscar(formatPoscar(mixed, ''), 'POSCAR').species).toEqual(mixed.species);
  });

  test.each<[string, string, RegExp]>([
    ['empty', '  \n', /^POSCAR: the file is empty/],
    ['no scale', replaceLine(POSCAR, 2, 'abc'), /^POSCAR:2: the scale factor is not a number; got "abc"/],
    ['scale zero', replaceLine(POSCAR, 2, '0.0'), /^POSCAR:2: the scale factor/],
    ['three factors, one negative', replaceLine(POSCAR, 2, '1 -1 1'), /^POSCAR:2: the scale factor/],
    [
      'short lattice vector',
      replaceLine(POSCAR, 4, '0 5.0'),
      /^POSCAR:4: number 3 of lattice vector 2 is not a number; got nothing/,
    ],
    ['flat lattice', replaceLine(POSCAR, 4, '5.0 0 0'), /^POSCAR: the lattice vectors span no volume/],
    [
      'flat lattice and a volume',
      replaceLine(replaceLine(POSCAR, 4, '5.0 0 0'), 2, '-100'),
      /span no volume/,
    ],
    ['VASP 4', POSCAR.replace('Na Cl\n', ''), /^POSCAR:6: the species line is missing.*VASP 4/],
    [
      'unknown species',
      replaceLine(POSCAR, 6, 'Na Cx'),
      /^POSCAR:6: unknown chemical symbol; got "Cx".*\n.*did you mean C/,
    ],
    ['counts missing', replaceLine(POSCAR, 7, '1'), /^POSCAR:7: the counts do not fit the species/],
    ['a count of zero', replaceLine(POSCAR, 7, '1 0'), /^POSCAR:7: the counts/],
    ['neither kind', replaceLine(POSCAR, 8, 'Fractional'), /^POSCAR:8: neither direct nor Cartesian/],
    [
      'NaN',
      replaceLine(POSCAR, 10, '0.5 NaN 0.5'),
      /^POSCAR:10: number 2 of the position of atom 2 of 2 is not finite; got "NaN"/,
    ],
    ['stars', replaceLine(POSCAR, 10, '0.5 ***** 0.5'), /^POSCAR:10: .*\n.*columns/],
    ['hexadecimal', replaceLine(POSCAR, 10, '0.5 0x10 0.5'), /^POSCAR:10: /],
    [
      'too few atoms',
      POSCAR.split('\n').slice(0, 9).join('\n'),
      /^POSCAR:9: the file ends before the position of atom 2 of 2/,
    ],
    ['a blank line among the atoms', replaceLine(POSCAR, 9, ''), /^POSCAR:9: .*atom 1 of 2.*got nothing/],
    [
      'atoms too near',
      replaceLine(POSCAR, 10, '0.02 0.99 0'),
      /atoms 1 \(Na\) and 2 \(Cl\) are too near.*0\.112 Å/,
    ],
  ])('%s: refused with file and line', (_name, text, message) => {
    expect(() => parsePoscar(text, 'POSCAR')).toThrow(InputError);
    expect(() => parsePoscar(text, 'POSCAR')).toThrow(message);
  });
});

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const vector = (length: number) =>
  fc.array(finite, { minLength: length, maxLength: length }).map((v) => Float64Array.from(v));

const frame: fc.Arbitrary<ExtxyzFrame> = fc.integer({ min: 1, max: 6 }).chain((atoms) =>
  fc.record({
    lattice: fc
      .array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 })
      .map((l) => Float64Array.from(l, (v, i) => v + (i % 4 === 0 ? 5 : 0))),
    species: fc.array(fc.constantFrom('Si', 'O', 'As', 'B'), { minLength: atoms, maxLength: atoms }),
    positions: vector(3 * atoms),
    forces: fc.option(vector(3 * atoms), { nil: undefined }),
    energy: fc.option(finite, { nil: undefined }),
    info: fc.dictionary(
      fc.stringMatching(/^[a-z][a-z_ 0-9]{0,6}$/).map((k) => `k${k}`),
      fc.oneof(
        finite,
        fc.boolean(),
        fc.string({ maxLength: 12 }).map((s) => `s${s}`),
        fc.array(finite, { minLength: 1, maxLength: 4 }),
      ),
    ),
  }),
);

/** As comparable plain data, the sign of zeros included. */
function plain(frames: readonly ExtxyzFrame[]): unknown {
  return frames.map((f) => ({
    species: f.species,
    energy: f.energy,
    info: { ...f.info },
    lattice: [...f.lattice],
    positions: [...f.positions],
    forces: f.forces === undefined ? undefined : [...f.forces],
  }));
}

const XYZ = `2
Lattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1.5 pbc="T T T"
Na 0 0 0 0.1 0.2 0.3
Cl 2.5 2.5 2.5 -0.1 -0.2 -0.3
`;

describe('extended XYZ', () => {
  test('frames read back bit for bit', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 3 }), (frames) => {
        expect(plain(parseExtxyz(formatExtxyz(frames), 'a.xyz'))).toStrictEqual(plain(frames));
      }),
      { numRuns: 300, seed: 9 },
    );
  });

  test('properties in any order, unused columns, atomic numbers', () => {
    const text = `1
energy=-2 Properties=id:I:1:REF_forces:R:3:Z:I:1:pos:R:3:tags:I:2:fixed:L:1 Lattice="4 0 0 0 4 0 0 0 4"
7 1 2 3 14 0.1 0.2 0.3 0 0 T
`;
    const [f] = parseExtxyz(text, 'a.xyz');
    expect([f.species, [...f.positions], [...f.forces!], f.energy]).toEqual([
      ['Si'],
      [0.1, 0.2, 0.3],
      [1, 2, 3],
      -2,
    ]);
  });

  test.each(['REF_forces', 'forces', 'force', 'dft_forces', 'DFT_forces', 'Forces'])(
    'forces under %s',
    (key) => {
      expect([...parseExtxyz(XYZ.replace(':forces:', `:${key}:`), 'a.xyz')[0].forces!]).toEqual([
        0.1, 0.2, 0.3, -0.1, -0.2, -0.3,
      ]);
    },
  );

  test.each(['REF_energy', 'energy', 'dft_energy', 'free_energy', 'Energy'])('energy under %s', (key) => {
    const [f] = parseExtxyz(XYZ.replace('energy=', `${key}=`), 'a.xyz');
    expect(f.energy).toBe(-1.5);
    expect(f.info).toEqual({});
  });

  test('explicit reference forces win over others', () => {
    const text =
      '1\nLattice="5 0 0 0 5 0 0 0 5" Properties=species:S:1:pos:R:3:forces:R:3:REF_forces:R:3 energy=1 REF_energy=2\nSi 0 0 0 1 1 1 2 2 2\n';
    const [f] = parseExtxyz(text, 'a.xyz');
    expect([f.forces![0], f.energy, f.info]).toEqual([2, 2, { energy: 1 }]);
  });

  test('the comment line in all its forms', () => {
    const line = `a=1 b=-2.5e-3 c=word d="two words" e="1 2 3" f={4 5} g=[6, 7] h=T i='single' j="say \\"x\\"" flag k = 3 "odd key"=v l=F m="" n=1.2.3`;
    expect(Object.fromEntries(parseComment(line, 'a.xyz:2'))).toEqual({
      a: 1,
      b: -2.5e-3,
      c: 'word',
      d: 'two words',
      e: [1, 2, 3],
      f: [4, 5],
      g: [6, 7],
      h: true,
      i: 'single',
      j: 'say "x"',
      flag: true,
      k: 3,
      'odd key': 'v',
      l: false,
      m: '',
      n: '1.2.3',
    });
  });

  test.each<[string, string, RegExp]>([
    ['empty', '', /^a\.xyz: the file holds no frame/],
    ['no count', `x\n${XYZ}`, /^a\.xyz:1: no number of atoms; got "x"/],
    ['count zero', '0\n\n', /^a\.xyz:1: no number of atoms/],
    ['only a count', '3', /^a\.xyz:1: the file ends before the comment line/],
    [
      'truncated',
      `${XYZ}${XYZ.split('\n').slice(0, 3).join('\n')}\n`,
      /^a\.xyz:7: the file ends before atom 2 of a frame; got 1 of 2 atoms/,
    ],
    ['a cut line', XYZ.slice(0, -8), /^a\.xyz:4: atom 2 has the wrong number of columns/],
    [
      'a frame that is too short',
      `${XYZ.split('\n').slice(0, 3).join('\n')}\n${XYZ}`,
      /^a\.xyz:4: the frame ends at atom 1 of 2/,
    ],
    ['NaN in forces', XYZ.replace('-0.2', 'nan'), /^a\.xyz:4: a force is not finite; got "nan"/],
    ['inf in positions', XYZ.replace('2.5 2.5', '2.5 -inf'), /^a\.xyz:4: a coordinate is not finite/],
    ['a word in positions', XYZ.replace('2.5 2.5', '2.5 abc'), /^a\.xyz:4: a coordinate is not a number/],
    ['NaN energy', XYZ.replace('-1.5', 'NaN'), /^a\.xyz:2: energy is not finite/],
    ['no lattice', XYZ.replace(/Lattice="[^"]*" /, ''), /^a\.xyz:2: the frame has no Lattice/],
    ['plain XYZ', '1\nwater\nO 0 0 0\n', /^a\.xyz:2: the frame has no Lattice/],
    [
      'a lattice of eight',
      XYZ.replace('5 0 0 0 5 0 0 0 5', '5 0 0 0 5 0 0 0'),
      /^a\.xyz:2: the Lattice is not nine numbers/,
    ],
    [
      'a flat lattice',
      XYZ.replace('5 0 0 0 5 0 0 0 5', '5 0 0 0 5 0 0 5 0'),
      /^a\.xyz:2: the lattice vectors span no volume/,
    ],
    ['not periodic', XYZ.replace('T T T', 'T T F'), /^a\.xyz:2: the frame is not periodic/],
    ['no positions', XYZ.replace(':pos:', ':velo:'), /^a\.xyz:2: Properties name no species or no positions/],
    ['odd properties', XYZ.replace(':R:3 ', ':R '), /^a\.xyz:2: Properties cannot be read/],
    [
      'unknown species',
      XYZ.replace('Cl', 'CL'),
      /^a\.xyz:4: unknown chemical symbol; got "CL".*\n.*did you mean Cl\?/,
    ],
    ['an open quote', XYZ.replace('0 5" ', '0 5 '), /^a\.xyz:2: the comment line is no list/],
  ])('%s: refused with file and line', (_name, text, message) => {
    expect(() => parseExtxyz(text, 'a.xyz')).toThrow(InputError);
    expect(() => parseExtxyz(text, 'a.xyz')).toThrow(message);
  });

  test('a hundred frames of 64 atoms in well under a second', () => {
    const positions = cartesianPositions(diamond);
    const one: ExtxyzFrame = {
      lattice: diamond.lattice,
      species: Array.from({ length: 64 }, () => 'Si'),
      positions: Float64Array.from({ length: 192 }, (_, i) => positions[i % 24] + 1 / 3),
      forces: new Float64Array(192).fill(1 / 7),
      info: {},
    };
    const text = formatExtxyz(Array.from({ length: 100 }, () => one));
    const start = performance.now();
    expect(parseExtxyz(text, 'a.xyz').length).toBe(100);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('reading crystals', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anharmony-crystal-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  test.each(['POSCAR', 'CONTCAR', 'POSCAR.relaxed', 'si.POSCAR', 'si.vasp', 'unknown.txt'])(
    '%s as POSCAR',
    (name) => {
      expect(readCrystal(file(name, formatPoscar(wurtzite, 'x')))).toEqual(wurtzite);
    },
  );

  test.each(['a.xyz', 'a.extxyz', 'a.dat'])('%s as extended XYZ', (name) => {
    const frame: ExtxyzFrame = {
      lattice: wurtzite.lattice,
      species: wurtzite.species,
      positions: cartesianPositions(wurtzite),
      info: {},
    };
    const crystal = readCrystal(file(name, formatExtxyz([frame, frame])));
    expect(crystal.species).toEqual(wurtzite.species);
    expect(largestDifference(crystal.positions, wurtzite.positions)).toBeLessThan(1e-15);
  });

  test('missing, empty, a folder, no permission', () => {
    expect(() => readCrystal(join(folder, 'none.POSCAR'), 'crystal')).toThrow(
      /^crystal: there is no such file; got .*none\.POSCAR/,
    );
    expect(() => readCrystal(folder)).toThrow(/it is a folder/);
    expect(() => readCrystal(file('empty.POSCAR', '\n'))).toThrow(/the file is empty/);
    const secret = file('secret.POSCAR', POSCAR);
    chmodSync(secret, 0);
    if (process.getuid?.() !== 0) expect(() => readText(secret)).toThrow(/no permission/);
  });

  test('atoms too near are refused in both formats', () => {
    const near = { ...diamond, positions: diamond.positions.map((v, i) => (i === 0 ? 0.27 : v)) };
    near.positions[1] = 0.25;
    near.positions[2] = 0.25;
    expect(() => parseCrystal(formatPoscar(near, ''), 'POSCAR')).toThrow(
      /atoms 1 \(Si\) and 5 \(Si\) are too near.*0\.109 Å/,
    );
    const frame: ExtxyzFrame = {
      lattice: near.lattice,
      species: near.species,
      positions: cartesianPositions(near),
      info: {},
    };
    expect(() => parseCrystal(formatExtxyz([frame]), 'a.xyz')).toThrow(/too near/);
  });
});

describe('masses', () => {
  // IUPAC 2021, as cited in masses.ts; compared with the values phonopy and ASE print for these elements.
  test.each([
    ['Si', 28.085],
    ['B', 10.81],
    ['As', 74.921595],
    ['Sn', 118.71],
    ['Se', 78.971],
    ['Na', 22.98976928],
    ['Cl', 35.45],
    ['Ar', 39.95],
  ])('%s', (symbol, mass) => expect(massOf(symbol)).toBe(mass));

  test('all elements, in order of atomic number', () => {
    expect(ELEMENTS.length).toBe(118);
    expect([ELEMENTS[0], ELEMENTS[13], ELEMENTS[49], ELEMENTS[117]]).toEqual(['H', 'Si', 'Sn', 'Og']);
    // Pairs that are out of order in mass are well known; nothing else may be.
    const descents = ELEMENTS.slice(1)
      .filter((s, i) => massOf(s) < massOf(ELEMENTS[i]))
      .slice(0, 4);
    expect(descents).toEqual(['K', 'Ni', 'I', 'Pa']);
  });

  test.each([
    ['si', 'Si'],
    ['SN', 'Sn'],
    ['Xx', 'Xe'],
    ['constructor', 'C'],
  ])('%s is unknown, %s is near', (symbol, near) => {
    expect(() => massOf(symbol, 'data.xyz:3')).toThrow(
      new RegExp(
        `^data.xyz:3: unknown chemical symbol; got "${symbol}".*\n.*did you mean ${near === 'Xe' || near === 'C' ? '' : near}`,
      ),
    );
  });
});

describe.skipIf(!hasShared)('real files', () => {
  test('the data sets read, with forces', () => {
    for (const name of ['si64-pbesol', 'nacl64']) {
      const frames = parseExtxyz(readText(`${SHARED}/${name}.xyz`), name);
      expect(frames.length).toBe(100);
      expect(plain(parseExtxyz(formatExtxyz(frames.slice(0, 3)), 'again'))).toStrictEqual(
        plain(frames.slice(0, 3)),
      );
    }
  });
});
