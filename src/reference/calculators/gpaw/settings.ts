import { z } from 'zod';
import { launcherSettings } from '../../launchers/settings.js';
import { magmoms, resident } from '../ase/settings.js';
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

const word = z.union([...ownWord.options, z.array(z.number())]);

export const gpawSettings = calculatorSettings('gpaw', 'GPAW, one Python process for each structure', {
  command: words
    .default(['gpaw', 'python'])
    .describe(
      'What runs a Python script with GPAW, without a shell, e.g. [mpirun, -np, "4", gpaw, python]; the script is added',
    ),
  parameters: z
    .record(z.string().min(1), z.union([word, z.record(z.string().min(1), word)]))
    .describe(
      'Keywords of GPAW in its own words, energies in eV, e.g. {mode: {name: pw, ecut: 400}, xc: PBEsol}',
    ),
  setups: z
    .record(z.string(), z.strictObject({ file: relativePath, sha256: sha256.optional() }))
    .describe(
      'PAW setup by species, e.g. {Si: {file: Si.PBE.gz, sha256: …}}; `anharmony check` says the checksum of a file',
    ),
  kpoints,
  magmoms,
  ...oneRun,
  resident,
  corrections,
  launcher: launcherSettings,
});

export type GpawSettings = SettingsOf<typeof gpawSettings>;
/** Keywords of GPAW, those in groups as such. */
export type GpawParameters = GpawSettings['parameters'];
