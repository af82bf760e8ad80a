/** R of A Π = Q R, transposed. */
export interface TriangularFactor {
  /** [n·n] row-major lower triangular Rᵀ, its diagonal positive: ΠᵀAᵀAΠ = Rᵀ R. */
  readonly factor: Float64Array;
  /** [n] pivot k is column `pivots[k]` of A. */
  readonly pivots: Int32Array;
}

/**
 * Householder QR with column pivoting of A [m × n], m ≥ n, of full rank; A is overwritten. With rows in descending order
 * of their size it is stable row by row (Cox, Higham, Linear Algebra Appl. 279, 61 (1998)): rows may differ by any
 * factor, where AᵀA would have lost the small ones. 2 m n² operations.
 */
export function pivotedTriangularFactor(a: Float64Array, m: number, n: number): TriangularFactor {
  const pivots = Int32Array.from({ length: n }, (_, k) => k);
  for (let k = 0; k < n; k++) {
    swapColumns(a, pivots, m, n, k, longestColumn(a, m, n, k));
    reflect(a, m, n, k);
  }
  const factor = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    // Rows of R are unique up to a sign.
    const sign = a[k * n + k] < 0 ? -1 : 1;
    for (let j = k; j < n; j++) factor[j * n + k] = sign * a[k * n + j];
  }
  return { factor, pivots };
}

/** Column at or after k whose part below row k is longest. */
function longestColumn(a: Float64Array, m: number, n: number, k: number): number {
  const squares = new Float64Array(n);
  for (let i = k; i < m; i++) {
    for (let j = k; j < n; j++) squares[j] += a[i * n + j] * a[i * n + j];
  }
  let best = k;
  for (let j = k + 1; j < n; j++) if (squares[j] > squares[best]) best = j;
  return best;
}

function swapColumns(a: Float64Array, pivots: Int32Array, m: number, n: number, j: number, k: number): void {
  if (j === k) return;
  for (let i = 0; i < m; i++) [a[i * n + j], a[i * n + k]] = [a[i * n + k], a[i * n + j]];
  [pivots[j], pivots[k]] = [pivots[k], pivots[j]];
}

/** Applies the Householder reflection that clears column k below row k; row k then is that of R. */
function reflect(a: Float64Array, m: number, n: number, k: number): void {
  let square = 0;
  for (let i = k; i < m; i++) square += a[i * n + k] * a[i * n + k];
  if (square === 0) return;
  const head = a[k * n + k];
  const diagonal = head > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  // v = x − diagonal e₁, vᵀv = −2 diagonal (head − diagonal)
  a[k * n + k] = head - diagonal;
  const scale = -1 / (diagonal * (head - diagonal));
  const projection = new Float64Array(n);
  for (let i = k; i < m; i++) {
    const v = a[i * n + k];
    for (let j = k + 1; j < n; j++) projection[j] += v * a[i * n + j];
  }
  for (let i = k; i < m; i++) {
    const v = scale * a[i * n + k];
    for (let j = k + 1; j < n; j++) a[i * n + j] -= v * projection[j];
  }
  a[k * n + k] = diagonal;
  for (let i = k + 1; i < m; i++) a[i * n + k] = 0;
}
