import { cartesianPositions } from './geometry.js';
import type { Crystal } from './structure.js';

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

/** Smallest distance between two atoms, periodic images included, Å. The lattice vectors must be reasonably reduced. */
export function nearestNeighbourDistance(crystal: Crystal): number {
  const { lattice } = crystal;
  const positions = cartesianPositions(crystal);
  const atoms = crystal.species.length;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < atoms; i++) {
    for (let j = i; j < atoms; j++) {
      for (let a = -2; a <= 2; a++) {
        for (let b = -2; b <= 2; b++) {
          for (let c = -2; c <= 2; c++) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            let squared = 0;
            for (let k = 0; k < 3; k++) {
              const shift = a * lattice[k] + b * lattice[3 + k] + c * lattice[6 + k];
              const d = positions[3 * j + k] - positions[3 * i + k] + shift;
              squared += d * d;
            }
            shortest = Math.min(shortest, squared);
          }
        }
      }
    }
  }
  return Math.sqrt(shortest);
}
