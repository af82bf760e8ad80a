import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { convergenceSeries } from '../../src/reference/series.js';
import type { ReferenceSettings } from '../../src/reference/settings.js';

const PW: ReferenceSettings = {
  calculator: 'quantum-espresso',
  system: { ecutwfc: 30, ecutrho: 240, nspin: 1 },
  pseudopotentials: { Si: { file: 'Si.upf' } },
  kpoints: 'gamma',
};
const VASP: ReferenceSettings = {
  calculator: 'vasp',
  incar: { ENCUT: 300, GGA: 'PS' },
  kpoints: { grid: [2, 2, 1] },
  potcar: { library: 'potcars', names: { Si: 'Si' } },
};
const GPAW: ReferenceSettings = {
  calculator: 'gpaw',
  parameters: { mode: { name: 'pw', ecut: 300, cell: 'fixed' }, xc: 'PBE' },
  setups: { Si: { file: 'Si.PBE.gz' } },
  kpoints: 'gamma',
};

describe('a convergence series', () => {
  it('begins with the settings of the campaign and gets denser, all else kept', () => {
    const members = convergenceSeries(PW, 'cutoff');
    expect(members.map(({ name }) => name)).toEqual(['30 Ry', '38 Ry', '45 Ry', '60 Ry']);
    expect(members[0].settings).toEqual(PW);
    expect(members[3].settings).toEqual({ ...PW, system: { ecutwfc: 60, ecutrho: 480, nspin: 1 } });
    expect(convergenceSeries(VASP, 'cutoff').map(({ settings }) => settings)).toContainEqual({
      ...VASP,
      incar: { ENCUT: 600, GGA: 'PS' },
    });
  });

  it('counts in Ha for ABINIT, whatever unit was written, and keeps the fine grid of PAW finer', () => {
    const members = convergenceSeries(
      {
        calculator: 'abinit',
        variables: { ECUT: '40 Ry', pawecutdg: 50, nband: 9 },
        pseudopotentials: {},
        kpoints: 'gamma',
      },
      'cutoff',
    );
    expect(members.map(({ name }) => name)).toEqual(['20 Ha', '25 Ha', '30 Ha', '40 Ha']);
    expect(members[3].settings).toMatchObject({ variables: { ecut: 40, pawecutdg: 100, nband: 9 } });
  });

  it('of GPAW is of its plane waves, where it has some', () => {
    const members = convergenceSeries(GPAW, 'cutoff');
    expect(members.map(({ name }) => name)).toEqual(['300 eV', '375 eV', '450 eV', '600 eV']);
    const mode = { name: 'pw', ecut: 600, cell: 'fixed' };
    expect(members[3].settings).toEqual({ ...GPAW, parameters: { mode, xc: 'PBE' } });
    const grid = { ...GPAW, parameters: { mode: 'fd', h: 0.2, xc: 'PBE' } };
    expect(() => convergenceSeries(grid, 'cutoff')).toThrow(/plane-wave cutoff/);
  });

  it('of k-points is the same for every code that has them', () => {
    const grids = (settings: ReferenceSettings) =>
      convergenceSeries(settings, 'kpoints').map(({ name }) => name);
    expect(grids(PW)).toEqual(['gamma', '2×2×2 shifted', '3×3×3 shifted']);
    expect(grids(VASP)).toEqual(['2×2×1', '3×3×2 shifted', '4×4×3 shifted']);
  });

  it('is refused where a code has no such settings', () => {
    for (const of of ['cutoff', 'kpoints'] as const)
      expect(() => convergenceSeries({ calculator: 'stillinger-weber' }, of)).toThrow(InputError);
  });
});
