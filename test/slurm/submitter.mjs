// Computes one label through Slurm, to be killed meanwhile. Usage: node submitter.mjs FOLDER LAUNCHER-SETTINGS POSITIONS (JSON)
import { fileURLToPath } from 'node:url';
import { computeLabel } from '../../dist/src/reference/attempts.js';
import { commandCalculator } from '../../dist/src/reference/calculators/command.js';
import { DEFAULT_GATE_LIMITS } from '../../dist/src/reference/gateLimits.js';

const [scratch, launcher, positions] = process.argv.slice(2);
const program = fileURLToPath(new URL('../reference/programs/gaussian.mjs', import.meta.url));
const line = `sleep 8; exec ${process.execPath} ${program} well "$0" "$1"`;
const command = ['bash', '-c', line, '{input}', '{output}'];
await computeLabel({
  calculator: commandCalculator(
    { calculator: 'command', command, timeout: 60, memory: 200, launcher: JSON.parse(launcher) },
    { folder: '/' },
  ),
  structure: {
    lattice: Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4),
    species: ['Ne', 'Ar', 'Ne', 'Ar'],
    positions: Float64Array.from(JSON.parse(positions)),
  },
  limits: DEFAULT_GATE_LIMITS,
  attempts: 1,
  signal: new AbortController().signal,
  scratch,
});
