import type { ReferenceStructure } from '../../types.js';

/** What LAMMPS said, in its own frame, eV and Å. */
export interface LammpsOutput {
  readonly energy: number;
  /** [3·atoms] eV/Å, by atom id. */
  readonly forces: Float64Array;
  /** Atoms and cell as LAMMPS had them. */
  readonly structure: ReferenceStructure;
}

const LABEL = /^LABEL ENERGY (\S+) BOX (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\s*$/m;

/** `LAMMPS (29 Sep 2021 - Update 2)`; undefined where it is not LAMMPS that printed. */
export function programOf(stdout: string): string | undefined {
  const found = /^LAMMPS \(([^)]*)\)/m.exec(stdout);
  return found === null ? undefined : `LAMMPS ${found[1]}`;
}

/** Reads the last line of the script and the dump; throws `Error` for what is missing or no number. */
export function readLammpsOutput(stdout: string, dump: string, types: readonly string[]): LammpsOutput {
  const label = LABEL.exec(stdout);
  if (label === null) throw new Error('it did not reach the end of its input');
  const [energy, lx, ly, lz, xy, xz, yz] = label.slice(1).map(Number);
  const rows = dump.split(/^ITEM: ATOMS id type xu yu zu fx fy fz\s*$/m);
  if (rows.length !== 2) throw new Error('the dump does not hold one step');
  if (!dump.endsWith('\n')) throw new Error('the last line of the dump was cut');
  const atoms = rows[1].split('\n').filter((line) => line.trim() !== '');
  const species: string[] = [];
  const positions = new Float64Array(3 * atoms.length);
  const forces = new Float64Array(3 * atoms.length);
  for (const [i, line] of atoms.entries()) {
    const numbers = line.trim().split(/\s+/).map(numberOf);
    if (numbers.length !== 8) throw new Error(`a line of the dump was cut: ${line}`);
    if (numbers[0] !== i + 1) throw new Error(`the dump has atom ${numbers[0]} in place ${i + 1}`);
    species.push(types[numbers[1] - 1] ?? `type ${numbers[1]}`);
    positions.set(numbers.slice(2, 5), 3 * i);
    forces.set(numbers.slice(5, 8), 3 * i);
  }
  const lattice = Float64Array.of(lx, 0, 0, xy, ly, 0, xz, yz, lz);
  return { energy, forces, structure: { lattice, species, positions } };
}

/** NaN and infinity are for the gate to reject. */
function numberOf(word: string): number {
  if (/^[-+]?nan/i.test(word)) return Number.NaN;
  if (/^[-+]?inf/i.test(word)) return Number.POSITIVE_INFINITY;
  const value = Number(word);
  if (Number.isNaN(value)) throw new Error(`no number: ${word}`);
  return value;
}
