import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { VaspSettings } from '../../src/reference/calculators/vasp/settings.js';
import type { ReferenceStructure } from '../../src/reference/types.js';
import { noise } from './fixture.js';

const PROGRAM = fileURLToPath(new URL('programs/vasp.mjs', import.meta.url));

/** The stand-in for VASP; each run of a folder goes as the next mode says. */
export function fakeVasp(...modes: readonly string[]): readonly string[] {
  return [process.execPath, PROGRAM, ...modes];
}

/** The lines of a POTCAR that are looked at; none of its data. */
export function potcarText(
  element: string,
  valence: number,
  { title = element, functional = 'PE', enmax = 300 } = {},
) {
  return `  PAW_PBE ${title} 06Sep2000
   ${valence.toFixed(14)}
 parameters from PSCTR are:
   VRHFIN =${element}: s2p2
   LEXCH  = ${functional}
   TITEL  = PAW_PBE ${title} 06Sep2000
   POMASS =   28.085; ZVAL   = ${valence.toFixed(3)}    mass and valenz
   ENMAX  =  ${enmax.toFixed(3)}; ENMIN  =  184.009 eV
   End of Dataset
`;
}

/** A folder with a POTCAR library `potpaw` of B, As and a semi-core As_d. */
export function libraryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'anharmony-vasp-'));
  const add = (name: string, text: string): void => {
    mkdirSync(join(folder, 'potpaw', name), { recursive: true });
    writeFileSync(join(folder, 'potpaw', name, 'POTCAR'), text);
  };
  add('B', potcarText('B', 3));
  add('As', potcarText('As', 5));
  add('As_d', potcarText('As', 15, { title: 'As_d' }));
  add('As_lda', potcarText('As', 5, { functional: 'CA' }));
  add('As_cut', potcarText('As', 5).replace('End of Dataset', ''));
  add('B_hard', potcarText('B', 3, { title: 'B_h', enmax: 700 }));
  return folder;
}

/** Displaced atoms of zincblende, the species one after the other: VASP wants them in two blocks. */
export const interleaved: ReferenceStructure = (() => {
  const a = 4.78;
  const sites = [
    [0, 0, 0],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ];
  const shift = noise(24, 5);
  const ideal = sites.flatMap((site) => [site, site.map((x) => x + 0.25)]).flat();
  return {
    lattice: Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, a),
    species: sites.flatMap(() => ['B', 'As']),
    positions: Float64Array.from(ideal, (x, i) => a * x + 0.2 * shift[i]),
  };
})();

export function vaspSettings(changes: Partial<VaspSettings> = {}): VaspSettings {
  return {
    calculator: 'vasp',
    command: fakeVasp('ok'),
    incar: { ENCUT: 500, GGA: 'PS' },
    kpoints: { grid: [2, 2, 2], shift: [0, 0, 0] },
    potcar: { library: 'potpaw', names: { B: 'B', As: 'As' } },
    timeout: 30,
    ...changes,
  };
}
