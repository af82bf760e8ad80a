import { determinant3, inverse3, type Matrix3, rowsTimes3 } from '../numerics/matrix3.js';
import type { Crystal } from './structure.js';

/** [3·atoms] Cartesian positions, Å. */
export function cartesianPositions(crystal: Crystal): Float64Array {
  return rowsTimes3(crystal.positions, crystal.lattice);
}

/** [3·n] fractional coordinates of Cartesian `positions` in `lattice`. */
export function fractionalPositions(positions: ArrayLike<number>, lattice: Matrix3): Float64Array {
  return rowsTimes3(positions, inverse3(lattice));
}

/** [9] L⁻¹: fractional f = r · L⁻¹. */
export function invertLattice(lattice: Matrix3): Float64Array {
  return inverse3(lattice);
}

/** Volume of the cell, Å³. */
export function volume(lattice: Matrix3): number {
  return Math.abs(determinant3(lattice));
}

/** The cell (integer) of a fractional coordinate; one that rounding left within 1e-9 below a cell's start belongs to that cell. */
export function cellOfCoordinate(x: number): number {
  return Math.floor(x + 1e-9);
}

/** Lengths of the lattice vectors, Å. */
export function latticeLengths(lattice: ArrayLike<number>): [number, number, number] {
  return [rowLength(lattice, 0), rowLength(lattice, 1), rowLength(lattice, 2)];
}

function rowLength(lattice: ArrayLike<number>, row: number): number {
  const x = lattice[3 * row];
  const y = lattice[3 * row + 1];
  const z = lattice[3 * row + 2];
  return Math.sqrt(x * x + y * y + z * z);
}

/**
 * Minkowski reduction in three dimensions (Semaev, CaLC 2001; Nguyen and Stehlé, ANTS 2004): the integer matrix U, det ±1,
 * for which the rows of U · L are as short as those of a basis can be, ascending in length.
 */
export function minkowskiReduction(lattice: ArrayLike<number>): Int32Array {
  const rows = [0, 1, 2].map((i) => ({
    vector: [lattice[3 * i], lattice[3 * i + 1], lattice[3 * i + 2]],
    combination: [i === 0 ? 1 : 0, i === 1 ? 1 : 0, i === 2 ? 1 : 0],
  }));
  for (let sweep = 0; sweep < 10_000; sweep++) {
    rows.sort((a, b) => norm2(a.vector) - norm2(b.vector));
    if (!shortenSecond(rows) && !shortenThird(rows)) break;
  }
  return Int32Array.from(rows.flatMap((r) => r.combination));
}

interface BasisRow {
  vector: number[];
  combination: number[];
}

/** A reduction step counts only when it shortens by more than rounding: otherwise ties would cycle. */
const SHORTER = 1 - 1e-12;

function shortenSecond(rows: BasisRow[]): boolean {
  const [a, b] = rows;
  return replaceIfShorter(b, [[a, Math.round(dot(a.vector, b.vector) / norm2(a.vector))]]);
}

function shortenThird(rows: BasisRow[]): boolean {
  const [a, b, c] = rows;
  const aa = norm2(a.vector);
  const bb = norm2(b.vector);
  const ab = dot(a.vector, b.vector);
  const ac = dot(a.vector, c.vector);
  const bc = dot(b.vector, c.vector);
  const det = aa * bb - ab * ab;
  const x = Math.round((ac * bb - bc * ab) / det);
  const y = Math.round((bc * aa - ac * ab) / det);
  let best: readonly [number, number] = [0, 0];
  let shortest = norm2(c.vector) * SHORTER;
  for (let i = x - 1; i <= x + 1; i++) {
    for (let j = y - 1; j <= y + 1; j++) {
      const length = norm2(c.vector.map((v, k) => v - i * a.vector[k] - j * b.vector[k]));
      if (length < shortest) {
        shortest = length;
        best = [i, j];
      }
    }
  }
  return replaceIfShorter(c, [
    [a, best[0]],
    [b, best[1]],
  ]);
}

function replaceIfShorter(row: BasisRow, subtract: readonly (readonly [BasisRow, number])[]): boolean {
  const vector = row.vector.map((v, k) => subtract.reduce((s, [o, n]) => s - n * o.vector[k], v));
  if (!(norm2(vector) < norm2(row.vector) * SHORTER)) return false;
  row.combination = row.combination.map((v, k) =>
    subtract.reduce((s, [o, n]) => s - n * o.combination[k], v),
  );
  row.vector = vector;
  return true;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function norm2(a: readonly number[]): number {
  return dot(a, a);
}

/** Length of the shortest non-zero lattice vector, Å. */
export function shortestLatticeVector(lattice: Matrix3): number {
  const u = minkowskiReduction(lattice);
  return latticeLengths(rowsTimes3(u, lattice))[0];
}
