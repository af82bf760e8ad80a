import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GpawSettings } from '../../src/reference/calculators/gpaw/settings.js';
import { pseudopotential } from './pw.js';

/** Debian's gpaw-data. */
const FOLDER = '/usr/share/gpaw-setups';
export const setupPath = (symbol: string) => `${FOLDER}/${symbol}.PBE.gz`;

const onPath = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'gpaw')));
export const hasGpaw = onPath && existsSync(setupPath('Si'));
/** For the name of a suite. */
export const GPAW_SKIP = hasGpaw ? '' : ' (SKIPPED: no gpaw here; npm run install:codes)';

export const setup = pseudopotential;

/** Coarse, so that a run takes seconds. */
export const COARSE = { mode: { name: 'pw', ecut: 150 }, xc: 'PBE' } as const;

export function gpawSettings(changes: Partial<GpawSettings> = {}): GpawSettings {
  return {
    calculator: 'gpaw',
    parameters: COARSE,
    setups: { Si: setup(setupPath('Si')) },
    kpoints: 'gamma',
    timeout: 120,
    ...changes,
  };
}
