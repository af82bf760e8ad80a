import { combinedBasis } from '../expansion/basis.js';
import type { ClusterSpace } from '../expansion/types.js';
import { choleskyInPlace } from '../numerics/dense/cholesky.js';
import { addProduct } from '../numerics/dense/product.js';
import { PANEL_ROWS } from '../numerics/kernels/panel.js';
import type { SparseMatrix } from '../numerics/sparse.js';

/**
 * The posterior precision carried from φ′ into the coordinates z of the sparse basis Z. Raw coordinates are N φ′ = Z z,
 * N orthonormal, hence φ′ = T z with T = NᵀZ, and the precision of z is Tᵀ Σ⁻¹ T = H Hᵀ, H = Tᵀ R. Its lower triangle is
 * filled. Returned with the array that held H, for whoever needs one of this size.
 */
export function precisionInSparseBasis(
  space: ClusterSpace,
  factor: Float64Array,
): { readonly precision: Float64Array; readonly spare: Float64Array } {
  const p = space.parameters;
  const { h, extent } = transformedFactor(space, factor);
  const precision = new Float64Array(p * p);
  for (let j = 0; j < p; j += PANEL_ROWS) {
    const columns = Math.min(PANEL_ROWS, p - j);
    // Where these rows of H have ended, nothing more is added to the block of the result.
    const depth = extent.subarray(j, j + columns).reduce((most, end) => Math.max(most, end), 0);
    const rows = { data: h, offset: j * p, stride: p };
    addProduct({ data: precision, offset: j * p + j, stride: p }, rows, rows, p - j, columns, depth, 1);
  }
  return { precision, spare: h };
}

/** H = Tᵀ R [P·P], R lower triangular, and where each of its rows ends; T couples few parameters with each other. */
function transformedFactor(space: ClusterSpace, factor: Float64Array) {
  const p = space.parameters;
  const sparse = combinedBasis(space, 'sparseNullSpace');
  const rows = rowsOf(combinedBasis(space, 'nullSpace'));
  const h = new Float64Array(p * p);
  const extent = new Int32Array(p);
  const t = new Float64Array(p);
  for (let q = 0; q < p; q++) {
    transitionColumn(rows, sparse, q, t);
    const target = q * p;
    for (let i = 0; i < p; i++) {
      if (t[i] === 0) continue;
      extent[q] = i + 1;
      const weight = t[i];
      const source = i * p;
      for (let k = 0; k <= i; k++) h[target + k] += weight * factor[source + k];
    }
  }
  return { h, extent };
}

interface Rows {
  readonly start: Int32Array;
  readonly column: Int32Array;
  readonly value: Float64Array;
}

/** The same matrix by rows. */
function rowsOf(m: SparseMatrix): Rows {
  const start = new Int32Array(m.rows + 1);
  for (const r of m.rowIndex) start[r + 1]++;
  for (let r = 0; r < m.rows; r++) start[r + 1] += start[r];
  const next = start.slice();
  const column = new Int32Array(m.rowIndex.length);
  const value = new Float64Array(m.rowIndex.length);
  for (let q = 0; q < m.columns; q++) {
    for (let e = m.columnStart[q]; e < m.columnStart[q + 1]; e++) {
      const place = next[m.rowIndex[e]]++;
      column[place] = q;
      value[place] = m.values[e];
    }
  }
  return { start, column, value };
}

/** Column q of T = NᵀZ. */
function transitionColumn(orthonormal: Rows, sparse: SparseMatrix, q: number, t: Float64Array): void {
  t.fill(0);
  for (let e = sparse.columnStart[q]; e < sparse.columnStart[q + 1]; e++) {
    const row = sparse.rowIndex[e];
    for (let k = orthonormal.start[row]; k < orthonormal.start[row + 1]; k++) {
      t[orthonormal.column[k]] += orthonormal.value[k] * sparse.values[e];
    }
  }
}

/** A precision as the error product wants it: variance = |L⁻¹ (a·scale)ᵀ|². */
export interface EquilibratedFactor {
  /** [P] what each column of the design matrix is multiplied with, so that the scaled precision has a unit diagonal. */
  readonly scale: Float64Array;
  /** [P·P] row-major L, lower triangular. */
  readonly lower: Float64Array;
}

/**
 * With D = diag(precision)^{−1/2} and D · precision · D = L Lᵀ: a Σ aᵀ = |(a D) L^{−ᵀ}|².
 * Equilibration keeps single precision safe: columns of different orders differ by powers of u. L is written to `lower`.
 */
export function equilibratedFactor(
  precision: Float64Array,
  p: number,
  lower: Float64Array = new Float64Array(p * p),
): EquilibratedFactor {
  const scale = new Float64Array(p);
  for (let q = 0; q < p; q++) scale[q] = 1 / Math.sqrt(precision[q * p + q]);
  for (let i = 0; i < p; i++) {
    for (let k = 0; k <= i; k++) lower[i * p + k] = scale[i] * precision[i * p + k] * scale[k];
  }
  choleskyInPlace(lower, p);
  return { scale, lower };
}
