import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { structureText } from '../../../src/reference/calculators/exchange.js';
import type { ResidentForces, ResidentRequest, Residents } from '../../../src/reference/resident/types.js';
import type { Transport } from '../../../src/reference/sockets/listener.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';
import { cubicCrystal, noise } from '../fixture.js';

const PROGRAM = fileURLToPath(new URL('../programs/iPi.mjs', import.meta.url));
const { lattice, positions } = cubicCrystal('fcc', 4, 1);

/** Displaced atoms of two species; another number, other displacements. */
export function neonArgon(seed = 5): ReferenceStructure {
  return {
    lattice,
    species: ['Ne', 'Ar', 'Ne', 'Ar'],
    positions: positions.map((x, i) => x + 0.3 * noise(12, seed)[i]),
  };
}

export const clientCommand = (mode: string, address = '{socket}') => [
  process.execPath,
  PROGRAM,
  mode,
  address,
];

/** A structure for the stand-in client in one of its modes. */
export function request(
  mode: string,
  rest: Partial<ResidentRequest> & { env?: Record<string, string>; transport?: Transport } = {},
): ResidentRequest {
  const { env = {}, transport = 'unix', structure = neonArgon(), ...more } = rest;
  return {
    program: {
      key: `${mode} ${JSON.stringify(env)}`,
      transport,
      argv: clientCommand(mode, transport === 'unix' ? '{socket}' : '{host}:{port}'),
      files: { 'structure.xyz': structureText(structure) },
      environment: env,
      grace: 0.5,
    },
    structure,
    timeout: 20,
    ...more,
  };
}

const { signal } = new AbortController();

export async function forces(residents: Residents, asked: ResidentRequest): Promise<ResidentForces> {
  const answer = await residents.evaluate(asked, signal);
  if (!answer.answered) throw new Error(`${answer.failure}: ${answer.message} ${answer.texts.stderr}`);
  return answer;
}

/** Which process answered, and its how many-eth structure that was. */
export function served({ extras }: ResidentForces): { readonly pid: number; readonly structure: number } {
  const [, pid, structure] = /process (\d+), structure (\d+)/.exec(extras) ?? [];
  return { pid: Number(pid), structure: Number(structure) };
}

export function isAlive(pid: number): boolean {
  try {
    // A zombie is dead, whether or not somebody has asked for its exit code.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean | Promise<boolean>, seconds = 10): Promise<void> {
  const end = performance.now() + 1e3 * seconds;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
