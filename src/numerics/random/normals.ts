import { inputError } from '../../errors.js';
import { philox4x32 } from './philox.js';
import type { Stream } from './streams.js';

/** A 64-bit seed as two 32-bit words, low and high: the key of the generator. */
export interface SeedKey {
  readonly low: number;
  readonly high: number;
}

/** The key of a seed given as a safe integer ≥ 0 or as a decimal string below 2⁶⁴. */
export function seedKey(seed: number | string): SeedKey {
  if (typeof seed === 'number' ? !Number.isSafeInteger(seed) || seed < 0 : !/^\d{1,20}$/.test(seed)) {
    throw badSeed(seed);
  }
  const value = BigInt(seed);
  if (value >= 1n << 64n) throw badSeed(seed);
  return { low: Number(value & 0xffffffffn), high: Number(value >> 32n) };
}

function badSeed(seed: number | string): Error {
  return inputError({
    field: 'seed',
    message: 'not a seed',
    got: String(seed),
    expected: 'an integer from 0 to 2⁵³ − 1, or up to 2⁶⁴ − 1 as a decimal string',
  });
}

const TWO_PI = 2 * Math.PI;
const WORD = 2.3283064365386963e-10; // 2⁻³²

/** Standard normal numbers that depend on nothing but key and counter. */
export interface Normals {
  /**
   * Fills `out`: entries 3i, 3i + 1, 3i + 2 come from the counter (stream, walker, step, i), i being the atom. The last
   * triple may be cut short.
   *
   * Box–Muller on 32-bit uniforms (u + ½)·2⁻³² ∈ (0, 1): four normals for each counter, of which three are used; the largest
   * possible is 6.7. `walker` and `step` are below 2³².
   */
  fill(stream: Stream, walker: number, step: number, out: Float64Array): void;
}

/** Normal numbers under the given seed. */
export function createNormals(seed: number | string): Normals {
  const { low, high } = seedKey(seed);
  const words = new Uint32Array(4);
  return {
    fill(stream, walker, step, out) {
      const n = out.length;
      for (let i = 0, atom = 0; i < n; i += 3, atom++) {
        philox4x32(stream, walker, step, atom, low, high, words);
        const radius = Math.sqrt(-2 * Math.log((words[0] + 0.5) * WORD));
        const angle = TWO_PI * WORD * words[1];
        out[i] = radius * Math.cos(angle);
        if (i + 1 < n) out[i + 1] = radius * Math.sin(angle);
        if (i + 2 < n) {
          out[i + 2] = Math.sqrt(-2 * Math.log((words[2] + 0.5) * WORD)) * Math.cos(TWO_PI * WORD * words[3]);
        }
      }
    },
  };
}
