import { addProduct, at, type Window } from './product.js';

const WIDTH = 64;

/** Solves L x = b in place; L [n × n] lower. */
export function solveLower(factor: Float64Array, n: number, x: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = x[i];
    const row = i * n;
    for (let k = 0; k < i; k++) sum -= factor[row + k] * x[k];
    x[i] = sum / factor[row + i];
  }
}

/** Solves Lᵀ x = b in place; L [n × n] lower. */
export function solveLowerTransposed(factor: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const value = x[i] / factor[row + i];
    x[i] = value;
    for (let k = 0; k < i; k++) x[k] -= factor[row + k] * value;
  }
}

/** Solves (L Lᵀ) x = b in place. */
export function solveCholesky(factor: Float64Array, n: number, x: Float64Array): void {
  solveLower(factor, n, x);
  solveLowerTransposed(factor, n, x);
}

/**
 * Many right-hand sides: each of the `count` rows x of X [count × n] becomes the solution of L x = (that row), in place.
 * count · n²/2 multiplications.
 */
export function solveLowerRows(factor: Float64Array, n: number, x: Float64Array, count: number): void {
  const lower: Window = { data: factor, offset: 0, stride: n };
  for (let i = 0; i < count; i += WIDTH) {
    const rows = Math.min(WIDTH, count - i);
    solveBlockOfRows(lower, n, { data: x, offset: i * n, stride: n }, rows);
  }
}

/**
 * (L⁻¹)ᵀ of the lower triangular L [n × n]: upper triangular, row-major, so that row i is column i of L⁻¹ and
 * (L Lᵀ)⁻¹_pq is the product of rows p and q. n³/6 multiplications.
 */
export function inverseOfLowerTransposed(factor: Float64Array, n: number): Float64Array {
  const lower: Window = { data: factor, offset: 0, stride: n };
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) out[i * n + i] = 1;
  for (let i = 0; i < n; i += WIDTH) {
    const rows = Math.min(WIDTH, n - i);
    // Column i of L⁻¹ starts at its entry i: everything before it is zero.
    solveBlockOfRows(at(lower, i, i), n - i, { data: out, offset: i * n + i, stride: n }, rows);
  }
  return out;
}

/** Rows x of X [rows × n] ← solution of L x = row, one block of columns after the other. */
function solveBlockOfRows(lower: Window, n: number, x: Window, rows: number): void {
  for (let j = 0; j < n; j += WIDTH) {
    const columns = Math.min(WIDTH, n - j);
    const block = at(x, 0, j);
    addProduct(block, x, at(lower, j, 0), rows, columns, j, -1);
    solveRowsAgainstLower(block, at(lower, j, j), rows, columns);
  }
}

/** The unblocked step of the above: each row of `x` [rows × n] ← solution of L x = row. */
export function solveRowsAgainstLower(x: Window, lower: Window, rows: number, n: number): void {
  for (let r = 0; r < rows; r++) {
    const row = x.offset + r * x.stride;
    for (let j = 0; j < n; j++) {
      const lowerRow = lower.offset + j * lower.stride;
      let sum = x.data[row + j];
      for (let k = 0; k < j; k++) sum -= x.data[row + k] * lower.data[lowerRow + k];
      x.data[row + j] = sum / lower.data[lowerRow + j];
    }
  }
}
