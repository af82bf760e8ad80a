import type { Arena } from '../numerics/kernels/arena.js';
import type { ExpansionLayout, SiteLayout } from './layout.js';

/** Bytes of one vector. */
export const SLOT = 16;

/** The groups of atoms of one site as the kernels want them: the `Surroundings` record of assembly/tables.ts. */
export interface PlacedGroups {
  /** Address of the record. */
  readonly surroundings: number;
  readonly groups: number;
  /** [groups·lanes] AtomIndex; lanes that only fill up repeat the group's first atom. */
  readonly atoms: Int32Array;
  /** [groups] lanes that count. */
  readonly valid: Int32Array;
}

/** Places the atoms and neighbours of a site, `lanes` atoms to a group. `rotations`: [9·frames], the first the identity. */
export function placeGroups(
  arena: Arena,
  site: SiteLayout,
  lanes: number,
  rotations: Float64Array,
): PlacedGroups {
  const groups = Math.ceil(site.atoms.length / lanes);
  const neighbours = site.neighbours.length / 4;
  const atoms = new Int32Array(groups * lanes);
  const valid = new Int32Array(groups);
  const table = new Int32Array(groups * neighbours * lanes);
  for (let g = 0; g < groups; g++) {
    valid[g] = Math.min(lanes, site.atoms.length - g * lanes);
    for (let lane = 0; lane < lanes; lane++) {
      const row = g * lanes + (lane < valid[g] ? lane : 0);
      atoms[g * lanes + lane] = site.atoms[row];
      for (let k = 0; k < neighbours; k++) {
        table[(g * neighbours + k) * lanes + lane] = 24 * site.neighbourAtoms[row * neighbours + k];
      }
    }
  }
  const surroundings = arena.record(
    groups,
    neighbours,
    arena.place(atoms.map((atom) => 24 * atom)),
    arena.place(valid),
    arena.place(table),
    rotations.length / 9,
    arena.place(rotations),
  );
  return { surroundings, groups, atoms, valid };
}

/** First raw coordinate of each order when the orders follow one another. */
export function firstRawCoordinates(layout: ExpansionLayout): readonly number[] {
  const first: number[] = [];
  let raw = 0;
  for (const order of layout.space.orders) {
    first.push(raw);
    raw += order.beforeSumRules;
  }
  return first;
}

/** Slots as byte offsets. */
export function inBytes(slots: Int32Array): Int32Array {
  return slots.map((slot) => SLOT * slot);
}
