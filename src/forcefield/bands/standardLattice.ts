import { latticeLengths, minkowskiReduction } from '../../crystal/geometry.js';
import type { Crystal } from '../../crystal/structure.js';
import { type ConventionalLattice, conventionalLattice } from '../../crystal/symmetry.js';
import { inverse3, multiply3, rowsTimes3, transpose3 } from '../../numerics/matrix3.js';
import type { CellShape, PathName } from './pathTables.js';

/** The primitive lattice that a table of paths is written for. */
export interface StandardLattice {
  readonly table: PathName;
  /** [9] rows are its lattice vectors, Å, in the Cartesian frame of the crystal. */
  readonly primitive: Float64Array;
  readonly shape: CellShape;
}

/** Lattice vectors of the primitive cell in those of the conventional one (Hinuma et al., table 3), as rows. */
const CENTRING: Readonly<Record<string, readonly number[]>> = {
  F: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  I: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  R: [2 / 3, 1 / 3, 1 / 3, -1 / 3, 1 / 3, 1 / 3, -1 / 3, -2 / 3, 1 / 3],
  oC: [0.5, -0.5, 0, 0.5, 0.5, 0, 0, 0, 1],
  mC: [0.5, 0.5, 0, -0.5, 0.5, 0, 0, 0, 1],
};

/** The standard primitive lattice of a crystal in any cell and orientation. */
export function standardLattice(crystal: Crystal): StandardLattice {
  const found = conventionalLattice(crystal);
  if (found.bravais === 'aP') return triclinic(crystal.lattice);
  const { bravais, lattice } = withOrderedAxes(found);
  const shape = shapeOf(lattice);
  const change = CENTRING[bravais] ?? CENTRING[bravais[1]];
  const primitive = change === undefined ? lattice : multiply3(change, lattice);
  return { table: variant(bravais, found.spaceGroup, shape), primitive, shape };
}

/** Axes named so that fewer variants are left: a ≤ b ≤ c (C-centred: a ≤ b), monoclinic ones short with β obtuse. */
function withOrderedAxes({ bravais, lattice }: ConventionalLattice): {
  readonly bravais: string;
  readonly lattice: Float64Array;
} {
  const rows = [0, 1, 2].map((k) => lattice.slice(3 * k, 3 * k + 3));
  const length = (v: Float64Array): number => latticeLengths([...v, 0, 0, 0, 0, 0, 0])[0];
  const joined = (r: readonly Float64Array[]): Float64Array => Float64Array.from(r.flatMap((v) => [...v]));
  switch (bravais) {
    case 'oP':
    case 'oF':
    case 'oI':
      return { bravais, lattice: joined(rows.sort((p, q) => length(p) - length(q))) };
    case 'oA':
    case 'oC': {
      const [c, ...ab] = bravais === 'oA' ? rows : [rows[2], rows[0], rows[1]];
      return { bravais: 'oC', lattice: joined([...ab.sort((p, q) => length(p) - length(q)), c]) };
    }
    case 'mP':
    case 'mC':
      return { bravais, lattice: shortMonoclinic(lattice, bravais === 'mC') };
    default:
      return { bravais, lattice };
  }
}

/** The shortest a and c that span the plane across b, β obtuse; C-centring stays with a/2 when a takes odd a and even c. */
function shortMonoclinic(lattice: Float64Array, centred: boolean): Float64Array {
  const integers = [-3, -2, -1, 0, 1, 2, 3];
  let best = lattice;
  let shortest = Number.POSITIVE_INFINITY;
  for (const p of integers) {
    for (const q of integers) {
      for (const r of integers) {
        for (const s of integers) {
          if (Math.abs(p * s - q * r) !== 1 || (centred && q % 2 !== 0)) continue;
          const trial = multiply3([p, 0, q, 0, 1, 0, r, 0, s], lattice);
          const { a, c, cosBeta } = shapeOf(trial);
          // Of two cells that differ in names only the one with the shorter a.
          const size = (1 + 1e-6) * a + c;
          if (cosBeta > 1e-9 || size > shortest - 1e-9) continue;
          shortest = size;
          best = trial;
        }
      }
    }
  }
  return best;
}

