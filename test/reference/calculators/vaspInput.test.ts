import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { parsePoscar } from '../../../src/crystal/formats/poscar.js';
import { InputError } from '../../../src/errors.js';
import { checkIncar, flatIncar } from '../../../src/reference/calculators/vasp/check.js';
import { defaultBands } from '../../../src/reference/calculators/vasp/ladder.js';
import type { PotcarSettings, VaspSettings } from '../../../src/reference/calculators/vasp/settings.js';
import { vasp } from '../../../src/reference/calculators/vasp.js';
import { inScratch } from '../scratch.js';
import { interleaved, libraryFolder, vaspSettings } from '../vasp.js';

const folder = libraryFolder();
afterAll(() => rmSync(folder, { recursive: true }));
const create = (changes: Partial<VaspSettings> = {}) =>
  vasp(vaspSettings(changes), { species: interleaved.species, folder });

describe('an INCAR', () => {
  it('that is sound is taken as it is, tags in any case', () => {
    const incar = {
      encut: 500,
      GGA: 'PS',
      Lasph: '.TRUE.',
      MAGMOM: [1, 2.5],
      ALGO: 'fast',
      Ediff: 1e-8,
      ISYM: -1,
      LREAL: 'F',
    };
    expect(checkIncar(incar)).toEqual([]);
    expect(flatIncar(incar)).toMatchObject({
      ENCUT: 500,
      LASPH: true,
      MAGMOM: '1 2.5',
      ALGO: 'Fast',
      EDIFF: 1e-8,
      ISYM: -1,
    });
  });

  it('gets what a label needs where it is left out', () => {
    const wanted = {
      PREC: 'Accurate',
      EDIFF: 1e-7,
      ISYM: 0,
      NSW: 0,
      IBRION: -1,
      LREAL: false,
      ISMEAR: 0,
      SIGMA: 0.05,
      NELM: 100,
      NELMIN: 4,
    };
    expect(flatIncar({ ENCUT: 350 })).toMatchObject(wanted);
  });

  it('without a cutoff is refused: VASP would choose one', () => {
    expect(checkIncar({})).toEqual([
      expect.objectContaining({ field: 'reference.incar.ENCUT', message: 'is missing' }),
    ]);
  });

  it.each<[string, VaspSettings['incar'], RegExp]>([
    ['a cutoff in Ry', { ENCUT: 37 }, /ENCUT: is out of range.*1 Ry = 13\.606 eV/],
    ['coarse grids', { PREC: 'Low' }, /PREC: its grids are too coarse.*Accurate/],
    ['the default grids', { PREC: 'Normal' }, /PREC: its grids are too coarse/],
    ['a loose threshold', { EDIFF: 1e-4 }, /EDIFF: is too loose for forces/],
    ['an unreachable threshold', { EDIFF: 1e-14 }, /EDIFF: is out of range/],
    ['symmetrised forces', { ISYM: 2 }, /ISYM: VASP would symmetrise/],
    ['a relaxation', { NSW: 50 }, /NSW: cannot be chosen.*one single point/],
    ['a relaxation by IBRION', { IBRION: 2 }, /IBRION: cannot be chosen/],
    ['real-space projection', { LREAL: 'Auto' }, /LREAL: cannot be chosen.*noise on the forces/],
    ['tetrahedra', { ISMEAR: -5 }, /ISMEAR: forces with tetrahedra/],
    ['smearing in K', { SIGMA: 300 }, /SIGMA: is out of range.*300 K = 0\.0259 eV/],
    ['smearing without width', { SIGMA: 0 }, /SIGMA: is out of range/],
    ['no self-consistency', { ALGO: 'Exact' }, /ALGO: does not make the electrons self-consistent/],
    ['few steps', { NELM: 4 }, /NELM: is out of range/],
    ['half a step', { NELM: 60.5 }, /NELM: is no whole number/],
    ['more at least than at most', { NELM: 20, NELMIN: 20 }, /NELMIN: .*else no run converges/],
    ['another k-mesh', { KSPACING: 0.3 }, /KSPACING: cannot be chosen.*reference\.kpoints/],
    ['a density of one’s own', { ICHARG: 11 }, /ICHARG: cannot be chosen/],
    ['forces that are not the electrons’', { ML_LMLFF: true }, /ML_LMLFF: belongs to VASP’s own/],
    ['a typo', { ENCUTT: 500 }, /ENCUTT: is not a tag.*did you mean "ENCUT"/],
    ['an old name', { IALGO: 48 }, /IALGO: is the old name of ALGO/],
    ['a Fortran number', { EDIFF: '1d-7' }, /EDIFF: is a text/],
    ['a second tag in a value', { GGA: 'PS; NSW = 100' }, /GGA: has a character that ends a value/],
  ])('%s is refused', (_, incar, message) => {
    const said = checkIncar({ ENCUT: 500, ...incar }).map(
      (p) => `${p.field}: ${p.message} ${p.expected ?? ''} ${p.hint ?? ''}`,
    );
    expect(said.join('\n')).toMatch(message);
  });
});

