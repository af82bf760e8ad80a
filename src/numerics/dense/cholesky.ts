import { FailureError } from '../../errors.js';
import { PANEL_ROWS, Panel } from '../kernels/panel.js';
import { at, type Window } from './window.js';

/** The matrix given to `choleskyInPlace` is not positive definite within rounding. */
export class NotPositiveDefiniteError extends FailureError {
  constructor(
    /** Index of the pivot that failed. */
    readonly pivot: number,
    readonly value: number,
  ) {
    super(`matrix is not positive definite: pivot ${pivot} is ${value}`);
  }
}

/**
 * A = L Lᵀ of the symmetric positive definite A [n × n] (only its lower triangle is read). L overwrites the lower
 * triangle, the strict upper one becomes 0. Left-looking by columns of blocks; n³/6 multiplications, nearly all of
 * them in the product kernel. Rounding is that of the equilibrated matrix, however A is scaled: no step compares or mixes
 * entries of different scale (Demmel, LAPACK Working Note 14).
 */
export function choleskyInPlace(a: Float64Array, n: number): void {
  const whole: Window = { data: a, offset: 0, stride: n };
  for (let j = 0; j < n; j += PANEL_ROWS) {
    const columns = Math.min(PANEL_ROWS, n - j);
    const below = n - j - columns;
    const diagonal = at(whole, j, j);
    const before = at(whole, j, 0);
    const panel = new Panel(before, columns, j);
    panel.add(diagonal, before, columns, -1);
    factorDiagonalBlock(diagonal, columns, j);
    if (below === 0) break;
    panel.loadTriangle(diagonal);
    panel.add(at(whole, j + columns, j), at(whole, j + columns, 0), below, -1, 0, true);
  }
  clearUpper(a, n);
}

/** Σ 2 ln L_ii: the log-determinant of A = L Lᵀ. */
export function logDeterminant(factor: Float64Array, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += Math.log(factor[i * n + i]);
  return 2 * sum;
}

/** Unblocked Cholesky of one block on the diagonal; `first` is the block's place, for the message only. */
function factorDiagonalBlock(w: Window, n: number, first: number): void {
  const { data, offset, stride } = w;
  for (let j = 0; j < n; j++) {
    const rowJ = offset + j * stride;
    let pivot = data[rowJ + j];
    for (let k = 0; k < j; k++) pivot -= data[rowJ + k] * data[rowJ + k];
    if (!(pivot > 0) || pivot === Number.POSITIVE_INFINITY) {
      throw new NotPositiveDefiniteError(first + j, pivot);
    }
    const root = Math.sqrt(pivot);
    data[rowJ + j] = root;
    for (let i = j + 1; i < n; i++) {
      const rowI = offset + i * stride;
      let sum = data[rowI + j];
      for (let k = 0; k < j; k++) sum -= data[rowI + k] * data[rowJ + k];
      data[rowI + j] = sum / root;
    }
  }
}

function clearUpper(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) a.fill(0, i * n + i + 1, (i + 1) * n);
}
