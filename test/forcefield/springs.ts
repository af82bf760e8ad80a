import type { PrimitiveCrystal, Supercell } from '../../src/crystal/types.js';
import type { HarmonicCrystal } from '../../src/forcefield/harmonic.js';
import { noise } from '../reference/fixture.js';

interface Bond {
  readonly first: number;
  readonly second: number;
  readonly cell: readonly [number, number, number];
}

const BONDS: readonly Bond[] = [
  { first: 0, second: 1, cell: [0, 0, 0] },
  { first: 0, second: 1, cell: [-1, 0, 0] },
  { first: 1, second: 0, cell: [0, 1, 0] },
  { first: 0, second: 0, cell: [0, 0, 1] },
  { first: 1, second: 1, cell: [1, -1, 1] },
  { first: 0, second: 0, cell: [1, 0, 0] },
  { first: 1, second: 1, cell: [0, 1, -1] },
];

/**
 * Two atoms of different mass in a cell without symmetry, joined by springs with positive definite 3×3 stiffness: its
 * force constants are symmetric and obey the acoustic sum rule. `softness` subtracts from one spring: unstable modes.
 */
export function springCrystal(softness = 0): HarmonicCrystal {
  const first: number[] = [];
  const second: number[] = [];
  const cells: number[] = [];
  const blocks: number[] = [];
  const onSite = [new Float64Array(9), new Float64Array(9)];
  const add = (s: number, t: number, cell: readonly number[], block: Float64Array): void => {
    first.push(s);
    second.push(t);
    cells.push(...cell);
    blocks.push(...block);
  };
  BONDS.forEach(({ first: s, second: t, cell }, k) => {
    const g = noise(9, 31 + k);
    const stiffness = new Float64Array(9);
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) {
        for (let c = 0; c < 3; c++) stiffness[3 * a + b] += g[3 * a + c] * g[3 * b + c];
        if (a === b) stiffness[3 * a + b] += 1 - (k === 0 ? softness : 0);
      }
    const minus = stiffness.map((x) => -x);
    add(s, t, cell, minus);
    add(
      t,
      s,
      cell.map((x) => -x),
      minus,
    );
    for (let i = 0; i < 9; i++) {
      onSite[s][i] += stiffness[i];
      onSite[t][i] += stiffness[i];
    }
  });
  for (const s of [0, 1]) add(s, s, [0, 0, 0], onSite[s]);
  return {
    masses: Float64Array.of(10, 23),
    first: Int32Array.from(first),
    second: Int32Array.from(second),
    cells: Int32Array.from(cells),
    blocks: Float64Array.from(blocks),
  };
}

export const PRIMITIVE: PrimitiveCrystal = {
  crystal: {
    lattice: Float64Array.of(3.1, 0.2, 0, -0.4, 3.5, 0.3, 0.1, 0, 4.2),
    species: ['B', 'Na'],
    positions: Float64Array.of(0, 0, 0, 0.4, 0.45, 0.6),
  },
  masses: Float64Array.of(10, 23),
  operations: [
    {
      fractionalRotation: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      rotation: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      translation: Float64Array.of(0, 0, 0),
      siteImage: Int32Array.of(0, 1),
      cellImage: new Int32Array(6),
    },
  ],
  spaceGroup: { number: 1, symbol: 'P1' },
};

/** A supercell with the integer matrix M (rows), made by trying all cells: M⁻¹ folds a cell into it. */
export function plainSupercell(matrix: readonly number[]): Supercell {
  const m = (r: number, c: number): number => matrix[3 * (r % 3) + (c % 3)];
  const cofactor = (r: number, c: number): number =>
    m(r + 1, c + 1) * m(r + 2, c + 2) - m(r + 1, c + 2) * m(r + 2, c + 1);
  const det = [0, 1, 2].reduce((sum, c) => sum + m(0, c) * cofactor(0, c), 0);
  // Coordinates of a cell in supercell vectors times det: cell · adj(M); adj_rc = cofactor(c, r).
  const coordinates = (cell: readonly number[]): readonly number[] =>
    [0, 1, 2].map((c) => [0, 1, 2].reduce((sum, r) => sum + cell[r] * cofactor(c, r), 0) * Math.sign(det));
  const size = Math.abs(det);
  const keyOf = (cell: readonly number[]): string =>
    coordinates(cell)
      .map((x) => ((x % size) + size) % size)
      .join();
  const index = new Map<string, number>();
  const siteOf: number[] = [];
  const cellOf: number[] = [];
  const R = 6;
  for (let a = -R; a <= R; a++)
    for (let b = -R; b <= R; b++)
      for (let c = -R; c <= R; c++) {
        const k = keyOf([a, b, c]);
        if (index.has(k)) continue;
        index.set(k, index.size);
        siteOf.push(0, 1);
        cellOf.push(a, b, c, a, b, c);
      }
  if (index.size !== size) throw new Error(`${index.size} cells instead of ${size}`);
  return {
    primitive: PRIMITIVE,
    matrix: Int32Array.from(matrix),
    crystal: PRIMITIVE.crystal,
    siteOf: Int32Array.from(siteOf),
    cellOf: Int32Array.from(cellOf),
    atomAt: (site, a, b, c) => 2 * index.get(keyOf([a, b, c]))! + site,
    shortestTranslation: 3,
  };
}

/** Φ of the whole supercell, [3·atoms × 3·atoms] row-major. */
export function supercellForceConstants(harmonic: HarmonicCrystal, supercell: Supercell): Float64Array {
  const n = 3 * supercell.siteOf.length;
  const out = new Float64Array(n * n);
  supercell.siteOf.forEach((site, i) => {
    harmonic.first.forEach((s, p) => {
      if (s !== site) return;
      const cell = [0, 1, 2].map((x) => supercell.cellOf[3 * i + x] + harmonic.cells[3 * p + x]);
      const j = supercell.atomAt(harmonic.second[p], cell[0], cell[1], cell[2]);
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) out[(3 * i + a) * n + 3 * j + b] += harmonic.blocks[9 * p + 3 * a + b];
    });
  });
  return out;
}
