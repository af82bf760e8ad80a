import { z } from 'zod';
import { abinitSettings } from './calculators/abinit/settings.js';
import { aseSettings } from './calculators/ase/settings.js';
import { commandSettings } from './calculators/commandSettings.js';
import { lennardJonesSettings, stillingerWeberSettings } from './calculators/embeddedSettings.js';
import type { SettingsOf } from './calculators/fields.js';
import { gpawSettings } from './calculators/gpaw/settings.js';
import { iPiSettings } from './calculators/iPi/settings.js';
import { lammpsSettings } from './calculators/lammps/settings.js';
import { quantumEspressoSettings } from './calculators/quantumEspresso/settings.js';
import { vaspSettings } from './calculators/vasp/settings.js';

/** Which reference code, with everything that can change its forces, and how labels are asked for. */
export const referenceSettings = z.discriminatedUnion('calculator', [
  stillingerWeberSettings,
  lennardJonesSettings,
  commandSettings,
  iPiSettings,
  quantumEspressoSettings,
  vaspSettings,
  gpawSettings,
  aseSettings,
  abinitSettings,
  lammpsSettings,
]);

/** What a calculator is made of. */
export type ReferenceSettings = SettingsOf<(typeof referenceSettings.options)[number]>;
