import { createNormals } from '../numerics/random/normals.js';
import { STREAM, type Stream } from '../numerics/random/streams.js';
import { leaveOutSeconds } from './cost.js';

/** Estimated time that leaving structures out of one fit may take, s; and the fewest structures that tell anything. */
const LEAVE_OUT_SECONDS = 300;
const FEWEST = 12;

/** A permutation of 0 … n − 1: the order of n random numbers. */
export function shuffled(n: number, seed: number, stream: Stream): number[] {
  const keys = new Float64Array(n);
  createNormals(seed).fill(stream, 0, 0, keys);
  return [...keys.keys()].sort((a, b) => keys[a] - keys[b] || a - b);
}

/**
 * How many of n structures of m rows are left out of a fit of p parameters: all that take five minutes by the estimate. It
 * depends on sizes alone, never on a clock: the same fit has the same sample everywhere.
 */
export function leaveOutCount(n: number, m: number, p: number): number {
  return Math.min(n, Math.max(FEWEST, Math.floor(LEAVE_OUT_SECONDS / leaveOutSeconds(m, p))));
}

/** `count` of n structures, drawn without replacement, ascending; a larger sample of the same seed holds the smaller ones. */
export function leaveOutSample(n: number, count: number, seed: number): readonly number[] {
  if (count >= n) return Array.from({ length: n }, (_, k) => k);
  return shuffled(n, seed, STREAM.leftOut)
    .slice(0, count)
    .sort((a, b) => a - b);
}
