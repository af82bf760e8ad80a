import { fileURLToPath } from 'node:url';
import { computeLabel, type LabelAnswer } from '../../src/reference/attempts.js';
import { commandCalculator } from '../../src/reference/calculators/command.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import type { SlurmLauncherSettings } from '../../src/reference/launchers/settings.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { cubicCrystal, noise } from '../reference/fixture.js';

const PROGRAM = fileURLToPath(new URL('../reference/programs/gaussian.mjs', import.meta.url));
const { lattice, positions } = cubicCrystal('fcc', 4, 1);
export const structure: ReferenceStructure = {
  lattice,
  species: ['Ne', 'Ar', 'Ne', 'Ar'],
  positions: positions.map((x, i) => x + 0.3 * noise(12, 5)[i]),
};

export const SCRIPT = `#!/bin/bash
#SBATCH --ntasks={tasks}
#SBATCH --time={time}
#SBATCH --mem={memory}
{command}
`;
export const SLURM: SlurmLauncherSettings = { kind: 'slurm', script: SCRIPT, poll: 0.5 };

/** The small program of the tests as a job; `before` is shell that runs first, `mode` what goes wrong then. */
export function code(before = 'true', mode = 'well', changes: object = {}): Calculator {
  const line = `${before}; exec ${process.execPath} ${PROGRAM} ${mode} "$0" "$1"`;
  const command = ['bash', '-c', line, '{input}', '{output}'];
  return commandCalculator(
    { calculator: 'command', command, timeout: 60, memory: 200, launcher: SLURM, ...changes },
    { folder: '/' },
  );
}

export function label(
  calculator: Calculator,
  scratch: string,
  signal: AbortSignal = new AbortController().signal,
  atoms: ReferenceStructure = structure,
): Promise<LabelAnswer> {
  return computeLabel({
    calculator,
    structure: atoms,
    limits: DEFAULT_GATE_LIMITS,
    attempts: 1,
    signal,
    scratch,
  });
}
