/**
 * The one inner kernel under Cholesky, triangular solves and Gram updates: everything above it is bookkeeping, so
 * that a faster kernel (WebAssembly) replaces this file and nothing else. All matrices are row-major windows into flat
 * arrays, and both factors are read along their rows.
 *
 * Deterministic: each entry is one sum over k in ascending order, whatever tile it falls into.
 */

/** A row-major window: entry (i, j) is `data[offset + i·stride + j]`. */
export interface Window {
  readonly data: Float64Array;
  readonly offset: number;
  readonly stride: number;
}

/** Longest stretch of k summed in registers before it is added to C: eight rows of it stay in the first-level cache. */
const DEPTH = 256;

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
  for (let start = 0; start < k; start += DEPTH) {
    const depth = Math.min(DEPTH, k - start);
    const aOffset = a.offset + start;
    const bOffset = b.offset + start;
    const mTiles = m & ~3;
    const nTiles = n & ~3;
    for (let j = 0; j < nTiles; j += 4) {
      for (let i = 0; i < mTiles; i += 4) {
        addTile(
          c.data,
          c.offset + i * c.stride + j,
          c.stride,
          a.data,
          aOffset + i * a.stride,
          a.stride,
          b.data,
          bOffset + j * b.stride,
          b.stride,
          depth,
          sign,
        );
      }
    }
    for (let i = 0; i < m; i++) {
      for (let j = i < mTiles ? nTiles : 0; j < n; j++) {
        const sum = dot(a.data, aOffset + i * a.stride, b.data, bOffset + j * b.stride, depth);
        c.data[c.offset + i * c.stride + j] += sign * sum;
      }
    }
  }
}

/** Lower triangle of C ← C + sign · A Aᵀ with C [n × n], A [n × k]; the strict upper triangle may be touched within tiles of the diagonal. */
export function addSymmetricProduct(c: Window, a: Window, n: number, k: number, sign: 1 | -1): void {
  const width = 64;
  for (let j = 0; j < n; j += width) {
    const columns = Math.min(width, n - j);
    for (let i = j; i < n; i += width) {
      const rows = Math.min(width, n - i);
      addProduct(at(c, i, j), at(a, i, 0), at(a, j, 0), rows, columns, k, sign);
    }
  }
}

/** The window whose entry (0, 0) is entry (i, j) of `w`. */
export function at(w: Window, i: number, j: number): Window {
  return { data: w.data, offset: w.offset + i * w.stride + j, stride: w.stride };
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

/** A 4 × 4 tile of C: sixteen sums in registers for eight loads. */
function addTile(
  c: Float64Array,
  cOffset: number,
  cStride: number,
  a: Float64Array,
  a0: number,
  aStride: number,
  b: Float64Array,
  b0: number,
  bStride: number,
  depth: number,
  sign: 1 | -1,
): void {
  const a1 = a0 + aStride;
  const a2 = a1 + aStride;
  const a3 = a2 + aStride;
  const b1 = b0 + bStride;
  const b2 = b1 + bStride;
  const b3 = b2 + bStride;
  let c00 = 0;
  let c01 = 0;
  let c02 = 0;
  let c03 = 0;
  let c10 = 0;
  let c11 = 0;
  let c12 = 0;
  let c13 = 0;
  let c20 = 0;
  let c21 = 0;
  let c22 = 0;
  let c23 = 0;
  let c30 = 0;
  let c31 = 0;
  let c32 = 0;
  let c33 = 0;
  for (let k = 0; k < depth; k++) {
    const y0 = b[b0 + k];
    const y1 = b[b1 + k];
    const y2 = b[b2 + k];
    const y3 = b[b3 + k];
    const x0 = a[a0 + k];
    c00 += x0 * y0;
    c01 += x0 * y1;
    c02 += x0 * y2;
    c03 += x0 * y3;
    const x1 = a[a1 + k];
    c10 += x1 * y0;
    c11 += x1 * y1;
    c12 += x1 * y2;
    c13 += x1 * y3;
    const x2 = a[a2 + k];
    c20 += x2 * y0;
    c21 += x2 * y1;
    c22 += x2 * y2;
    c23 += x2 * y3;
    const x3 = a[a3 + k];
    c30 += x3 * y0;
    c31 += x3 * y1;
    c32 += x3 * y2;
    c33 += x3 * y3;
  }
  addRow(c, cOffset, sign, c00, c01, c02, c03);
  addRow(c, cOffset + cStride, sign, c10, c11, c12, c13);
  addRow(c, cOffset + 2 * cStride, sign, c20, c21, c22, c23);
  addRow(c, cOffset + 3 * cStride, sign, c30, c31, c32, c33);
}

function addRow(
  c: Float64Array,
  offset: number,
  sign: 1 | -1,
  v0: number,
  v1: number,
  v2: number,
  v3: number,
): void {
  c[offset] += sign * v0;
  c[offset + 1] += sign * v1;
  c[offset + 2] += sign * v2;
  c[offset + 3] += sign * v3;
}
