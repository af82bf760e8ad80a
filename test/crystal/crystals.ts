import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Crystal } from '../../src/crystal/structure.js';
import { inverse3, rowsTimes3 } from '../../src/numerics/matrix3.js';

/** Textbook crystals as their conventional cells. */
const FCC = [
  [0, 0, 0],
  [0, 0.5, 0.5],
  [0.5, 0, 0.5],
  [0.5, 0.5, 0],
];

function cubic(a: number): Float64Array {
  return Float64Array.of(a, 0, 0, 0, a, 0, 0, 0, a);
}

function crystal(lattice: Float64Array, atoms: readonly (readonly [string, readonly number[]])[]): Crystal {
  return {
    lattice,
    species: atoms.map(([s]) => s),
    positions: Float64Array.from(atoms.flatMap(([, x]) => x)),
  };
}

function fccBased(a: number, basis: readonly (readonly [string, readonly number[]])[]): Crystal {
  return crystal(
    cubic(a),
    basis.flatMap(([s, b]) => FCC.map((f) => [s, f.map((v, k) => v + b[k])] as const)),
  );
}

const O = [0, 0, 0];
const QUARTER = [0.25, 0.25, 0.25];

export const nickel = fccBased(3.52, [['Ni', O]]);
export const diamond = fccBased(5.431, [
  ['Si', O],
  ['Si', QUARTER],
]);
export const zincblende = fccBased(4.78, [
  ['B', O],
  ['As', QUARTER],
]);
export const rocksalt = fccBased(5.69, [
  ['Na', O],
  ['Cl', [0.5, 0.5, 0.5]],
]);
export const caesiumChloride = crystal(cubic(4.123), [
  ['Cs', O],
  ['Cl', [0.5, 0.5, 0.5]],
]);
export const iron = crystal(cubic(2.87), [
  ['Fe', O],
  ['Fe', [0.5, 0.5, 0.5]],
]);
export const wurtzite = crystal(hexagonal(3.786, 6.213), [
  ['Zn', [1 / 3, 2 / 3, 0]],
  ['Zn', [2 / 3, 1 / 3, 0.5]],
  ['S', [1 / 3, 2 / 3, 0.375]],
  ['S', [2 / 3, 1 / 3, 0.875]],
]);
export const magnesium = crystal(hexagonal(3.21, 5.21), [
  ['Mg', [1 / 3, 2 / 3, 0.25]],
  ['Mg', [2 / 3, 1 / 3, 0.75]],
]);
/** Pnma, the positions of the paper's material. */
export const tinSelenide = pnma(
  [11.501, 4.153, 4.445],
  [
    ['Sn', [0.118, 0.25, 0.1035]],
    ['Se', [0.8551, 0.25, 0.4818]],
  ],
);
export const triclinic = crystal(Float64Array.of(4.1, 0.2, -0.3, 0.7, 5.2, 0.4, -0.9, 0.6, 6.3), [
  ['Si', [0.1, 0.2, 0.3]],
  ['O', [0.45, 0.7, 0.15]],
  ['O', [0.8, 0.35, 0.62]],
]);

function hexagonal(a: number, c: number): Float64Array {
  return Float64Array.of(a, 0, 0, -a / 2, (a * Math.sqrt(3)) / 2, 0, 0, 0, c);
}

/** Wyckoff position 4c of Pnma: (x, 1/4, z), (−x+1/2, 3/4, z+1/2), (−x, 3/4, −z), (x+1/2, 1/4, −z+1/2). */
function pnma(abc: readonly number[], sites: readonly (readonly [string, readonly number[]])[]): Crystal {
  const lattice = Float64Array.of(abc[0], 0, 0, 0, abc[1], 0, 0, 0, abc[2]);
  return crystal(
    lattice,
    sites.flatMap(([s, [x, , z]]) =>
      [
        [x, 0.25, z],
        [0.5 - x, 0.75, z + 0.5],
        [-x, 0.75, -z],
        [x + 0.5, 0.25, 0.5 - z],
      ].map((v) => [s, v] as const),
    ),
  );
}

export const textbook: Readonly<
  Record<string, { crystal: Crystal; number: number; symbol: string; sites: number; operations: number }>
> = {
  fcc: { crystal: nickel, number: 225, symbol: 'Fm-3m', sites: 1, operations: 48 },
  bcc: { crystal: iron, number: 229, symbol: 'Im-3m', sites: 1, operations: 48 },
  hcp: { crystal: magnesium, number: 194, symbol: 'P6_3/mmc', sites: 2, operations: 24 },
  diamond: { crystal: diamond, number: 227, symbol: 'Fd-3m', sites: 2, operations: 48 },
  zincblende: { crystal: zincblende, number: 216, symbol: 'F-43m', sites: 2, operations: 24 },
  rocksalt: { crystal: rocksalt, number: 225, symbol: 'Fm-3m', sites: 2, operations: 48 },
  'caesium chloride': { crystal: caesiumChloride, number: 221, symbol: 'Pm-3m', sites: 2, operations: 48 },
  wurtzite: { crystal: wurtzite, number: 186, symbol: 'P6_3mc', sites: 4, operations: 12 },
  'SnSe, Pnma': { crystal: tinSelenide, number: 62, symbol: 'Pnma', sites: 8, operations: 8 },
  triclinic: { crystal: triclinic, number: 1, symbol: 'P1', sites: 3, operations: 1 },
};

/** The same points described by the lattice T · L, T integer with determinant ±1. */
export function inBasis(c: Crystal, t: ArrayLike<number>): Crystal {
  const lattice = rowsTimes3(t, c.lattice);
  return {
    lattice,
    species: c.species,
    positions: rowsTimes3(rowsTimes3(c.positions, c.lattice), inverse3(lattice)),
  };
}

/** The crystal turned rigidly: r' = R r. */
export function turned(c: Crystal, rotation: Float64Array): Crystal {
  const transposed = [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => rotation[i]);
  return { ...c, lattice: rowsTimes3(c.lattice, transposed) };
}

/** A rotation about a general axis. */
export function rotationBy(angle: number, axis: readonly number[] = [1, 2, 3]): Float64Array {
  const n = Math.sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
  const [x, y, z] = axis.map((v) => v / n);
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const t = 1 - c;
  return Float64Array.of(
    t * x * x + c,
    t * x * y - s * z,
    t * x * z + s * y,
    t * x * y + s * z,
    t * y * y + c,
    t * y * z - s * x,
    t * x * z - s * y,
    t * y * z + s * x,
    t * z * z + c,
  );
}

/** A small deterministic generator for tests: uniform in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4294967296;
  };
}

/** Folder of data that does not belong to the project; tests that use it are skipped where it is absent. */
export const SHARED = join(
  import.meta.dirname ?? new URL('.', import.meta.url).pathname,
  '../../../shared/data',
);
export const hasShared = existsSync(SHARED);
if (!hasShared) console.warn(`SKIPPED: ${SHARED} is absent, tests on real data do not run`);
