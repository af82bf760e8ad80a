import type { Crystal } from '../../src/crystal/structure.js';

export { exhaustiveSymmetry } from './exhaustiveSymmetry.js';

/** Primitive cells of small crystals; the first ones are those of the reference counts. */
export function crystal(
  lattice: readonly number[],
  atoms: readonly (readonly [string, number, number, number])[],
): Crystal {
  return {
    lattice: Float64Array.from(lattice),
    species: atoms.map(([symbol]) => symbol),
    positions: Float64Array.from(atoms.flatMap(([, x, y, z]) => [x, y, z])),
  };
}

function fcc(a: number): readonly number[] {
  return [0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0];
}

export const nickel = crystal(fcc(3.52), [['Ni', 0, 0, 0]]);
export const argon = crystal(fcc(5.31), [['Ar', 0, 0, 0]]);
export const silicon = crystal(fcc(5.431), [
  ['Si', 0, 0, 0],
  ['Si', 0.25, 0.25, 0.25],
]);
export const rocksalt = crystal(fcc(5.69), [
  ['Na', 0, 0, 0],
  ['Cl', 0.5, 0.5, 0.5],
]);
export const boronArsenide = crystal(fcc(4.78), [
  ['B', 0, 0, 0],
  ['As', 0.25, 0.25, 0.25],
]);
const W = { a: 3.786, c: 6.213, u: 0.375 };
export const wurtzite = crystal(
  [W.a, 0, 0, -W.a / 2, (W.a * Math.sqrt(3)) / 2, 0, 0, 0, W.c],
  [
    ['Ga', 1 / 3, 2 / 3, 0],
    ['Ga', 2 / 3, 1 / 3, 0.5],
    ['N', 1 / 3, 2 / 3, W.u],
    ['N', 2 / 3, 1 / 3, 0.5 + W.u],
  ],
);
/** Pnma, experimental lattice. */
export const tinSelenide = crystal(
  [11.501, 0, 0, 0, 4.153, 0, 0, 0, 4.445],
  [...pnma('Sn', 0.118, 0.1035), ...pnma('Se', 0.8551, 0.4818)],
);

function pnma(symbol: string, x: number, z: number): readonly (readonly [string, number, number, number])[] {
  const fold = (v: number): number => v - Math.floor(v);
  return [
    [symbol, x, 0.25, z],
    [symbol, fold(0.5 - x), 0.75, fold(z + 0.5)],
    [symbol, fold(-x), 0.75, fold(-z)],
    [symbol, fold(x + 0.5), 0.25, fold(0.5 - z)],
  ];
}

/** Hexagonal close packing, P6₃/mmc. */
export const magnesium = crystal(
  [3.2, 0, 0, -1.6, 1.6 * Math.sqrt(3), 0, 0, 0, 5.2],
  [
    ['Mg', 1 / 3, 2 / 3, 0.25],
    ['Mg', 2 / 3, 1 / 3, 0.75],
  ],
);
/** Helices, P3₁21: trigonal and chiral. */
export const tellurium = crystal(
  [4.45, 0, 0, -2.225, 2.225 * Math.sqrt(3), 0, 0, 0, 5.92],
  [
    ['Te', 0.27, 0, 1 / 3],
    ['Te', 0, 0.27, 2 / 3],
    ['Te', 0.73, 0.73, 0],
  ],
);
/** P2₁/c with its four atoms on general positions. */
export const monoclinic = crystal(
  [5.1, 0, 0, 0, 4.3, 0, -1.2, 0, 6.2],
  [
    ['P', 0.13, 0.21, 0.17],
    ['P', 0.87, 0.71, 0.33],
    ['P', 0.87, 0.79, 0.83],
    ['P', 0.13, 0.29, 0.67],
  ],
);
const TRICLINIC = [3.9, 0.1, 0.3, -0.7, 4.4, 0.2, 0.9, -1.1, 5.2];
/** P1, two species. */
export const triclinic = crystal(TRICLINIC, [
  ['K', 0, 0, 0],
  ['F', 0.42, 0.36, 0.55],
]);
/** P-1, one species, one atom per cell. */
export const inversion = crystal(TRICLINIC, [['Po', 0, 0, 0]]);
/** P4, tetragonal without mirrors: the axes at right angles to the fourfold one are not marked. */
export const tetragonal = crystal(
  [4.1, 0, 0, 0, 4.1, 0, 0, 0, 3.7],
  [
    ['In', 0, 0, 0],
    ['Bi', 0.5, 0.5, 0.31],
    ['O', 0.21, 0.37, 0.55],
    ['O', 0.79, 0.63, 0.55],
    ['O', 0.63, 0.21, 0.55],
    ['O', 0.37, 0.79, 0.55],
  ],
);

/** The same crystal turned in space by the rotation of a quaternion. */
export function turned(c: Crystal, quaternion: readonly [number, number, number, number]): Crystal {
  const norm = Math.sqrt(quaternion.reduce((sum, v) => sum + v * v, 0));
  const [w, x, y, z] = quaternion.map((v) => v / norm);
  const r = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
  ];
  const l = c.lattice;
  return {
    ...c,
    lattice: Float64Array.from(l, (_, e) => {
      const [v, i] = [Math.floor(e / 3), e % 3];
      return r[i][0] * l[3 * v] + r[i][1] * l[3 * v + 1] + r[i][2] * l[3 * v + 2];
    }),
  };
}

/** The same crystal in another primitive cell, a' = a + b, c' = c − b, its sites moved to other cells and reordered. */
export function otherCell(c: Crystal): Crystal {
  const [a, b, d] = [0, 1, 2].map((v) => Array.from(c.lattice.subarray(3 * v, 3 * v + 3)));
  const lattice = [...a.map((x, k) => x + b[k]), ...b, ...d.map((x, k) => x - b[k])];
  const sites = c.species.map((symbol, s): readonly [string, number, number, number] => {
    const [x, y, z] = c.positions.subarray(3 * s, 3 * s + 3);
    return [symbol, x + (s % 2), y - x + z, z - 1];
  });
  return crystal(lattice, sites.reverse());
}
