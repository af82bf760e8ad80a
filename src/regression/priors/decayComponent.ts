import { choleskyInPlace } from '../../numerics/dense/cholesky.js';
import { pivotedTriangularFactor, type TriangularFactor } from '../../numerics/dense/pivotedQr.js';
import { addSymmetricProduct } from '../../numerics/dense/product.js';
import { solveLowerRows } from '../../numerics/dense/triangular.js';
import type { ParameterBlock } from '../types.js';
import { componentsOf, rowsOf } from './nullSpaceRows.js';

/** Parameters of one order that the sum rules couple with each other: Λ is block-diagonal over these. */
export interface DecayComponent {
  /** Which block the parameters belong to. */
  readonly block: number;
  /** [c] indices into φ′, ascending. */
  readonly parameters: readonly number[];
  /** [r] sizes of the raw coordinates, descending, Å. */
  readonly sizes: Float64Array;
  /** [r × c] row-major: the part of N, rows in the order of `sizes`. */
  readonly nullSpace: Float64Array;
}

/** The part of Λ = W Wᵀ on one component. */
export interface WhitenedComponent {
  /** [c] indices into φ′ in the order of pivots: whitened coordinate k takes the place of `parameters[k]`. */
  readonly parameters: Int32Array;
  /** [c·c] lower triangular W. */
  readonly factor: Float64Array;
  /** [c·c] D_κ = W⁻¹ (∂Λ/∂κ) W⁻ᵀ = Qᵀ diag(2 size) Q, with the orthonormal columns of Q = diag(√weight) N W⁻ᵀ. */
  readonly byKappa: Float64Array;
  /** [r × c] Q, and [r] the sizes of its rows. */
  readonly columns: Float64Array;
  readonly sizes: Float64Array;
}

export function decayComponents(block: ParameterBlock, index: number): DecayComponent[] {
  const rows = rowsOf(block.nullSpace);
  return componentsOf(rows).map((component) => {
    const order = [...component.rows].sort((i, j) => block.sizes[j] - block.sizes[i] || i - j);
    const c = component.columns.length;
    const place = new Map(component.columns.map((column, k) => [column, k]));
    const nullSpace = new Float64Array(order.length * c);
    order.forEach((row, i) => {
      for (let k = rows.start[row]; k < rows.start[row + 1]; k++) {
        nullSpace[i * c + place.get(rows.column[k])!] = rows.values[k];
      }
    });
    return {
      block: index,
      parameters: component.columns.map((column) => block.first + column),
      sizes: Float64Array.from(order, (row) => block.sizes[row]),
      nullSpace,
    };
  });
}

/** Weights that differ by less than this may be squared without losing the smaller ones. */
const HARMLESS_RATIO = 1e6;

export function whitenComponent(component: DecayComponent, a: number, kappa: number): WhitenedComponent {
  const { sizes, parameters, nullSpace } = component;
  const c = parameters.length;
  const r = sizes.length;
  const root = sizes.map((size) => Math.exp(a / 2 + kappa * size));
  const weighted = nullSpace.map((value, k) => value * root[Math.floor(k / c)]);
  const ratio = root[0] / root[r - 1];
  const { factor, pivots } =
    ratio * ratio < HARMLESS_RATIO
      ? factorOfProduct(weighted, r, c)
      : pivotedTriangularFactor(weighted.slice(), r, c);
  const q = new Float64Array(r * c);
  for (let i = 0; i < r; i++) {
    for (let k = 0; k < c; k++) q[i * c + k] = weighted[i * c + pivots[k]];
  }
  solveLowerRows(factor, c, q, r);
  return {
    parameters: Int32Array.from(pivots, (pivot) => parameters[pivot]),
    factor,
    byKappa: weightedProduct(
      q,
      sizes.map((size) => 2 * size),
      c,
    ),
    columns: q,
    sizes,
  };
}

/** Cholesky factor of AᵀA, A [r × c]. */
function factorOfProduct(a: Float64Array, r: number, c: number): TriangularFactor {
  const factor = new Float64Array(c * c);
  addSymmetricProduct(
    { data: factor, offset: 0, stride: c },
    { data: transposed(a, r, c), offset: 0, stride: r },
    c,
    r,
    1,
  );
  choleskyInPlace(factor, c);
  return { factor, pivots: Int32Array.from({ length: c }, (_, k) => k) };
}

/** D_κκ = W⁻¹ (∂²Λ/∂κ²) W⁻ᵀ = Qᵀ diag(4 size²) Q, [c·c]. */
export function byKappaTwice({ columns, sizes, parameters }: WhitenedComponent): Float64Array {
  return weightedProduct(
    columns,
    sizes.map((size) => 4 * size * size),
    parameters.length,
  );
}

/** Qᵀ diag(weights) Q, both triangles. */
function weightedProduct(q: Float64Array, weights: Float64Array, c: number): Float64Array {
  const r = weights.length;
  const scaled = q.map((value, k) => value * Math.sqrt(weights[Math.floor(k / c)]));
  const out = new Float64Array(c * c);
  const rows = { data: transposed(scaled, r, c), offset: 0, stride: r };
  addSymmetricProduct({ data: out, offset: 0, stride: c }, rows, c, r, 1);
  for (let i = 0; i < c; i++) for (let j = 0; j < i; j++) out[j * c + i] = out[i * c + j];
  return out;
}

function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}
