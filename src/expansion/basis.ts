import type { SparseMatrix } from '../numerics/sparse.js';
import type { ClusterSpace } from './types.js';

/** A basis of all orders at once: raw = B·coordinates, [raw of all orders × P], block-diagonal by order. */
export function combinedBasis(space: ClusterSpace, which: 'nullSpace' | 'sparseNullSpace'): SparseMatrix {
  const blocks = space.orders.map((order) => order[which]);
  const entries = blocks.reduce((sum, b) => sum + b.values.length, 0);
  const columns = blocks.reduce((sum, b) => sum + b.columns, 0);
  const columnStart = new Int32Array(columns + 1);
  const rowIndex = new Int32Array(entries);
  const values = new Float64Array(entries);
  let column = 0;
  let entry = 0;
  let rows = 0;
  for (const b of blocks) {
    for (let q = 0; q < b.columns; q++) columnStart[column + q] = entry + b.columnStart[q];
    rowIndex.set(
      b.rowIndex.map((r) => r + rows),
      entry,
    );
    values.set(b.values, entry);
    column += b.columns;
    entry += b.values.length;
    rows += b.rows;
  }
  columnStart[columns] = entry;
  return { rows, columns, columnStart, rowIndex, values };
}
