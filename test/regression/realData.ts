import { existsSync, readFileSync } from 'node:fs';
import type { Supercell } from '../../src/crystal/types.js';
import type { LabelledStructure } from '../../src/regression/trainingRows.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { plainSupercell } from '../support/plainSupercell.js';

const FOLDER = new URL('../../../shared/data/', import.meta.url);

export const hasRealData = existsSync(new URL('si64-pbesol.xyz', FOLDER));

/** Snapshots of a 2 × 2 × 2 cubic supercell with a face-centred lattice, read without the program's own readers. */
export function cubicSnapshots(
  file: string,
  species: readonly [string, string],
  second: number,
): { readonly supercell: Supercell; readonly structures: readonly LabelledStructure[] } {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').trim().split('\n');
  const edge = Number(/Lattice="([^ ]+)/.exec(lines[1])![1]);
  const h = edge / 4;
  const primitive = exhaustiveSymmetry({
    lattice: Float64Array.of(0, h, h, h, 0, h, h, h, 0),
    species,
    positions: Float64Array.of(0, 0, 0, second, second, second),
  });
  const supercell = plainSupercell(primitive, [-2, 2, 2, 2, -2, 2, 2, 2, -2]);
  const structures: LabelledStructure[] = [];
  for (let first = 0; first < lines.length; ) {
    const atoms = Number(lines[first]);
    structures.push(matched(lines.slice(first + 2, first + 2 + atoms), supercell, edge));
    first += atoms + 2;
  }
  return { supercell, structures };
}

/** Each atom goes to the nearest ideal site of its species. */
function matched(rows: readonly string[], { crystal }: Supercell, edge: number): LabelledStructure {
  const displacements = new Float64Array(3 * rows.length).fill(Number.NaN);
  const forces = displacements.slice();
  for (const row of rows) {
    const [symbol, ...numbers] = row.trim().split(/\s+/);
    const values = numbers.map(Number);
    let nearest = { atom: -1, square: Number.POSITIVE_INFINITY, d: [0, 0, 0] };
    crystal.species.forEach((species, atom) => {
      if (species !== symbol) return;
      const d = [0, 1, 2].map((k) => {
        let site = 0;
        for (let j = 0; j < 3; j++) site += crystal.positions[3 * atom + j] * crystal.lattice[3 * j + k];
        const x = values[k] - site;
        return x - edge * Math.round(x / edge);
      });
      const square = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
      if (square < nearest.square) nearest = { atom, square, d };
    });
    displacements.set(nearest.d, 3 * nearest.atom);
    forces.set(values.slice(3, 6), 3 * nearest.atom);
  }
  return { displacements, forces };
}
