import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import {
  calculatorSettings,
  corrections,
  oneRun,
  ownWords,
  pseudopotentials,
  type SettingsOf,
  words,
} from '../fields.js';
import { kpoints } from '../kpoints.js';

export const quantumEspressoSettings = calculatorSettings('quantum-espresso', 'pw.x of Quantum ESPRESSO', {
  command: words
    .default(['pw.x'])
    .describe(
      'Program and arguments, run without a shell, e.g. [mpirun, -np, "4", pw.x]; `-in FILE` is added',
    ),
  control: ownWords.optional().describe('Namelist &control in pw.x’s own words'),
  system: ownWords.describe(
    'Namelist &system in pw.x’s own words, cutoffs and smearing in Ry, e.g. {ecutwfc: 40}',
  ),
  electrons: ownWords.optional().describe('Namelist &electrons in pw.x’s own words; conv_thr in Ry'),
  pseudopotentials,
  kpoints,
  ...oneRun,
  resident: z
    .union([z.boolean(), z.literal('inet')])
    .default(false)
    .describe(
      'One pw.x takes one structure after another over i-PI’s socket protocol, instead of a process for each; over a UNIX socket, with `inet` over a TCP port of the machine; changes no label’s identity',
    ),
  corrections,
  launcher: launcherSettings,
});

export type QuantumEspressoSettings = SettingsOf<typeof quantumEspressoSettings>;
/** The keys of one namelist, in pw.x's own words. */
export type NamelistSettings = QuantumEspressoSettings['system'];
