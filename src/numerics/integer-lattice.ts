/**
 * Row-style Hermite normal form: an upper triangular basis, positive diagonal, of the lattice that the integer
 * `rows` ([3·n], n ≥ 3, rank 3) generate. Euclid's algorithm, exact.
 */
export function hermiteNormalForm(rows: ArrayLike<number>): Int32Array {
  const work: number[][] = [];
  for (let i = 0; i < rows.length; i += 3) work.push([rows[i], rows[i + 1], rows[i + 2]]);
  for (let column = 0; column < 3; column++) {
    eliminateBelow(work, column);
    if (work[column][column] < 0) work[column] = work[column].map((v) => -v);
    for (let i = 0; i < column; i++)
      subtractMultiple(work[i], work[column], Math.floor(work[i][column] / work[column][column]));
  }
  // `+ 0` turns −0 into 0.
  return Int32Array.from(work.slice(0, 3).flat(), (v) => v + 0);
}

function eliminateBelow(work: number[][], column: number): void {
  for (;;) {
    let pivot = -1;
    for (let i = column; i < work.length; i++) {
      const v = Math.abs(work[i][column]);
      if (v !== 0 && (pivot < 0 || v < Math.abs(work[pivot][column]))) pivot = i;
    }
    if (pivot < 0) throw new RangeError('The rows do not span three dimensions');
    [work[column], work[pivot]] = [work[pivot], work[column]];
    let done = true;
    for (let i = column + 1; i < work.length; i++) {
      subtractMultiple(work[i], work[column], Math.trunc(work[i][column] / work[column][column]));
      if (work[i][column] !== 0) done = false;
    }
    if (done) return;
  }
}

function subtractMultiple(row: number[], other: readonly number[], factor: number): void {
  for (let k = 0; k < 3; k++) row[k] -= factor * other[k];
}

/** Number of the coset of (a, b, c) in Z³ modulo the rows of the Hermite normal form `h`: 0 … det h − 1. */
export function cosetIndex(h: Int32Array, a: number, b: number, c: number): number {
  const q = Math.floor(a / h[0]);
  const i = a - q * h[0];
  const b1 = b - q * h[1];
  const r = Math.floor(b1 / h[4]);
  const j = b1 - r * h[4];
  const c1 = c - q * h[2] - r * h[5];
  const k = c1 - Math.floor(c1 / h[8]) * h[8];
  return (i * h[4] + j) * h[8] + k;
}
