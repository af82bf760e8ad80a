import { choleskyInPlace } from '../../src/numerics/dense/cholesky.js';
import { solveCholesky } from '../../src/numerics/dense/triangular.js';
import type { SparseMatrix } from '../../src/numerics/sparse.js';
import { addRows, emptyGram } from '../../src/regression/gram.js';
import type { Gram, ParameterBlock } from '../../src/regression/types.js';

/** Seeded uniform numbers in [0, 1): mulberry32, good enough to make up problems. */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Seeded standard normal numbers. */
export function normals(seed: number): () => number {
  const uniform = uniforms(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

export function normalArray(length: number, normal: () => number): Float64Array {
  return Float64Array.from({ length }, normal);
}

/** Row-major [m × n] · [n × k]. */
export function product(a: Float64Array, b: Float64Array, m: number, n: number, k: number): Float64Array {
  const out = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < n; l++) {
      for (let j = 0; j < k; j++) out[i * k + j] += a[i * n + l] * b[l * k + j];
    }
  }
  return out;
}

export function transposed(a: Float64Array, m: number, n: number): Float64Array {
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) out[j * m + i] = a[i * n + j];
  return out;
}

/** [rows × columns] with orthonormal columns: Gram–Schmidt (twice) on normal numbers. */
export function orthonormal(rows: number, columns: number, normal: () => number): Float64Array {
  const q = normalArray(rows * columns, normal);
  for (let j = 0; j < columns; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let overlap = 0;
        for (let i = 0; i < rows; i++) overlap += q[i * columns + k] * q[i * columns + j];
        for (let i = 0; i < rows; i++) q[i * columns + j] -= overlap * q[i * columns + k];
      }
    }
    let norm = 0;
    for (let i = 0; i < rows; i++) norm += q[i * columns + j] * q[i * columns + j];
    for (let i = 0; i < rows; i++) q[i * columns + j] /= Math.sqrt(norm);
  }
  return q;
}

export function toSparse(dense: Float64Array, rows: number, columns: number): SparseMatrix {
  const columnStart = [0];
  const rowIndex: number[] = [];
  const values: number[] = [];
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < rows; i++) {
      if (dense[i * columns + j] === 0) continue;
      rowIndex.push(i);
      values.push(dense[i * columns + j]);
    }
    columnStart.push(rowIndex.length);
  }
  return {
    rows,
    columns,
    columnStart: Int32Array.from(columnStart),
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
}

export function toDense(matrix: SparseMatrix): Float64Array {
  const out = new Float64Array(matrix.rows * matrix.columns);
  for (let j = 0; j < matrix.columns; j++) {
    for (let k = matrix.columnStart[j]; k < matrix.columnStart[j + 1]; k++) {
      out[matrix.rowIndex[k] * matrix.columns + j] = matrix.values[k];
    }
  }
  return out;
}

/** An order whose null space has `pieces` blocks of [raw × kept], each with random orthonormal columns. */
export function randomBlock(
  order: number,
  first: number,
  pieces: readonly (readonly [raw: number, kept: number])[],
  normal: () => number,
): ParameterBlock {
  const raw = pieces.reduce((sum, [rows]) => sum + rows, 0);
  const count = pieces.reduce((sum, [, columns]) => sum + columns, 0);
  const dense = new Float64Array(raw * count);
  let row = 0;
  let column = 0;
  for (const [rows, columns] of pieces) {
    const q = orthonormal(rows, columns, normal);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) dense[(row + i) * count + column + j] = q[i * columns + j];
    }
    row += rows;
    column += columns;
  }
  const sizes = Float64Array.from({ length: raw }, (_, i) =>
    i % 3 === 0 ? 0 : 1 + 3 * Math.abs(Math.sin(7 * i)),
  );
  return { order, first, count, nullSpace: toSparse(dense, raw, count), sizes };
}

export interface SyntheticProblem {
  readonly blocks: readonly ParameterBlock[];
  readonly parameters: number;
  /** [rows × P] */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** [P] the truth. */
  readonly truth: Float64Array;
  readonly gram: Gram;
}

