import type { SparseMatrix } from '../sparse.js';
import { columnBlocks } from './elimination.js';

/**
 * An orthonormal basis of the span of linearly independent sparse columns, block by block of columns that share rows
 * (Gram–Schmidt with reorthogonalisation: orthonormal to machine precision). Sparser columns first, so that they stay sparse.
 */
export function orthonormalColumns(basis: SparseMatrix): SparseMatrix {
  const columns: { index: Int32Array; value: Float64Array }[] = new Array(basis.columns);
  for (const block of columnBlocks(basis)) {
    const rows = blockRows(basis, block);
    const sorted = [...block].sort((a, b) => entryCount(basis, a) - entryCount(basis, b) || a - b);
    const dense = orthonormalBlock(basis, sorted, rows);
    dense.forEach((values, k) => {
      const kept = Array.from(values, (_, i) => i).filter((i) => Math.abs(values[i]) > 1e-15);
      columns[block[k]] = {
        index: Int32Array.from(kept, (i) => rows[i]),
        value: Float64Array.from(kept, (i) => values[i]),
      };
    });
  }
  return assemble(basis.rows, columns);
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
  for (const column of block) {
    const v = new Float64Array(rows.length);
    for (let e = basis.columnStart[column]; e < basis.columnStart[column + 1]; e++) {
      v[place.get(basis.rowIndex[e])!] = basis.values[e];
    }
    orthogonalise(v, done);
    done.push(v);
  }
  return done;
}

/** Where less than this fraction of a column's length is left, what rounding put along the others has grown too large. */
const REPEAT_BELOW = 0.5;

/**
 * The part of v at right angles to orthonormal columns, normalised; subtracted once more where much was cancelled
 * (J. W. Daniel et al., Math. Comp. 30, 772 (1976)).
 */
function orthogonalise(v: Float64Array, columns: readonly Float64Array[]): void {
  normalise(v);
  for (let pass = 0; pass < 2; pass++) {
    for (let k = 0; k < columns.length; k += 4) subtractProjections(v, columns, k);
    if (normalise(v) > REPEAT_BELOW) return;
  }
}

/** Subtracts the projections on up to four columns from `first` on, in one sweep over v. */
function subtractProjections(v: Float64Array, columns: readonly Float64Array[], first: number): void {
  if (first + 4 > columns.length) {
    for (let k = first; k < columns.length; k++) subtractProjection(v, columns[k]);
    return;
  }
  const p = columns[first];
  const q = columns[first + 1];
  const r = columns[first + 2];
  const s = columns[first + 3];
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < v.length; i++) {
    const x = v[i];
    a += x * p[i];
    b += x * q[i];
    c += x * r[i];
    d += x * s[i];
  }
  for (let i = 0; i < v.length; i++) v[i] -= a * p[i] + b * q[i] + (c * r[i] + d * s[i]);
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

function assemble(
  rows: number,
  columns: readonly { index: Int32Array; value: Float64Array }[],
): SparseMatrix {
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
