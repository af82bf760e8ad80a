import type { SparseMatrix } from '../../numerics/sparse.js';

/** A sparse matrix by rows: entries of row i are `start[i] .. start[i + 1]`. */
export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly values: Float64Array;
}

export function rowsOf(matrix: SparseMatrix): SparseRows {
  const { rows, columns, columnStart, rowIndex } = matrix;
  const start = new Int32Array(rows + 1);
  for (const row of rowIndex) start[row + 1]++;
  for (let i = 0; i < rows; i++) start[i + 1] += start[i];
  const next = start.slice();
  const column = new Int32Array(rowIndex.length);
  const values = new Float64Array(rowIndex.length);
  for (let j = 0; j < columns; j++) {
    for (let k = columnStart[j]; k < columnStart[j + 1]; k++) {
      const place = next[rowIndex[k]]++;
      column[place] = j;
      values[place] = matrix.values[k];
    }
  }
  return { rows, columns, start, column, values };
}

/** Columns that rows couple with each other: a matrix Nᵀ D N with D diagonal has one block for each component. */
export interface Component {
  /** Columns, ascending. */
  readonly columns: readonly number[];
  /** Rows with an entry in these columns, ascending. */
  readonly rows: readonly number[];
}

/** Connected components, ordered by their first column; rows without entries belong to none. */
export function componentsOf(matrix: SparseRows): Component[] {
  const parent = Int32Array.from({ length: matrix.columns }, (_, j) => j);
  const root = (j: number): number => {
    let r = j;
    while (parent[r] !== r) r = parent[r];
    while (parent[j] !== r) [j, parent[j]] = [parent[j], r];
    return r;
  };
  for (let i = 0; i < matrix.rows; i++) {
    for (let k = matrix.start[i] + 1; k < matrix.start[i + 1]; k++) {
      const a = root(matrix.column[k - 1]);
      const b = root(matrix.column[k]);
      parent[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const members = new Map<number, { columns: number[]; rows: number[] }>();
  for (let j = 0; j < matrix.columns; j++) {
    const found = members.get(root(j));
    if (found) found.columns.push(j);
    else members.set(root(j), { columns: [j], rows: [] });
  }
  for (let i = 0; i < matrix.rows; i++) {
    if (matrix.start[i] < matrix.start[i + 1]) {
      members.get(root(matrix.column[matrix.start[i]]))?.rows.push(i);
    }
  }
  return [...members.values()];
}
