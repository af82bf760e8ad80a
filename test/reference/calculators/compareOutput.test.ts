import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparePwXml } from '../../../src/reference/calculators/quantumEspresso/compare.js';
import type { VaspSettings } from '../../../src/reference/calculators/vasp/settings.js';
import { vasp } from '../../../src/reference/calculators/vasp.js';
import type { CodeSettings } from '../../../src/reference/ladder.js';
import { SHARED } from '../../support/realFiles.js';
import { potcarText } from '../vasp.js';

const MD = readFileSync('test/crystal/fixtures/si8-md.xml', 'utf8');

const asked = (changes: CodeSettings = {}) => ({
  settings: { 'system.ecutwfc': 20, 'system.nosym': true, 'electrons.conv_thr': 1.6e-9, ...changes },
  kpoints: 'gamma' as const,
  pseudopotentials: { Si: { file: 'pseudo/Si_ONCV_PBE-1.0.upf' } },
});

describe('pw.x’s XML beside a campaign’s settings', () => {
  it('is that of the same settings, but for what it does not tell', () => {
    expect(comparePwXml(MD, asked())).toEqual({
      program: 'PWSCF 6.7MaX',
      differences: [],
      unchecked: ['the content of the pseudopotentials (their names are compared)'],
    });
    expect(comparePwXml(MD, asked({ 'system.vdw_corr': 'd3' }))?.unchecked[0]).toBe(
      'reference.system.vdw_corr',
    );
    expect(comparePwXml('3\nplain text', asked())).toBeUndefined();
  });

  it.each<[CodeSettings, string, string, string]>([
    [{ 'system.ecutwfc': 30 }, 'reference.system.ecutwfc', '20', '30'],
    [{ 'system.ecutrho': 100 }, 'reference.system.ecutrho', '80', '100'],
    [
      { 'system.occupations': 'smearing', 'system.degauss': 0.01 },
      'reference.system.occupations',
      'fixed',
      'smearing',
    ],
    [{ 'system.nspin': 2 }, 'reference.system.nspin', '1', '2'],
    [{ 'system.tot_charge': 1 }, 'reference.system.tot_charge', '0', '1'],
    [{ 'system.input_dft': 'PBEsol' }, 'reference.system.input_dft', 'PBE', 'PBEsol'],
    [{ 'electrons.conv_thr': 1e-10 }, 'reference.electrons.conv_thr', '1.6e-9 Ry', 'at most 1.0e-10 Ry'],
  ])('refuses %j', (changes, field, got, expected) => {
    expect(comparePwXml(MD, asked(changes))?.differences[0]).toMatchObject({ field, got, expected });
  });

  it('tells another mesh, another pseudopotential, and physics that nobody asked for', () => {
    const mesh = { ...asked(), kpoints: { grid: [2, 2, 2], shift: [1, 1, 1] } as const };
    expect(comparePwXml(MD, mesh)?.differences).toMatchObject([
      { field: 'reference.kpoints', got: 'gamma', expected: '2 2 2 1 1 1' },
    ]);
    const other = { ...asked(), pseudopotentials: { Si: { file: 'Si.pz-vbc.UPF' } } };
    expect(comparePwXml(MD, other)?.differences).toMatchObject([
      { field: 'reference.pseudopotentials.Si.file', got: 'Si_ONCV_PBE-1.0.upf' },
    ]);
    // As `reference --dry-run` names it.
    const own = MD.replaceAll('Si_ONCV_PBE-1.0.upf', 'Si.upf');
    expect(comparePwXml(own, asked())?.differences).toEqual([]);
    const hubbard = MD.replace(
      '</functional>',
      '</functional><dftU><lda_plus_u_kind>0</lda_plus_u_kind></dftU>',
    );
    expect(comparePwXml(hubbard, asked())?.differences).toMatchObject([{ got: 'a Hubbard U' }]);
    // A looser mesh of one point is Γ.
    const one = { ...asked(), kpoints: { grid: [1, 1, 1], shift: [0, 0, 0] } as const };
    expect(comparePwXml(MD, one)?.differences).toEqual([]);
  });
});

