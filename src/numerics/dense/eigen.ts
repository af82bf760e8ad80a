import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

export interface SymmetricEigen {
  /** [n] ascending. */
  readonly values: Float64Array;
  /** [n·n] row-major; column k is the eigenvector of value k. */
  readonly vectors: Float64Array;
}

/** Eigenvalues and orthonormal eigenvectors of a symmetric A [n × n], row-major; for small n (9 n³ scalar operations). */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const result = new EigenvalueDecomposition(Matrix.from1DArray(n, n, Array.from(a)), {
    assumeSymmetric: true,
  });
  const order = result.realEigenvalues.map((value, k) => ({ value, k }));
  order.sort((p, q) => p.value - q.value || p.k - q.k);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) vectors[i * n + k] = result.eigenvectorMatrix.get(i, order[k].k);
  }
  return { values: Float64Array.from(order, (entry) => entry.value), vectors };
}
