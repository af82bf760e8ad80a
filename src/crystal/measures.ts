const DEGREE = Math.PI / 180;

/** Lengths (Å) and angles (degrees) of a cell: a, b, c, α, β, γ. */
export function cellParameters(lattice: Float64Array): readonly number[] {
  const row = (i: number) => lattice.subarray(3 * i, 3 * i + 3);
  const dot = (i: number, j: number) => row(i).reduce((sum, x, k) => sum + x * row(j)[k], 0);
  const length = (i: number) => Math.sqrt(dot(i, i));
  const angle = (i: number, j: number) =>
    Math.acos(Math.max(-1, Math.min(1, dot(i, j) / (length(i) * length(j))))) / DEGREE;
  return [length(0), length(1), length(2), angle(1, 2), angle(0, 2), angle(0, 1)];
}
