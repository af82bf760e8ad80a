/**
 * Philox 4x32-10, the counter-based generator of J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, *Parallel random
 * numbers: as easy as 1, 2, 3*, SC11 (2011): a keyed bijection of 128-bit counters. It has no state, so what it gives for a
 * counter is the same whatever was drawn before, in whichever order and on whichever machine.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
/** Golden ratio and √3 − 1: the Weyl sequence that steps the key. */
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

const M0_HIGH = MULTIPLIER_0 >>> 16;
const M0_LOW = MULTIPLIER_0 & 0xffff;
const M1_HIGH = MULTIPLIER_1 >>> 16;
const M1_LOW = MULTIPLIER_1 & 0xffff;

/**
 * The 128 random bits of the counter (c0, c1, c2, c3) under the key (k0, k1), all 32-bit words:
 * fills `out` ([4] uint32).
 */
export function philox4x32(
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
  out: Uint32Array,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  let key0 = k0 | 0;
  let key1 = k1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(M0_HIGH, M0_LOW, x0);
    const high1 = multiplyHigh(M1_HIGH, M1_LOW, x2);
    const low0 = Math.imul(MULTIPLIER_0, x0);
    const low1 = Math.imul(MULTIPLIER_1, x2);
    x0 = high1 ^ x1 ^ key0;
    x1 = low1;
    x2 = high0 ^ x3 ^ key1;
    x3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** Upper 32 bits of the 64-bit product of (high·2¹⁶ + low) and the word b: schoolbook on halves, no partial sum exceeds 32 bits. */
function multiplyHigh(high: number, low: number, b: number): number {
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const lowLow = Math.imul(low, bLow) >>> 0;
  const middle = (Math.imul(high, bLow) >>> 0) + (lowLow >>> 16);
  const other = (Math.imul(low, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(high, bHigh) + (middle >>> 16) + (other >>> 16)) | 0;
}
