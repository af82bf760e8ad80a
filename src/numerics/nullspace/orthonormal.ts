import type { SparseMatrix } from '../sparse.js';
import { columnBlocks } from './elimination.js';

/**
 * An orthonormal basis of the span of linearly independent sparse columns, block by block of columns that share rows
 * (modified Gram–Schmidt, twice: orthonormal to machine precision). Sparser columns first, so that they stay sparse.
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
    normalise(v);
    for (let pass = 0; pass < 2; pass++) {
      for (const q of done) subtractProjection(v, q);
      normalise(v);
    }
    done.push(v);
  }
  return done;
}

/** v − q (q · v). Four partial sums keep the processor's adders busy. */
function subtractProjection(v: Float64Array, q: Float64Array): void {
  const n = v.length;
  const whole = n - (n % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += v[i] * q[i];
    b += v[i + 1] * q[i + 1];
    c += v[i + 2] * q[i + 2];
    d += v[i + 3] * q[i + 3];
  }
  for (let i = whole; i < n; i++) a += v[i] * q[i];
  const dot = a + b + (c + d);
  if (dot === 0) return;
  for (let i = 0; i < n; i++) v[i] -= dot * q[i];
}

function normalise(v: Float64Array): void {
  let square = 0;
  for (let i = 0; i < v.length; i++) square += v[i] * v[i];
  const scale = 1 / Math.sqrt(square);
  for (let i = 0; i < v.length; i++) v[i] *= scale;
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
