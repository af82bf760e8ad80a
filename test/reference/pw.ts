import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { QuantumEspressoSettings } from '../../src/reference/calculators/quantumEspresso/settings.js';
import type { ReferenceStructure } from '../../src/reference/types.js';
import { cubicCrystal, noise } from './fixture.js';

/** Debian's quantum-espresso-data: local-density potentials with soft cores, so that seconds are enough. */
const FOLDER = '/usr/share/espresso/pseudo';
export const PSEUDO = {
  Si: `${FOLDER}/Si.pz-vbc.UPF`,
  Al: `${FOLDER}/Al.pz-vbc.UPF`,
  As: `${FOLDER}/As.pz-bhs.UPF`,
} as const;

// Looked for, not run: pw.x leaves files in the working folder whatever it is asked.
const onPath = (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, 'pw.x')));
export const hasPw = onPath && Object.values(PSEUDO).every(existsSync);
/** For the name of a suite. */
export const PW_SKIP = hasPw ? '' : ' (SKIPPED: no pw.x here; npm run install:codes)';

export function pseudopotential(file: string) {
  // Suites that are skipped because it is missing are collected all the same.
  const content = existsSync(file) ? readFileSync(file) : '';
  return { file, sha256: createHash('sha256').update(content).digest('hex') };
}

/** Displaced atoms of a cube of diamond or zincblende. */
export function cube(a: number, symbols: readonly string[], amplitude = 0.1): ReferenceStructure {
  const { lattice, positions } = cubicCrystal('diamond', a, 1);
  const shift = noise(positions.length, 77);
  return {
    lattice,
    species: Array.from({ length: 8 }, (_, i) => symbols[i < 4 ? 0 : symbols.length - 1]),
    positions: positions.map((x, i) => x + amplitude * shift[i]),
  };
}

export const silicon8 = cube(5.431, ['Si']);

export function siliconSettings(changes: Partial<QuantumEspressoSettings> = {}): QuantumEspressoSettings {
  return {
    calculator: 'quantum-espresso',
    system: { ecutwfc: 12 },
    pseudopotentials: { Si: pseudopotential(PSEUDO.Si) },
    kpoints: { grid: [1, 1, 1], shift: [1, 1, 1] },
    timeout: 60,
    ...changes,
  };
}