/** Orders 2–4 with constants that fall off as exp(−κ size), columns that shrink by 1/10 per order, noise β^{-1/2} = 0.02. */
export function syntheticProblem(seed: number, rows: number, noise = 0.02): SyntheticProblem {
  const normal = normals(seed);
  const shapes: (readonly [number, number])[][] = [
    [
      [4, 3],
      [3, 2],
      [1, 1],
      [5, 4],
    ],
    [
      [5, 3],
      [2, 2],
      [6, 4],
    ],
    [
      [7, 5],
      [4, 3],
      [1, 1],
    ],
  ];
  const blocks: ParameterBlock[] = [];
  const truth: number[] = [];
  for (const [k, pieces] of shapes.entries()) {
    const block = randomBlock(k + 2, truth.length, pieces, normal);
    blocks.push(block);
    truth.push(...drawFromDecay(block, Math.log(0.2) + k, 0.5, normal));
  }
  const parameters = truth.length;
  const x = normalArray(rows * parameters, normal);
  for (const [k, block] of blocks.entries()) {
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < block.count; j++) x[r * parameters + block.first + j] *= [1, 0.1, 0.01][k];
    }
  }
  const y = product(x, Float64Array.from(truth), rows, parameters, 1).map(
    (value) => value + noise * normal(),
  );
  return { blocks, parameters, x, y, truth: Float64Array.from(truth), gram: gramOf(x, y, parameters) };
}

/** φ′ drawn from N(0, Λ⁻¹) with Λ = Nᵀ diag(exp(a + 2 κ size)) N. */
export function drawFromDecay(
  block: ParameterBlock,
  a: number,
  kappa: number,
  normal: () => number,
): Float64Array {
  const n = block.count;
  const precision = decayMatrix(block, a, kappa);
  const rhs = new Float64Array(n);
  const dense = toDense(block.nullSpace);
  // Nᵀ D^{1/2} z has covariance Λ; Λ⁻¹ of it has covariance Λ⁻¹.
  for (let i = 0; i < block.sizes.length; i++) {
    const z = Math.exp((a + 2 * kappa * block.sizes[i]) / 2) * normal();
    for (let j = 0; j < n; j++) rhs[j] += dense[i * n + j] * z;
  }
  choleskyInPlace(precision, n);
  solveCholesky(precision, n, rhs);
  return rhs;
}

export function decayMatrix(block: ParameterBlock, a: number, kappa: number): Float64Array {
  const n = block.count;
  const dense = toDense(block.nullSpace);
  const weighted = dense.map((value, k) => value * Math.exp(a + 2 * kappa * block.sizes[Math.floor(k / n)]));
  return product(transposed(dense, block.sizes.length, n), weighted, n, block.sizes.length, n);
}

export function gramOf(x: Float64Array, y: Float64Array, parameters: number): Gram {
  const gram = emptyGram(parameters);
  addRows(gram, x, y);
  return gram;
}

/** The same problem in other coordinates: φ′ = Q ψ with a random orthogonal Q for each order. */
export function rotated(
  problem: SyntheticProblem,
  seed: number,
): SyntheticProblem & { readonly rotations: Float64Array } {
  const normal = normals(seed);
  const { parameters: p } = problem;
  const rotations = new Float64Array(p * p);
  const blocks = problem.blocks.map((block) => {
    const q = orthonormal(block.count, block.count, normal);
    for (let i = 0; i < block.count; i++) {
      for (let j = 0; j < block.count; j++)
        rotations[(block.first + i) * p + block.first + j] = q[i * block.count + j];
    }
    const raw = block.sizes.length;
    const basis = product(toDense(block.nullSpace), q, raw, block.count, block.count);
    return { ...block, nullSpace: toSparse(basis, raw, block.count) };
  });
  const rows = problem.y.length;
  const x = product(problem.x, rotations, rows, p, p);
  const truth = product(transposed(rotations, p, p), problem.truth, p, p, 1);
  return { ...problem, blocks, x, truth, gram: gramOf(x, problem.y, p), rotations };
}

/** A φ′ for rows A [rows × P]. */
export function predictedFrom(a: Float64Array, parameters: Float64Array): Float64Array {
  return product(a, parameters, a.length / parameters.length, parameters.length, 1);
}

/** The null space of an order without sum rules. */
export function unitMatrix(n: number): SparseMatrix {
  return {
    rows: n,
    columns: n,
    columnStart: Int32Array.from({ length: n + 1 }, (_, k) => k),
    rowIndex: Int32Array.from({ length: n }, (_, k) => k),
    values: new Float64Array(n).fill(1),
  };
}
