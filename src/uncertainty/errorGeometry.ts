import { combinedBasis } from '../expansion/basis.js';
import type { ClusterSpace } from '../expansion/types.js';
import { choleskyInPlace } from '../numerics/dense/cholesky.js';
import { addProduct } from '../numerics/dense/product.js';
import type { Window } from '../numerics/dense/window.js';
import { PANEL_ROWS } from '../numerics/kernels/panel.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { componentsOf, rowsOf } from '../regression/priors/nullSpaceRows.js';

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

/**
 * H = Tᵀ R [P·P], R lower triangular, and where each of its rows ends. T couples only parameters of one component of the
 * sum rules with each other.
 */
function transformedFactor(space: ClusterSpace, factor: Float64Array) {
  const p = space.parameters;
  const h = new Float64Array(p * p);
  const extent = new Int32Array(p);
  for (const { orthonormal, sparse, transition } of transitions(space)) {
    const c = orthonormal.length;
    const end = orthonormal[c - 1] + 1;
    const columns = new Float64Array(end * c);
    orthonormal.forEach((i, k) => {
      for (let j = 0; j <= i; j++) columns[j * c + k] = factor[i * p + j];
    });
    const rows = new Float64Array(sparse.length * end);
    const window = (data: Float64Array, stride: number): Window => ({ data, offset: 0, stride });
    addProduct(window(rows, end), window(transition, c), window(columns, c), sparse.length, end, c, 1);
    sparse.forEach((q, k) => {
      h.set(rows.subarray(k * end, (k + 1) * end), q * p);
      extent[q] = end;
    });
  }
  return { h, extent };
}

/** The part of T = NᵀZ on one component: parameters φ′ and coordinates z that share raw coordinates. */
interface Transition {
  /** Indices into φ′, ascending. */
  readonly orthonormal: readonly number[];
  /** Indices into z, ascending. */
  readonly sparse: readonly number[];
  /** [sparse × orthonormal] row-major Tᵀ. */
  readonly transition: Float64Array;
}

function transitions(space: ClusterSpace): Transition[] {
  const p = space.parameters;
  const n = combinedBasis(space, 'nullSpace');
  const z = combinedBasis(space, 'sparseNullSpace');
  const nRows = rowsOf(n);
  return componentsOf(rowsOf(sideBySide(n, z))).map(({ columns }) => {
    const orthonormal = columns.filter((column) => column < p);
    const sparse = columns.filter((column) => column >= p).map((column) => column - p);
    const place = new Map(orthonormal.map((column, k) => [column, k]));
    const transition = new Float64Array(sparse.length * orthonormal.length);
    sparse.forEach((q, row) => {
      for (let e = z.columnStart[q]; e < z.columnStart[q + 1]; e++) {
        const raw = z.rowIndex[e];
        for (let k = nRows.start[raw]; k < nRows.start[raw + 1]; k++) {
          transition[row * orthonormal.length + place.get(nRows.column[k])!] += nRows.values[k] * z.values[e];
        }
      }
    });
    return { orthonormal, sparse, transition };
  });
}

/** [A B] */
function sideBySide(a: SparseMatrix, b: SparseMatrix): SparseMatrix {
  const entries = a.values.length;
  const columnStart = new Int32Array(a.columns + b.columns + 1);
  columnStart.set(a.columnStart);
  columnStart.set(
    b.columnStart.map((start) => start + entries),
    a.columns,
  );
  const rowIndex = new Int32Array(entries + b.values.length);
  rowIndex.set(a.rowIndex);
  rowIndex.set(b.rowIndex, entries);
  const values = new Float64Array(rowIndex.length);
  values.set(a.values);
  values.set(b.values, entries);
  return { rows: a.rows, columns: a.columns + b.columns, columnStart, rowIndex, values };
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
