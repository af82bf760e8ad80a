import type { SparseMatrix } from '../sparse.js';
import { columnBlocks } from './elimination.js';

interface SparseColumn {
  readonly index: Int32Array;
  readonly value: Float64Array;
}

/**
 * An orthonormal basis of the span of linearly independent sparse columns, block by block of columns that share rows
 * (Gram–Schmidt with reorthogonalisation: orthonormal to machine precision). Sparser columns first, so that they stay sparse.
 */
export function orthonormalColumns(basis: SparseMatrix): SparseMatrix {
  const columns: SparseColumn[] = new Array(basis.columns);
  for (const block of columnBlocks(basis)) {
    const rows = blockRows(basis, block);
    const sorted = [...block].sort((a, b) => entryCount(basis, a) - entryCount(basis, b) || a - b);
    const dense = orthonormalBlock(basis, sorted, rows);
    dense.forEach((values, k) => {
      columns[block[k]] = sparseColumn(values, rows);
    });
  }
  return assemble(basis.rows, columns);
}

/** Entries of a column that are more than rounding. */
function sparseColumn(values: Float64Array, rows: readonly number[]): SparseColumn {
  const index = new Int32Array(values.length);
  const value = new Float64Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i]) > 1e-15)) continue;
    index[count] = rows[i];
    value[count++] = values[i];
  }
  return { index: index.slice(0, count), value: value.slice(0, count) };
}

function entryCount(basis: SparseMatrix, column: number): number {
  return basis.columnStart[column + 1] - basis.columnStart[column];
}

function blockRows(basis: SparseMatrix, block: readonly number[]): readonly number[] {
  const rows = new Set<number>();
  for (const column of block) {
    for (let e = basis.columnStart[column]; e < basis.columnStart[column + 1]; e++)
      rows.add(basis.rowIndex[e]);
  }
  return [...rows].sort((a, b) => a - b);
}

function orthonormalBlock(
  basis: SparseMatrix,
  block: readonly number[],
  rows: readonly number[],
): readonly Float64Array[] {
  const place = new Map(rows.map((row, i) => [row, i]));
  const done: Float64Array[] = [];
  const quartets: Float64Array[] = [];
  for (const column of block) {
    const v = new Float64Array(rows.length);
    for (let e = basis.columnStart[column]; e < basis.columnStart[column + 1]; e++) {
      v[place.get(basis.rowIndex[e])!] = basis.values[e];
    }
    orthogonalise(v, quartets, done.slice(WIDTH * quartets.length));
    done.push(v);
    if (done.length % WIDTH === 0) quartets.push(interleaved(done.slice(-WIDTH)));
  }
  return done;
}

/** Columns projected on in one sweep. */
const WIDTH = 4;

/** [rows · WIDTH] columns side by side, so that a sweep reads one stretch of memory. */
function interleaved(columns: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(WIDTH * columns[0].length);
  columns.forEach((column, k) => {
    for (let i = 0; i < column.length; i++) out[WIDTH * i + k] = column[i];
  });
  return out;
}

/** Where less than this fraction of a column's length is left, what rounding put along the others has grown too large. */
const REPEAT_BELOW = 0.5;

/**
 * The part of v at right angles to orthonormal columns, in quartets and the rest, normalised; subtracted once more where
 * much was cancelled (J. W. Daniel et al., Math. Comp. 30, 772 (1976)).
 */
function orthogonalise(
  v: Float64Array,
  quartets: readonly Float64Array[],
  rest: readonly Float64Array[],
): void {
  normalise(v);
  for (let pass = 0; pass < 2; pass++) {
    if (quartets.length > 0) subtractQuartets(v, quartets);
    for (const column of rest) subtractProjection(v, column);
    if (normalise(v) > REPEAT_BELOW) return;
  }
}

/**
 * Subtracts the projections on one quartet after the other. The sweep that subtracts those on one sums up those on the
 * next: additions of a sum wait for each other, and what is to be subtracted fills the time.
 */
function subtractQuartets(v: Float64Array, quartets: readonly Float64Array[]): void {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const first = quartets[0];
  for (let i = 0, e = 0; i < v.length; i++, e += WIDTH) {
    const x = v[i];
    a += x * first[e];
    b += x * first[e + 1];
    c += x * first[e + 2];
    d += x * first[e + 3];
  }
  for (let k = 1; k < quartets.length; k++) {
    const last = quartets[k - 1];
    const next = quartets[k];
    let a1 = 0;
    let b1 = 0;
    let c1 = 0;
    let d1 = 0;
    for (let i = 0, e = 0; i < v.length; i++, e += WIDTH) {
      const x = v[i] - (a * last[e] + b * last[e + 1] + (c * last[e + 2] + d * last[e + 3]));
      v[i] = x;
      a1 += x * next[e];
      b1 += x * next[e + 1];
      c1 += x * next[e + 2];
      d1 += x * next[e + 3];
    }
    a = a1;
    b = b1;
    c = c1;
    d = d1;
  }
  const last = quartets[quartets.length - 1];
  for (let i = 0, e = 0; i < v.length; i++, e += WIDTH) {
    v[i] -= a * last[e] + b * last[e + 1] + (c * last[e + 2] + d * last[e + 3]);
  }
}

function subtractProjection(v: Float64Array, q: Float64Array): void {
  let dot = 0;
  for (let i = 0; i < v.length; i++) dot += v[i] * q[i];
  for (let i = 0; i < v.length; i++) v[i] -= dot * q[i];
}

/** Returns the length it had. */
function normalise(v: Float64Array): number {
  let square = 0;
  for (let i = 0; i < v.length; i++) square += v[i] * v[i];
  const length = Math.sqrt(square);
  for (let i = 0; i < v.length; i++) v[i] /= length;
  return length;
}

function assemble(rows: number, columns: readonly SparseColumn[]): SparseMatrix {
  const columnStart = new Int32Array(columns.length + 1);
  columns.forEach((column, k) => {
    columnStart[k + 1] = columnStart[k] + column.index.length;
  });
  const rowIndex = new Int32Array(columnStart[columns.length]);
  const values = new Float64Array(columnStart[columns.length]);
  columns.forEach((column, k) => {
    rowIndex.set(column.index, columnStart[k]);
    values.set(column.value, columnStart[k]);
  });
  return { rows, columns: columns.length, columnStart, rowIndex, values };
}
