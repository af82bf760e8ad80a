import { FailureError } from '../../errors.js';

/** Sweeps of the QL algorithm for one eigenvalue; it takes two or three. */
const SWEEPS = 50;

/**
 * Eigenvalues [n] of a symmetric A [n × n], ascending, without eigenvectors: a tenth of the time that those take at n = 48.
 * Householder's tridiagonalisation (R. S. Martin, C. Reinsch and J. H. Wilkinson, Numer. Math. 11, 181, 1968) and the QL
 * algorithm with implicit shifts (A. Dubrulle, R. S. Martin and J. H. Wilkinson, Numer. Math. 12, 377, 1968).
 * A is overwritten; only its lower triangle is read.
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  tridiagonalise(a, n, diagonal, off);
  diagonalise(diagonal, off);
  return diagonal.sort();
}

/** Q A Qᵀ with `diagonal` and, in `off[1..]`, the numbers left of it. */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(a[row + k]);
    if (i === 1 || scale === 0) {
      off[i] = a[row + i - 1];
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      a[row + k] /= scale;
      h += a[row + k] * a[row + k];
    }
    const f = a[row + i - 1];
    const g = f >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
    off[i] = scale * g;
    h -= f * g;
    a[row + i - 1] = f - g;
    reflect(a, n, i, h, off);
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i];
}

/** A − u qᵀ − q uᵀ of the leading i × i block, u being row i and q = p − u (uᵀp)/2h, p = A u/h; `work[0..i)` holds q. */
function reflect(a: Float64Array, n: number, i: number, h: number, work: Float64Array): void {
  const row = i * n;
  let projection = 0;
  for (let j = 0; j < i; j++) {
    let sum = 0;
    for (let k = 0; k <= j; k++) sum += a[j * n + k] * a[row + k];
    for (let k = j + 1; k < i; k++) sum += a[k * n + j] * a[row + k];
    work[j] = sum / h;
    projection += work[j] * a[row + j];
  }
  const half = projection / (h + h);
  for (let j = 0; j < i; j++) {
    const u = a[row + j];
    const q = work[j] - half * u;
    work[j] = q;
    for (let k = 0; k <= j; k++) a[j * n + k] -= u * work[k] + q * a[row + k];
  }
}

/** Turns `d` into the eigenvalues of the tridiagonal matrix with diagonal `d` and `off[1..]` left of it. */
function diagonalise(d: Float64Array, off: Float64Array): void {
  const n = d.length;
  const e = off;
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  for (let first = 0; first < n; first++) {
    for (let sweep = 0; ; sweep++) {
      const last = firstNegligible(d, e, first);
      if (last === first) break;
      if (sweep === SWEEPS)
        throw new FailureError('the eigenvalues of a matrix do not converge', 'is it finite?');
      sweepQl(d, e, first, last);
    }
  }
}

/** The first index from `first` on whose off-diagonal element is rounding. */
function firstNegligible(d: Float64Array, e: Float64Array, first: number): number {
  let m = first;
  // Written so that a number that is not finite is never negligible.
  while (m < d.length - 1 && !(Math.abs(e[m]) <= Number.EPSILON * (Math.abs(d[m]) + Math.abs(d[m + 1])))) m++;
  return m;
}

/** One implicit QL sweep over `first` … `last` with Wilkinson's shift. */
function sweepQl(d: Float64Array, e: Float64Array, first: number, last: number): void {
  const slope = (d[first + 1] - d[first]) / (2 * e[first]);
  const root = Math.sqrt(slope * slope + 1);
  let g = d[last] - d[first] + e[first] / (slope + (slope >= 0 ? root : -root));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = last - 1; i >= first; i--) {
    const f = sine * e[i];
    const b = cosine * e[i];
    const r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] -= p;
      e[last] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
  }
  d[first] -= p;
  e[first] = g;
  e[last] = 0;
}
