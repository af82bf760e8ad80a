import { combinedBasis } from '../expansion/basis.js';
import type { ClusterSpace } from '../expansion/types.js';
import { choleskyInPlace } from '../numerics/dense/cholesky.js';
import { inverseOfLowerTransposed } from '../numerics/dense/triangular.js';
import { addSymmetricProduct } from '../numerics/dense/product.js';
import type { SparseMatrix } from '../numerics/sparse.js';

/**
 * The posterior precision carried from φ′ into the coordinates z of the sparse basis Z. Raw coordinates are N φ′ = Z z,
 * N orthonormal, hence φ′ = T z with T = NᵀZ, and the precision of z is Tᵀ Σ⁻¹ T.
 */
export function precisionInSparseBasis(space: ClusterSpace, factor: Float64Array): Float64Array {
  const p = space.parameters;
  const orthonormal = combinedBasis(space, 'nullSpace');
  const sparse = combinedBasis(space, 'sparseNullSpace');
  const rows = rowsOf(orthonormal);
  // H = Tᵀ R, row by row, R [P·P] lower triangular with Σ⁻¹ = R Rᵀ.
  const h = new Float64Array(p * p);
  const t = new Float64Array(p);
  for (let q = 0; q < p; q++) {
    transitionColumn(rows, sparse, q, t);
    const target = q * p;
    for (let i = 0; i < p; i++) {
      if (t[i] === 0) continue;
      for (let k = 0; k <= i; k++) h[target + k] += t[i] * factor[i * p + k];
    }
  }
  const precision = new Float64Array(p * p);
  addSymmetricProduct({ data: precision, offset: 0, stride: p }, { data: h, offset: 0, stride: p }, p, p, 1);
  return precision;
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

/** A precision as the error product wants it: variance = |(a·scale) U|². */
export interface ErrorFactor {
  /** [P] what each column of the design matrix is multiplied with, so that the scaled precision has a unit diagonal. */
  readonly scale: Float64Array;
  /** [P·P] row-major, upper triangular. */
  readonly upper: Float64Array;
}

/**
 * With D = diag(precision)^{−1/2} and D · precision · D = L Lᵀ: a Σ aᵀ = |(a D) L^{−ᵀ}|².
 * Equilibration keeps single precision safe: columns of different orders differ by powers of u.
 */
export function errorFactor(precision: Float64Array, p: number): ErrorFactor {
  const scale = new Float64Array(p);
  for (let q = 0; q < p; q++) scale[q] = 1 / Math.sqrt(precision[q * p + q]);
  const scaled = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let k = 0; k <= i; k++) scaled[i * p + k] = scale[i] * precision[i * p + k] * scale[k];
  }
  choleskyInPlace(scaled, p);
  return { scale, upper: inverseOfLowerTransposed(scaled, p) };
}