const REAL = join(SHARED, 'vasp/batio3-vasprun-01.xml');
const hasReal = existsSync(REAL);
if (!hasReal) console.warn('SKIPPED: the comparison with VASP needs ../shared/data/vasp');

describe.skipIf(!hasReal)('a real vasprun.xml beside a campaign’s settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'anharmony-compare-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const text = hasReal ? readFileSync(REAL, 'utf8') : '';
  const title = (k: number) =>
    [...text.matchAll(/PAW_PBE ([A-Za-z_]+ \d+[A-Za-z]+\d+)/g)].map((m) => m[1])[k];
  const add = (name: string, element: string, valence: number, titled: string): void => {
    mkdirSync(join(folder, name), { recursive: true });
    const potcar = potcarText(element, valence).replace(/PAW_PBE \S+ 06Sep2000/g, `PAW_PBE ${titled}`);
    writeFileSync(join(folder, name, 'POTCAR'), potcar);
  };
  const compare = (incar: VaspSettings['incar'], changes: Partial<VaspSettings> = {}, content = text) =>
    vasp(
      {
        calculator: 'vasp',
        incar,
        kpoints: { grid: [4, 4, 4], shift: [1, 1, 1] },
        potcar: { library: '.', names: { Ba: 'Ba', Ti: 'Ti', O: 'O' } },
        ...changes,
      } as VaspSettings,
      { species: ['Ba', 'Ti', 'O', 'O', 'O'], folder },
    ).compareOutput!(content)!;
  const SAME = { ENCUT: 550, EDIFF: 1e-8, GGA: 'PS', ADDGRID: true, SIGMA: 0.05 };

  it('holds tags, POTCARs and the number of k-points to it', () => {
    add('Ba', 'Ba', 10, title(0));
    add('Ti', 'Ti', 12, title(1));
    add('O', 'O', 6, title(2));
    const { program, differences, unchecked } = compare(SAME);
    expect(program).toBe('VASP 6.2.0');
    // KPOINTS said Monkhorst-Pack, 4 4 4, without a shift: that is half a division beside Γ.
    expect(differences).toEqual([]);
    expect(unchecked).toContain('the content of the POTCARs (their titles are compared)');
    const centred = compare(SAME, { kpoints: { grid: [4, 4, 4], shift: [0, 0, 0] } });
    expect(centred.differences).toEqual([
      {
        field: 'reference.kpoints',
        message: 'was another mesh',
        got: '4 4 4, shifted by 0.5 0.5 0.5 divisions',
        expected: '4 4 4 about Γ',
      },
    ]);
    const listed = compare(SAME, {}, text.replace(/<generation.*?<\/generation>/s, ''));
    expect(listed.differences).toEqual([]);
    expect(listed.unchecked).toContain('the k-points (their number is compared)');
  });

  it.each<[string, VaspSettings['incar'], string, string, string]>([
    ['another cutoff', { ...SAME, ENCUT: 500 }, 'reference.incar.ENCUT', '550', '500'],
    ['another width', { ...SAME, SIGMA: 0.1 }, 'reference.incar.SIGMA', '0.05', '0.1'],
    ['a functional that is not asked for', { ...SAME, GGA: 'PE' }, 'reference.incar.GGA', 'PS', 'PE'],
    ['spin', { ...SAME, ISPIN: 2 }, 'reference.incar.ISPIN', '1', '2'],
  ])('refuses %s', (_, incar, field, got, expected) => {
    expect(compare(incar).differences).toContainEqual(expect.objectContaining({ field, got, expected }));
  });

  it('refuses what the file sets and the campaign does not, and another POTCAR; not a tighter EDIFF', () => {
    const { GGA: _, ...plain } = SAME;
    expect(compare(plain).differences).toContainEqual(
      expect.objectContaining({ field: 'reference.incar.GGA', got: 'PS', expected: 'VASP’s default' }),
    );
    const fields = compare({ ...SAME, EDIFF: 1e-7 }).differences.map(({ field }) => field);
    expect(fields).not.toContain('reference.incar.EDIFF');
    add('O', 'O', 6, 'O_h 06Feb2004');
    expect(compare(SAME).differences).toContainEqual(
      expect.objectContaining({ field: 'reference.potcar.names.O', expected: 'PAW_PBE O_h 06Feb2004' }),
    );
  });
});
