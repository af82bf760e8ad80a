import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AseSettings } from '../../src/reference/calculators/ase/settings.js';
import type { ReferenceStructure } from '../../src/reference/types.js';
import { cubicCrystal, noise } from './fixture.js';

/** Debian's modules belong to this one. */
export const PYTHON = '/usr/bin/python3';
const imports = (module: string) => spawnSync(PYTHON, ['-c', `import ${module}`]).status === 0;
export const hasAse = imports('ase');
/** For the name of a suite. */
export const ASE_SKIP = hasAse ? '' : ' (SKIPPED: no ASE here; npm run install:codes)';

/** Holds calculators of the tests' own. */
export const PROGRAMS = fileURLToPath(new URL('./programs', import.meta.url));

/** Displaced atoms of a face-centred cube, species in turn. */
export function metal(symbols: readonly string[], a = 4): ReferenceStructure {
  const { lattice, positions } = cubicCrystal('fcc', a, 1);
  const shift = noise(positions.length, 77);
  return {
    lattice,
    species: Array.from({ length: 4 }, (_, i) => symbols[i % symbols.length]),
    positions: positions.map((x, i) => x + 0.15 * shift[i]),
  };
}

export function aseSettings(changes: Partial<AseSettings> = {}): AseSettings {
  return {
    calculator: 'ase',
    command: [PYTHON],
    class: 'ase.calculators.emt.EMT',
    timeout: 60,
    ...changes,
  };
}

/** EMT that does one thing wrong. */
export function broken(how: string, changes: Partial<AseSettings> = {}): AseSettings {
  return aseSettings({
    class: 'calculators.Broken',
    arguments: [how],
    files: ['calculators.py'],
    ...changes,
  });
}
