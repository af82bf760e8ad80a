import { FrameError } from '../numerics/frame.js';

/** The lower triangle of a row-major [n × n] matrix, row after row: n(n + 1)/2 numbers. */
export function packTriangle(matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array((n * (n + 1)) / 2);
  for (let r = 0, at = 0; r < n; at += ++r) out.set(matrix.subarray(r * n, r * n + r + 1), at);
  return out;
}

/** The full matrix again, zero above the diagonal. */
export function unpackTriangle(packed: Float64Array, n: number): Float64Array {
  if (packed.length !== (n * (n + 1)) / 2) {
    throw new FrameError('malformed', `${packed.length} numbers are no triangle of ${n} rows`);
  }
  const out = new Float64Array(n * n);
  for (let r = 0, at = 0; r < n; at += ++r) out.set(packed.subarray(at, at + r + 1), r * n);
  return out;
}
