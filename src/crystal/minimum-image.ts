import { inverse3, type Matrix3, rowsTimes3 } from '../numerics/matrix3.js';
import { cartesianPositions, minkowskiReduction, shortestLatticeVector } from './geometry.js';
import type { Crystal } from './structure.js';

/** A lattice prepared for exact nearest-image searches. */
export interface ImageSearch {
  /** [9] a Minkowski-reduced basis, rows, Å. */
  readonly basis: Float64Array;
  /** [9] its inverse. */
  readonly inverse: Float64Array;
  /** [9] integers: basis = combination · lattice. */
  readonly combination: Int32Array;
}

export function prepareImageSearch(lattice: Matrix3): ImageSearch {
  const combination = minkowskiReduction(lattice as Float64Array);
  const basis = rowsTimes3(combination, lattice);
  return { basis, inverse: inverse3(basis), combination };
}

/**
 * Subtracts from the vector at `vector[offset..offset+2]` (Å) the nearest lattice vector, in place, and returns that lattice vector
 * in units of the original lattice. Exact for any lattice: the faces of the Voronoi cell belong to vectors with
 * components −1, 0, 1 in a Minkowski-reduced basis, so a descent over these ends in the nearest image.
 */
export function minimumImage(
  search: ImageSearch,
  vector: Float64Array,
  offset = 0,
): [number, number, number] {
  const { basis: b, inverse: q, combination: u } = search;
  let x = vector[offset];
  let y = vector[offset + 1];
  let z = vector[offset + 2];
  const n = [
    Math.round(x * q[0] + y * q[3] + z * q[6]),
    Math.round(x * q[1] + y * q[4] + z * q[7]),
    Math.round(x * q[2] + y * q[5] + z * q[8]),
  ];
  x -= n[0] * b[0] + n[1] * b[3] + n[2] * b[6];
  y -= n[0] * b[1] + n[1] * b[4] + n[2] * b[7];
  z -= n[0] * b[2] + n[1] * b[5] + n[2] * b[8];
  const shortest2 = b[0] * b[0] + b[1] * b[1] + b[2] * b[2];
  // A vector shorter than half the shortest translation is its own nearest image.
  while (4 * (x * x + y * y + z * z) > shortest2) {
    let best = (x * x + y * y + z * z) * (1 - 1e-12);
    let step: readonly number[] | undefined;
    for (const s of STEPS) {
      const dx = x - (s[0] * b[0] + s[1] * b[3] + s[2] * b[6]);
      const dy = y - (s[0] * b[1] + s[1] * b[4] + s[2] * b[7]);
      const dz = z - (s[0] * b[2] + s[1] * b[5] + s[2] * b[8]);
      const d = dx * dx + dy * dy + dz * dz;
      if (d < best) {
        best = d;
        step = s;
      }
    }
    if (step === undefined) break;
    x -= step[0] * b[0] + step[1] * b[3] + step[2] * b[6];
    y -= step[0] * b[1] + step[1] * b[4] + step[2] * b[7];
    z -= step[0] * b[2] + step[1] * b[5] + step[2] * b[8];
    for (let k = 0; k < 3; k++) n[k] += step[k];
  }
  vector[offset] = x;
  vector[offset + 1] = y;
  vector[offset + 2] = z;
  return [
    n[0] * u[0] + n[1] * u[3] + n[2] * u[6],
    n[0] * u[1] + n[1] * u[4] + n[2] * u[7],
    n[0] * u[2] + n[1] * u[5] + n[2] * u[8],
  ];
}

const STEPS: readonly (readonly number[])[] = Array.from({ length: 27 }, (_, i) => [
  Math.floor(i / 9) - 1,
  (Math.floor(i / 3) % 3) - 1,
  (i % 3) - 1,
]).filter((s) => s.some((v) => v !== 0));

/** The two nearest atoms of a crystal, periodic images included. */
export interface NearestPair {
  readonly first: number;
  readonly second: number;
  /** Å */
  readonly distance: number;
}

/** @returns the nearest two atoms; an atom and its own image where that is nearest */
export function nearestPair(crystal: Crystal): NearestPair {
  const images = prepareImageSearch(crystal.lattice);
  const r = cartesianPositions(crystal);
  let best: NearestPair = { first: 0, second: 0, distance: shortestLatticeVector(crystal.lattice) };
  const d = new Float64Array(3);
  for (let i = 0; i < r.length; i += 3) {
    for (let j = i + 3; j < r.length; j += 3) {
      for (let k = 0; k < 3; k++) d[k] = r[j + k] - r[i + k];
      minimumImage(images, d);
      const distance = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      if (distance < best.distance) best = { first: i / 3, second: j / 3, distance };
    }
  }
  return best;
}

/** Å */
export function nearestNeighbourDistance(crystal: Crystal): number {
  return nearestPair(crystal).distance;
}