describe('POTCARs', () => {
  const refusal = (potcar: Partial<PotcarSettings>, incar = vaspSettings().incar): string => {
    try {
      create({ potcar: { ...vaspSettings().potcar, ...potcar }, incar });
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return '';
  };

  it.each<[string, Partial<PotcarSettings>, RegExp]>([
    [
      'of another element',
      { names: { B: 'As', As: 'As' } },
      /names\.B: the POTCAR is of another element; got VRHFIN As/,
    ],
    [
      'that are not there',
      { names: { B: 'B_s', As: 'As' } },
      /names\.B: the POTCAR cannot be read; got .*ENOENT/,
    ],
    ['without a name', { names: { B: 'B' } }, /names\.As: is missing/],
    [
      'of a species that is not there',
      { names: { B: 'B', As: 'As', Ge: 'Ge' } },
      /names\.Ge: is not in the crystal/,
    ],
    ['that were cut', { names: { B: 'B', As: 'As_cut' } }, /names\.As: the POTCAR was cut/],
    ['of two functionals', { names: { B: 'B', As: 'As_lda' } }, /of different functionals; got B PE, As CA/],
    [
      'made for a higher cutoff',
      { names: { B: 'B_hard', As: 'As' } },
      /ENCUT: is below .* POTCAR of B .*ENMAX = 700 eV/,
    ],
    [
      'with another checksum',
      { sha256: { B: 'a'.repeat(64) } },
      /sha256\.B: the POTCAR has another checksum/,
    ],
  ])('%s are refused', (_, potcar, message) => expect(refusal(potcar)).toMatch(message));

  it('are refused together with what is wrong with the INCAR', () => {
    expect(refusal({ names: { B: 'As', As: 'As' } }, { ENCUT: 500, PREC: 'Low' }).split('\n')).toEqual(
      expect.arrayContaining([expect.stringMatching(/PREC/), expect.stringMatching(/another element/)]),
    );
  });

  it('belong to a label’s identity by their content', () => {
    const semicore = { ...vaspSettings().potcar, names: { B: 'B', As: 'As_d' } };
    expect(create({ potcar: semicore }).identity).not.toEqual(create().identity);
    expect(
      create({ command: ['srun', 'vasp_std'], incar: { ...vaspSettings().incar, NCORE: 4 } }).identity,
    ).toEqual(create().identity);
  });

  it('in a library that is elsewhere: the settings are checked, nothing runs', async () => {
    const away = { ...vaspSettings().potcar, library: 'elsewhere' };
    expect(refusal({ library: 'elsewhere' }, { ENCUT: 500, PREC: 'Low' })).toMatch(/PREC/);
    const calculator = create({ potcar: away });
    expect(calculator.missing?.[0].message).toBe('the POTCAR library is not here');
    expect(calculator.inputFiles?.(interleaved)['POTCAR.spec']).toBe('B\nAs\n');
    await expect(inScratch((context) => calculator.evaluate(interleaved, context))).rejects.toThrow(
      /not here/,
    );
  });
});

describe('the input of VASP', () => {
  const files = (changes: Partial<VaspSettings> = {}) => create(changes).inputFiles!(interleaved);

  it('has the atoms by species, to the last bit that fractions keep', () => {
    const { species, positions } = parsePoscar(String(files().POSCAR), 'POSCAR');
    expect(species).toEqual(['B', 'B', 'B', 'B', 'As', 'As', 'As', 'As']);
    expect(positions[3] * 4.78).toBeCloseTo(interleaved.positions[6], 12);
  });

  it('has the POTCARs in the order of the POSCAR', () => {
    expect(String(files().POTCAR).match(/TITEL.*/g)).toEqual([
      'TITEL  = PAW_PBE B 06Sep2000',
      'TITEL  = PAW_PBE As 06Sep2000',
    ]);
  });

  it('says every tag that matters', () => {
    expect(String(files().INCAR).split('\n')).toEqual(
      expect.arrayContaining([
        'ENCUT = 500',
        'GGA = PS',
        'EDIFF = 1e-7',
        'LREAL = .FALSE.',
        'ISYM = 0',
        'NSW = 0',
        'ICHARG = 2',
      ]),
    );
  });

  it('has k-points about Γ, shifted by half a grid step where asked for', () => {
    expect(files({ kpoints: 'gamma' }).KPOINTS).toBe('k-points\n0\nGamma\n1 1 1\n0 0 0\n');
    expect(files({ kpoints: { grid: [4, 2, 2], shift: [0, 1, 1] } }).KPOINTS).toBe(
      'k-points\n0\nGamma\n4 2 2\n0 0.5 0.5\n',
    );
  });

  it('counts bands as VASP does', () => {
    // BaTiO3, 320 electrons, 40 atoms: NBANDS of ../shared/data/vasp/batio3-vasprun-01.xml.
    expect(defaultBands(320, 40, { spin: false, spinor: false })).toBe(192);
    expect(defaultBands(32, 8, { spin: false, spinor: false })).toBe(21);
  });
});
