import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import {
  calculatorSettings,
  corrections,
  oneRun,
  ownWord,
  relativePath,
  type SettingsOf,
  sha256,
  words,
} from '../fields.js';
import { kpoints } from '../kpoints.js';

const tag = z.union([...ownWord.options, z.array(z.number()).min(1)]);

export const vaspSettings = calculatorSettings('vasp', 'VASP, one process for each structure', {
  command: words
    .default(['vasp_std'])
    .describe('Program and arguments, run without a shell, e.g. [srun, vasp_std]'),
  incar: z
    .record(z.string().min(1), tag)
    .describe('INCAR tags in VASP’s own words, energies in eV, e.g. {ENCUT: 500, GGA: PS}'),
  kpoints,
  potcar: z
    .strictObject({
      library: relativePath.describe('Folder of your own POTCARs, as VASP distributes them'),
      names: z
        .record(z.string(), relativePath)
        .describe('Folder in the library, by species, e.g. {Sn: Sn_d, Se: Se}'),
      sha256: z.record(z.string(), sha256).optional().describe('Checksum of each POTCAR, by species'),
    })
    .describe('POTCARs are read from your own library and never copied into results'),
  ...oneRun,
  corrections,
  launcher: launcherSettings,
});

export type VaspSettings = SettingsOf<typeof vaspSettings>;
/** INCAR tags in VASP's own words; lists for tags such as MAGMOM. */
export type IncarSettings = VaspSettings['incar'];
/** Where the POTCARs of the user's own licence lie. */
export type PotcarSettings = VaspSettings['potcar'];
