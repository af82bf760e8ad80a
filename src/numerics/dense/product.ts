import { DEPTH, PANEL_ROWS, Panel } from '../kernels/panel.js';
import { at, type Window } from './window.js';

export { at, type Window } from './window.js';

/**
 * The inner kernel under Cholesky, triangular solves and Gram updates. All matrices are row-major windows into flat
 * arrays, and both factors are read along their rows. Where copying pays it runs in WebAssembly; small products are done
 * here, in the same order: an entry has the same bits whatever its product's size and the tile it falls into.
 */

/** Longest k that a panel is made for; a multiple of `DEPTH`. */
const LONGEST = 8192;
/** Products with less than this many multiplications, or with fewer rows, are not worth copying. */
const SMALL = 4096;
const FEW = 4;

/** C ← C + sign · A Bᵀ with C [m × n], A [m × k], B [n × k]. C may share its array with A and B but not its entries. */
export function addProduct(
  c: Window,
  a: Window,
  b: Window,
  m: number,
  n: number,
  k: number,
  sign: 1 | -1,
): void {
  if (m < FEW || m * n * k < SMALL) {
    addSmallProduct(c, a, b, m, n, k, sign);
    return;
  }
  for (let start = 0; start < k; start += LONGEST) {
    const length = Math.min(LONGEST, k - start);
    for (let j = 0; j < n; j += PANEL_ROWS) {
      const panel = new Panel(at(b, j, start), Math.min(PANEL_ROWS, n - j), length);
      panel.add(at(c, 0, j), at(a, 0, start), m, sign);
    }
  }
}

/** Lower triangle of C ← C + sign · A Aᵀ with C [n × n], A [n × k]; blocks on the diagonal are filled whole. */
export function addSymmetricProduct(c: Window, a: Window, n: number, k: number, sign: 1 | -1): void {
  for (let j = 0; j < n; j += PANEL_ROWS) {
    addProduct(at(c, j, j), at(a, j, 0), at(a, j, 0), n - j, Math.min(PANEL_ROWS, n - j), k, sign);
  }
}

/** Σ x_k y_k over two stretches of `length`, in ascending order. */
export function dot(
  x: Float64Array,
  xOffset: number,
  y: Float64Array,
  yOffset: number,
  length: number,
): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += x[xOffset + k] * y[yOffset + k];
  return sum;
}

function addSmallProduct(
  c: Window,
  a: Window,
  b: Window,
  m: number,
  n: number,
  k: number,
  sign: 1 | -1,
): void {
  for (let start = 0; start < k; start += DEPTH) {
    const depth = Math.min(DEPTH, k - start);
    for (let i = 0; i < m; i++) {
      const row = a.offset + i * a.stride + start;
      for (let j = 0; j < n; j++) {
        const sum = dotOfHalves(a.data, row, b.data, b.offset + j * b.stride + start, depth);
        c.data[c.offset + i * c.stride + j] += sign * sum;
      }
    }
  }
}

/** Σ over even k + Σ over odd k, then the last of an odd number: as the vector kernel sums. */
function dotOfHalves(x: Float64Array, x0: number, y: Float64Array, y0: number, length: number): number {
  const pairs = length & ~1;
  let even = 0;
  let odd = 0;
  for (let k = 0; k < pairs; k += 2) {
    even += x[x0 + k] * y[y0 + k];
    odd += x[x0 + k + 1] * y[y0 + k + 1];
  }
  const sum = even + odd;
  return pairs < length ? sum + x[x0 + pairs] * y[y0 + pairs] : sum;
}
