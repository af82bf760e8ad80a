/** Change per step of a sequence, least squares; 0 for fewer than three steps. */
export function fallSlope(values: readonly number[]): number {
  const n = values.length;
  if (n < 3) return 0;
  const middle = (n - 1) / 2;
  const sum = values.reduce((s, v, i) => s + (i - middle) * v, 0);
  return sum / ((n * (n * n - 1)) / 12);
}
