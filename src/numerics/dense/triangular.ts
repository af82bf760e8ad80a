import { PANEL_ROWS, Panel } from '../kernels/panel.js';
import { mirrorLower } from './rows.js';
import { at, type Window } from './window.js';

/** Fewer rows than this are solved one by one. */
const FEW = 4;

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
  if (count < FEW) {
    for (let r = 0; r < count; r++) solveLower(factor, n, x.subarray(r * n, (r + 1) * n));
    return;
  }
  const lower: Window = { data: factor, offset: 0, stride: n };
  const rows: Window = { data: x, offset: 0, stride: n };
  for (let j = 0; j < n; j += PANEL_ROWS) {
    const panel = new Panel(at(lower, j, 0), Math.min(PANEL_ROWS, n - j), j);
    panel.loadTriangle(at(lower, j, j));
    panel.add(at(rows, 0, j), rows, count, -1, 0, true);
  }
}

/**
 * (L⁻¹)ᵀ of the lower triangular L [n × n]: upper triangular, row-major, so that row i is column i of L⁻¹ and
 * (L Lᵀ)⁻¹_pq is the product of rows p and q. n³/6 multiplications. Written to `out` where it is given; its strict
 * lower triangle must be zero.
 */
export function inverseOfLowerTransposed(
  factor: Float64Array,
  n: number,
  out: Float64Array = new Float64Array(n * n),
): Float64Array {
  const lower: Window = { data: factor, offset: 0, stride: n };
  const whole: Window = { data: out, offset: 0, stride: n };
  for (let i = 0; i < n; i++) {
    out.fill(0, i * n + i, (i + 1) * n);
    out[i * n + i] = 1;
  }
  for (let j = 0; j < n; j += PANEL_ROWS) {
    const columns = Math.min(PANEL_ROWS, n - j);
    const panel = new Panel(at(lower, j, 0), columns, j);
    panel.loadTriangle(at(lower, j, j));
    // Row i of the result starts at its column i: everything before it is zero.
    for (let i = 0; i <= j; i += PANEL_ROWS) {
      panel.add(at(whole, i, j), at(whole, i, 0), Math.min(PANEL_ROWS, n - i), -1, i, true);
    }
  }
  return out;
}

/**
 * The same, some rows at a time, for whoever does not want it whole: `visit` gets `count` rows from row `first` on, as
 * [count × (n − first)] from the diagonal on; the block is overwritten by the next.
 */
export function visitInverseOfLowerTransposed(
  factor: Float64Array,
  n: number,
  visit: (first: number, count: number, block: Float64Array) => void,
): void {
  const lower: Window = { data: factor, offset: 0, stride: n };
  const block = new Float64Array(Math.min(PANEL_ROWS, n) * n);
  for (let first = 0; first < n; first += PANEL_ROWS) {
    const count = Math.min(PANEL_ROWS, n - first);
    const length = n - first;
    block.fill(0, 0, count * length);
    for (let r = 0; r < count; r++) block[r * length + r] = 1;
    const rows: Window = { data: block, offset: 0, stride: length };
    for (let j = 0; j < length; j += PANEL_ROWS) {
      const panel = new Panel(at(lower, first + j, first), Math.min(PANEL_ROWS, length - j), j);
      panel.loadTriangle(at(lower, first + j, first + j));
      panel.add(at(rows, 0, j), rows, count, -1, 0, true);
    }
    visit(first, count, block);
  }
}

/** U Uᵀ of the upper triangular U [n × n], both triangles; n³/6 multiplications. */
export function productOfUpper(upper: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  const factor: Window = { data: upper, offset: 0, stride: n };
  const whole: Window = { data: out, offset: 0, stride: n };
  for (let j = 0; j < n; j += PANEL_ROWS) {
    const panel = new Panel(at(factor, j, 0), Math.min(PANEL_ROWS, n - j), n);
    // Row i of U starts at its column i: everything before it is zero.
    for (let i = j; i < n; i += PANEL_ROWS) {
      panel.add(at(whole, i, j), at(factor, i, 0), Math.min(PANEL_ROWS, n - i), 1, i);
    }
  }
  mirrorLower(out, n);
  return out;
}
