import { choleskyInPlace } from './cholesky.js';
import { dot } from './product.js';
import { solveCholesky } from './triangular.js';

export interface MinimumNormSolution {
  /** [n] */
  readonly solution: Float64Array;
  readonly rank: number;
}

/**
 * The shortest x among those that solve G x = b, G = XᵀX [n × n] symmetric positive semidefinite and b = Xᵀy: least
 * squares of minimum norm from its normal equations. The rank is found by Cholesky with complete pivoting on G scaled
 * to a unit diagonal (Higham, *Accuracy and Stability of Numerical Algorithms*, §10.3), so that it does not depend on the
 * units of the columns; the norm that is minimised is that of x as given.
 *
 * `tolerance`: pivots below it (relative to 1) count as zero. Normal equations cannot tell singular values below
 * √tolerance of the largest from zero.
 */
export function minimumNormSolution(
  g: Float64Array,
  b: Float64Array,
  n: number,
  tolerance = 64 * n * Number.EPSILON,
): MinimumNormSolution {
  const scale = inverseRootOfDiagonal(g, n);
  const { factor, pivots, rank } = pivotedCholesky(g, scale, n, tolerance);
  const solution = new Float64Array(n);
  const solve = (rhs: Float64Array): void => {
    const z = Float64Array.from({ length: rank }, (_, i) => scale[pivots[i]] * rhs[pivots[i]]);
    solveLeading(factor, n, rank, z);
    for (let i = 0; i < rank; i++) solution[pivots[i]] += scale[pivots[i]] * z[i];
  };
  solve(b);
  // One step of iterative refinement: the residual of the normal equations goes through the same factor again.
  solve(Float64Array.from(b, (value, i) => value - dot(g, i * n, solution, 0, n)));
  if (rank > 0 && rank < n) removeNullSpace(solution, nullSpace(factor, pivots, scale, n, rank), n, n - rank);
  return { solution, rank };
}

function inverseRootOfDiagonal(g: Float64Array, n: number): Float64Array {
  const scale = new Float64Array(n);
  for (let i = 0; i < n; i++) scale[i] = g[i * n + i] > 0 ? 1 / Math.sqrt(g[i * n + i]) : 0;
  return scale;
}

/** Π L = lower trapezoidal factor of S G S: rows in pivot order, `rank` columns. Right-looking, n² · rank / 2. */
function pivotedCholesky(
  g: Float64Array,
  scale: Float64Array,
  n: number,
  tolerance: number,
): { factor: Float64Array; pivots: Int32Array; rank: number } {
  const factor = new Float64Array(n * n);
  const pivots = Int32Array.from({ length: n }, (_, i) => i);
  const remaining = Float64Array.from(scale, (value) => (value > 0 ? 1 : 0));
  let rank = 0;
  for (; rank < n; rank++) {
    let best = rank;
    for (let i = rank + 1; i < n; i++) if (remaining[i] > remaining[best]) best = i;
    if (!(remaining[best] > tolerance)) break;
    swapRows(factor, pivots, remaining, n, rank, best);
    const root = Math.sqrt(remaining[rank]);
    const p = pivots[rank];
    factor[rank * n + rank] = root;
    for (let i = rank + 1; i < n; i++) {
      const q = pivots[i];
      const entry = g[p * n + q] * scale[p] * scale[q] - dot(factor, rank * n, factor, i * n, rank);
      const value = entry / root;
      factor[i * n + rank] = value;
      remaining[i] -= value * value;
    }
  }
  return { factor, pivots, rank };
}

function swapRows(
  factor: Float64Array,
  pivots: Int32Array,
  remaining: Float64Array,
  n: number,
  i: number,
  j: number,
): void {
  if (i === j) return;
  const row = factor.slice(i * n, i * n + i);
  factor.copyWithin(i * n, j * n, j * n + i);
  factor.set(row, j * n);
  [pivots[i], pivots[j]] = [pivots[j], pivots[i]];
  [remaining[i], remaining[j]] = [remaining[j], remaining[i]];
}

/** Solves with the leading rank × rank part of the factor, in place. */
function solveLeading(factor: Float64Array, n: number, rank: number, z: Float64Array): void {
  for (let i = 0; i < rank; i++) z[i] = (z[i] - dot(factor, i * n, z, 0, i)) / factor[i * n + i];
  backward(factor, n, rank, z);
}

function backward(factor: Float64Array, n: number, rank: number, z: Float64Array): void {
  for (let i = rank - 1; i >= 0; i--) {
    z[i] /= factor[i * n + i];
    for (let k = 0; k < i; k++) z[k] -= factor[i * n + k] * z[i];
  }
}

/** [n − rank][n] rows spanning the null space of G: with L = [L₁; L₂], S Π [−L₁⁻ᵀ L₂ᵀ; 1]. */
function nullSpace(
  factor: Float64Array,
  pivots: Int32Array,
  scale: Float64Array,
  n: number,
  rank: number,
): Float64Array {
  const rows = new Float64Array((n - rank) * n);
  for (let k = rank; k < n; k++) {
    const z = factor.slice(k * n, k * n + rank);
    backward(factor, n, rank, z);
    const row = (k - rank) * n;
    // A column of zeros has no scale: it is a null vector by itself.
    const own = scale[pivots[k]] === 0 ? 1 : scale[pivots[k]];
    rows[row + pivots[k]] = 1;
    for (let i = 0; i < rank; i++) rows[row + pivots[i]] = (-scale[pivots[i]] * z[i]) / own;
  }
  return rows;
}

/** Takes out of x its part along the `count` independent rows; twice, because once leaves rounding behind. */
function removeNullSpace(x: Float64Array, rows: Float64Array, n: number, count: number): void {
  const metric = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) metric[i * count + j] = dot(rows, i * n, rows, j * n, n);
  }
  choleskyInPlace(metric, count);
  for (let pass = 0; pass < 2; pass++) {
    const weights = new Float64Array(count);
    for (let i = 0; i < count; i++) weights[i] = dot(rows, i * n, x, 0, n);
    solveCholesky(metric, count, weights);
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < n; j++) x[j] -= weights[i] * rows[i * n + j];
    }
  }
}