function shapeOf(lattice: Float64Array): CellShape {
  const [a, b, c] = latticeLengths(lattice);
  const dot = lattice[0] * lattice[6] + lattice[1] * lattice[7] + lattice[2] * lattice[8];
  const cosBeta = dot / (a * c);
  return { a, b, c, cosBeta, sinBeta: Math.sqrt(1 - cosBeta * cosBeta) };
}

/** Space groups of a hexagonal lattice in which K–H and K–H₂ differ (Hinuma et al.). */
const TRIGONAL = [143, 144, 145, 147, 149, 151, 153, 157, 159, 162, 163];

function variant(bravais: string, spaceGroup: number, { a, b, c, cosBeta, sinBeta }: CellShape): PathName {
  switch (bravais) {
    case 'cP':
      return spaceGroup <= 206 ? 'cP1' : 'cP2';
    case 'cF':
      return spaceGroup <= 206 ? 'cF1' : 'cF2';
    case 'cI':
      return 'cI1';
    case 'tP':
      return 'tP1';
    case 'tI':
      return c <= a ? 'tI1' : 'tI2';
    case 'oF': {
      const [x, y, z] = [1 / (a * a), 1 / (b * b), 1 / (c * c)];
      return x > y + z ? 'oF1' : z > x + y ? 'oF2' : 'oF3';
    }
    case 'oI':
      return 'oI1';
    case 'oC':
      return 'oC1';
    case 'hP':
      return TRIGONAL.includes(spaceGroup) ? 'hP1' : 'hP2';
    case 'hR':
      return 3 * a * a <= 2 * c * c ? 'hR1' : 'hR2';
    case 'mP':
      return 'mP1';
    case 'mC': {
      if (b < a * sinBeta) return 'mC1';
      const height = (a * sinBeta) / b;
      return (-a * cosBeta) / c + height * height <= 1 ? 'mC2' : 'mC3';
    }
    default:
      return 'oP1';
  }
}

/**
 * A cell that is reduced in reciprocal space, its reciprocal angles all obtuse or all acute, the axes named so that
 * |k_a k_b cos γ*| is the smallest of such products (Hinuma et al.).
 */
function triclinic(lattice: Float64Array): StandardLattice {
  const reciprocal = transpose3(inverse3(lattice));
  const reduced = rowsTimes3(minkowskiReduction(reciprocal), reciprocal);
  const product = (rows: Float64Array, i: number, j: number): number =>
    rows[3 * i] * rows[3 * j] + rows[3 * i + 1] * rows[3 * j + 1] + rows[3 * i + 2] * rows[3 * j + 2];
  const cycles = [
    [1, 2, 0],
    [2, 0, 1],
    [0, 1, 2],
  ] as const;
  const size = ([a, b]: readonly number[]): number => Math.abs(product(reduced, a, b));
  const cycle = cycles.reduce((best, next) => (size(next) < size(best) ? next : best));
  const rows = Float64Array.from(cycle.flatMap((k) => [...reduced.subarray(3 * k, 3 * k + 3)]));
  const [ab, bc, ac] = [product(rows, 0, 1), product(rows, 1, 2), product(rows, 0, 2)];
  // Signs of the vectors change two products at once: all become of one sign, that of their product.
  const obtuse = ab * bc * ac <= 0;
  const sign = (x: number): number => (x <= 0 === obtuse ? 1 : -1);
  const signs = [1, sign(ab), sign(ac)];
  const primitive = transpose3(inverse3(rows.map((v, k) => v * signs[Math.floor(k / 3)])));
  return { table: obtuse ? 'aP2' : 'aP3', primitive, shape: shapeOf(primitive) };
}
