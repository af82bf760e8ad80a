/** 3×3 matrices as flat row-major arrays [9]. Integer ones may be Int32Array: products of small integers are exact in double. */
export type Matrix3 = Float64Array | Int32Array | readonly number[];
export type Vector3 = readonly [number, number, number];

/** A · B. */
export function multiply3(a: Matrix3, b: Matrix3): Float64Array {
  const c = new Float64Array(9);
  for (let i = 0; i < 9; i += 3) {
    for (let j = 0; j < 3; j++) c[i + j] = a[i] * b[j] + a[i + 1] * b[3 + j] + a[i + 2] * b[6 + j];
  }
  return c;
}

export function transpose3(a: Matrix3): Float64Array {
  return Float64Array.of(a[0], a[3], a[6], a[1], a[4], a[7], a[2], a[5], a[8]);
}

export function determinant3(a: Matrix3): number {
  return (
    a[0] * (a[4] * a[8] - a[5] * a[7]) -
    a[1] * (a[3] * a[8] - a[5] * a[6]) +
    a[2] * (a[3] * a[7] - a[4] * a[6])
  );
}

/** adj A with A · adj A = det A · 1; exact for integers. */
export function adjugate3(a: Matrix3): Float64Array {
  return Float64Array.of(
    a[4] * a[8] - a[5] * a[7],
    a[2] * a[7] - a[1] * a[8],
    a[1] * a[5] - a[2] * a[4],
    a[5] * a[6] - a[3] * a[8],
    a[0] * a[8] - a[2] * a[6],
    a[2] * a[3] - a[0] * a[5],
    a[3] * a[7] - a[4] * a[6],
    a[1] * a[6] - a[0] * a[7],
    a[0] * a[4] - a[1] * a[3],
  );
}

/** A⁻¹; infinite or NaN entries where A is singular. */
export function inverse3(a: Matrix3): Float64Array {
  const det = determinant3(a);
  return adjugate3(a).map((x) => x / det);
}

/** A v, v a column. */
export function matrixVector3(a: Matrix3, x: number, y: number, z: number): [number, number, number] {
  return [a[0] * x + a[1] * y + a[2] * z, a[3] * x + a[4] * y + a[5] * z, a[6] * x + a[7] * y + a[8] * z];
}

/** v A, v a row: Cartesian from fractional coordinates when A is a lattice. */
export function rowTimes3(x: number, y: number, z: number, a: Matrix3): [number, number, number] {
  return [x * a[0] + y * a[3] + z * a[6], x * a[1] + y * a[4] + z * a[7], x * a[2] + y * a[5] + z * a[8]];
}

/** Rows of the [3·n] array `rows`, each times A. */
export function rowsTimes3(rows: ArrayLike<number>, a: Matrix3): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 3) {
    out[i] = rows[i] * a[0] + rows[i + 1] * a[3] + rows[i + 2] * a[6];
    out[i + 1] = rows[i] * a[1] + rows[i + 1] * a[4] + rows[i + 2] * a[7];
    out[i + 2] = rows[i] * a[2] + rows[i + 1] * a[5] + rows[i + 2] * a[8];
  }
  return out;
}

/** Largest |a − b| of two arrays of equal length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    if (!(d <= largest)) largest = d;
  }
  return largest;
}

export function identity3(): Float64Array {
  return Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
}

/** Square root of a symmetric positive definite matrix near 1, by Denman and Beavers' iteration (Appl. Math. Comput. 2, 63, 1976). */
export function squareRoot3(a: Matrix3): Float64Array {
  let y = Float64Array.from(a);
  let z = identity3();
  for (let iteration = 0; iteration < 60; iteration++) {
    const yi = inverse3(y);
    const zi = inverse3(z);
    const next = y.map((v, i) => 0.5 * (v + zi[i]));
    z = z.map((v, i) => 0.5 * (v + yi[i]));
    const change = largestDifference(next, y);
    y = next;
    if (change < 1e-16) break;
  }
  return symmetric(y);
}

function symmetric(a: Float64Array): Float64Array {
  const t = transpose3(a);
  return a.map((v, i) => 0.5 * (v + t[i]));
}

/** The orthogonal matrix nearest to A: Newton's iteration X ← (X + X⁻ᵀ)/2 (Higham, SIAM J. Sci. Stat. Comput. 7, 1160, 1986). */
export function nearestOrthogonal3(a: Matrix3): Float64Array {
  let x = Float64Array.from(a);
  for (let iteration = 0; iteration < 60; iteration++) {
    const t = transpose3(inverse3(x));
    const next = x.map((v, i) => 0.5 * (v + t[i]));
    const change = largestDifference(next, x);
    x = next;
    if (change < 1e-16) break;
  }
  return x;
}
