import { calculatorSettings, positive, type SettingsOf } from './fields.js';

export const stillingerWeberSettings = calculatorSettings(
  'stillinger-weber',
  'Silicon, Phys. Rev. B 31, 5262; built in',
  {},
);

export const lennardJonesSettings = calculatorSettings(
  'lennard-jones',
  'Shifted force, all periodic images; built in',
  {
    epsilon: positive.describe('Well depth, eV'),
    sigma: positive.describe('Å'),
    cutoff: positive.describe('Å'),
  },
);

export type LennardJonesSettings = SettingsOf<typeof lennardJonesSettings>;
