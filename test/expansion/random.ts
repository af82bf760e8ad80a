/** Seeded numbers in [−1, 1) (Lehmer's generator): random force constants for tests. */
export function randomNumbers(count: number, seed: number): Float64Array {
  let state = seed % 2147483647;
  return Float64Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
}
