import type { Supercell } from '../../crystal/types.js';
import type { OrderForceConstants } from '../../expansion/forceConstants.js';

/** One ordered triplet, its first atom given: the other two as atoms of the supercell, Φ^{abc} [27] in eV/Å³. */
export type TripletVisitor = (second: number, third: number, tensor: Float64Array) => void;

const PERMUTATIONS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/**
 * Visits every ordered triplet of third-order force constants whose first atom is `atom` of the supercell. A triplet with
 * repeated atoms may come more than once, with the same values. The tensor is overwritten by the next.
 */
export function visitTriplets(
  constants: OrderForceConstants,
  supercell: Supercell,
  atom: number,
  visit: TripletVisitor,
): void {
  const { sites, cells, tensors, count } = constants;
  const own = supercell.siteOf[atom];
  const home = supercell.cellOf.subarray(3 * atom, 3 * atom + 3);
  const tensor = new Float64Array(27);
  const atomOf = (place: number, origin: number): number =>
    supercell.atomAt(
      sites[place],
      home[0] + cells[3 * place] - cells[3 * origin],
      home[1] + cells[3 * place + 1] - cells[3 * origin + 1],
      home[2] + cells[3 * place + 2] - cells[3 * origin + 2],
    );
  for (let cluster = 0; cluster < count; cluster++) {
    for (const order of PERMUTATIONS) {
      const [first, second, third] = order.map((k) => 3 * cluster + k);
      if (sites[first] !== own) continue;
      permute(tensors.subarray(27 * cluster, 27 * cluster + 27), order, tensor);
      visit(atomOf(second, first), atomOf(third, first), tensor);
    }
  }
}

/** The k-th index of the result is the `order[k]`-th of the tensor. */
function permute(tensor: Float64Array, order: readonly number[], out: Float64Array): void {
  const place = [9, 3, 1];
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      for (let c = 0; c < 3; c++) {
        out[9 * a + 3 * b + c] = tensor[a * place[order[0]] + b * place[order[1]] + c * place[order[2]]];
      }
    }
  }
}

/** [rows·atoms·atoms·27] Φ of all triplets whose first atom is one of `rows`, eV/Å³. */
export function thirdOrderConstants(
  constants: OrderForceConstants,
  supercell: Supercell,
  rows: ArrayLike<number>,
): Float64Array {
  const atoms = supercell.siteOf.length;
  const out = new Float64Array(rows.length * atoms * atoms * 27);
  for (let r = 0; r < rows.length; r++) {
    visitTriplets(constants, supercell, rows[r], (second, third, tensor) => {
      out.set(tensor, 27 * ((r * atoms + second) * atoms + third));
    });
  }
  return out;
}
