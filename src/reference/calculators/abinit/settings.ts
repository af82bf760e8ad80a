import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import {
  calculatorSettings,
  corrections,
  oneRun,
  pseudopotentials,
  type SettingsOf,
  words,
} from '../fields.js';
import { kpoints } from '../kpoints.js';

const value = z.union([z.string().min(1), z.number(), z.array(z.number()).min(1)]);

export const abinitSettings = calculatorSettings('abinit', 'ABINIT, one process for each structure', {
  command: words
    .default(['abinit'])
    .describe(
      'Program and arguments, run without a shell, e.g. [mpirun, -np, "4", abinit]; the input file and `--timelimit` are added',
    ),
  variables: z
    .record(z.string().min(1), value)
    .describe(
      'Input variables in ABINIT’s own words, Ha where no unit is given, e.g. {ecut: 20, occopt: 3, tsmear: 0.005}',
    ),
  pseudopotentials,
  kpoints,
  ...oneRun,
  corrections,
  launcher: launcherSettings,
});

export type AbinitSettings = SettingsOf<typeof abinitSettings>;
/** Input variables by name. */
export type AbinitVariables = AbinitSettings['variables'];
