import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import { calculatorSettings, corrections, oneRun, relativePath, type SettingsOf, words } from '../fields.js';

export const lammpsSettings = calculatorSettings(
  'lammps',
  'LAMMPS with a potential of your own, one process for each structure',
  {
    command: words
      .default(['lmp'])
      .describe(
        'Program and arguments, run without a shell, e.g. [mpirun, -np, "4", lmp]; `-in FILE -log none` is added',
      ),
    species: z
      .array(z.string().min(1))
      .min(1)
      .describe('The species of each atom type, 1 first, e.g. [Sn, Se]: what `pair_coeff` means by 1 and 2'),
    commands: z
      .array(z.string().min(1))
      .min(1)
      .describe(
        'The potential in LAMMPS’s own words, `units metal`, a command each: [pair_style sw, "pair_coeff * * Si.sw Si"]; files named here lie beside the campaign file',
      ),
    files: z
      .array(relativePath)
      .default([])
      .describe('Further files that the potential reads: their contents belong to the label’s identity'),
    ...oneRun,
    corrections,
    launcher: launcherSettings,
  },
);

export type LammpsSettings = SettingsOf<typeof lammpsSettings>;
