/** A reproducible sequence of numbers in (−1, 1); quality does not matter here. */
export function numbers(count: number, scale: number, seed: number): Float64Array {
  let state = seed >>> 0;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return scale * (state / 2147483648 - 1);
  });
}

/** Largest absolute difference, relative to the largest absolute value of `expected`. */
export function deviation(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(got[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return difference / size;
}
