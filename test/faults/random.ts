import { philox4x32 } from '../../src/numerics/random/philox.js';

/** Uniform numbers in [0, 1), the same for the same seed. */
export function createUniform(seed: number): () => number {
  let counter = 0;
  const out = new Uint32Array(4);
  return () => {
    philox4x32(counter++, 0, 0, 0, seed, 0, out);
    return out[0] / 2 ** 32;
  };
}
