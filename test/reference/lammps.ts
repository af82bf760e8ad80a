import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LammpsSettings } from '../../src/reference/calculators/lammps/settings.js';

/** With the silicon potential that the example of `calculator: command` has too. */
export const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));

export const hasLmp = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/lmp`));
/** For the name of a suite. */
export const LMP_SKIP = hasLmp ? '' : ' (SKIPPED: no lmp here; npm run install:codes)';

export function siliconPotential(changes: Partial<LammpsSettings> = {}): LammpsSettings {
  return {
    calculator: 'lammps',
    species: ['Si'],
    commands: ['pair_style sw', 'pair_coeff * * calculators/Si.sw Si'],
    timeout: 60,
    ...changes,
  };
}
