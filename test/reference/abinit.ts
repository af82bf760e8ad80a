import { existsSync } from 'node:fs';
import type { AbinitSettings } from '../../src/reference/calculators/abinit/settings.js';
import { pseudopotential } from './pw.js';

/** Debian's abinit-data: local-density potentials with soft cores, so that seconds are enough. */
const FOLDER = '/usr/share/abinit/psp';
export const ABINIT_PSEUDO = {
  Si: `${FOLDER}/14si.pspgth`,
  Al: `${FOLDER}/13al.3.hgh`,
  As: `${FOLDER}/33as.5.hgh`,
} as const;

const onPath = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/abinit`));
export const hasAbinit = onPath && Object.values(ABINIT_PSEUDO).every(existsSync);
/** For the name of a suite. */
export const ABINIT_SKIP = hasAbinit ? '' : ' (SKIPPED: no abinit here; npm run install:codes)';

export function siliconAbinit(changes: Partial<AbinitSettings> = {}): AbinitSettings {
  return {
    calculator: 'abinit',
    variables: { ecut: 5 },
    pseudopotentials: { Si: pseudopotential(ABINIT_PSEUDO.Si) },
    kpoints: { grid: [1, 1, 1], shift: [1, 1, 1] },
    timeout: 120,
    ...changes,
  };
}
