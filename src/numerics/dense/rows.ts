import { addSymmetricProduct } from './product.js';

/** Rows transposed at a time: the inner kernel reads the columns of A as contiguous stretches of this length. */
const STRETCH = 512;
/** Rows and columns of a tile that is transposed within the first-level cache. */
const TILE = 32;

/** Lower triangle of C ← C + w² AᵀA, C [n × n], A [rows × n]; blocks on the diagonal are filled whole. rows · n²/2 multiplications. */
export function addWeightedRows(c: Float64Array, a: Float64Array, rows: number, n: number, weight = 1): void {
  const transposed = new Float64Array(n * Math.min(STRETCH, rows));
  for (let start = 0; start < rows; start += STRETCH) {
    const count = Math.min(STRETCH, rows - start);
    transposeRows(a, start, count, n, weight, transposed);
    const columns = { data: transposed, offset: 0, stride: count };
    addSymmetricProduct({ data: c, offset: 0, stride: n }, columns, n, count, 1);
  }
}

/** Copies the lower triangle of A [n × n] to the upper one. */
export function mirrorLower(a: Float64Array, n: number): void {
  for (let i0 = 0; i0 < n; i0 += TILE) {
    const i1 = Math.min(i0 + TILE, n);
    for (let j0 = 0; j0 <= i0; j0 += TILE) {
      for (let i = i0; i < i1; i++) {
        const j1 = Math.min(j0 + TILE, i);
        for (let j = j0; j < j1; j++) a[j * n + i] = a[i * n + j];
      }
    }
  }
}

/** A ← Aᵀ for A [n × n]. */
export function transposeInPlace(a: Float64Array, n: number): void {
  for (let i0 = 0; i0 < n; i0 += TILE) {
    const i1 = Math.min(i0 + TILE, n);
    for (let j0 = 0; j0 <= i0; j0 += TILE) {
      for (let i = i0; i < i1; i++) {
        const j1 = Math.min(j0 + TILE, i);
        for (let j = j0; j < j1; j++) {
          const upper = a[j * n + i];
          a[j * n + i] = a[i * n + j];
          a[i * n + j] = upper;
        }
      }
    }
  }
}

/** out [n × rows] = weight · (rows `start` to `start + rows` − 1 of A)ᵀ */
function transposeRows(
  a: Float64Array,
  start: number,
  rows: number,
  n: number,
  weight: number,
  out: Float64Array,
): void {
  for (let j0 = 0; j0 < n; j0 += TILE) {
    const j1 = Math.min(j0 + TILE, n);
    for (let r = 0; r < rows; r++) {
      const row = (start + r) * n;
      for (let j = j0; j < j1; j++) out[j * rows + r] = weight * a[row + j];
    }
  }
}
