/** A sparse matrix in compressed-column form. */
export interface SparseMatrix {
  readonly rows: number;
  readonly columns: number;
  /** [columns + 1] where each column starts. */
  readonly columnStart: Int32Array;
  /** [nonzeros] row of each entry, ascending within a column. */
  readonly rowIndex: Int32Array;
  /** [nonzeros] */
  readonly values: Float64Array;
}
