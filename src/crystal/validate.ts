import { inputError } from '../errors.js';
import { latticeLengths, volume } from './geometry.js';
import { massOf } from './masses.js';
import { nearestPair } from './minimum-image.js';
import type { Crystal } from './structure.js';

/** Atoms nearer than this (Å) are a mistake: the shortest bond, H–H, has 0.74 Å. */
export const NEAREST_ALLOWED = 0.5;

/**
 * Refuses what no crystal can be: no atoms, a flat lattice, unknown elements, atoms on top of each other.
 * @param field what an error names
 * @throws InputError
 */
export function validateCrystal(crystal: Crystal, field: string): Crystal {
  if (crystal.species.length === 0) throw inputError({ field, message: 'the crystal has no atoms' });
  refuseFlatLattice(crystal.lattice, field);
  for (const symbol of new Set(crystal.species)) massOf(symbol, field);
  const { first, second, distance } = nearestPair(crystal);
  if (distance < NEAREST_ALLOWED) {
    const { species } = crystal;
    throw inputError({
      field,
      message:
        first === second
          ? 'the shortest lattice translation is too short'
          : `atoms ${first + 1} (${species[first]}) and ${second + 1} (${species[second]}) are too near to each other`,
      got: `${distance.toFixed(3)} Å`,
      expected: `at least ${NEAREST_ALLOWED} Å`,
      hint: 'are coordinates Cartesian that should be fractional (or the other way round), or an atom listed twice?',
    });
  }
  return crystal;
}

/** @throws InputError when the three vectors lie in a plane */
export function refuseFlatLattice(lattice: Float64Array, field: string): void {
  const [a, b, c] = latticeLengths(lattice);
  const cell = volume(lattice);
  if (cell > 1e-4 * a * b * c && cell > 1e-3) return;
  throw inputError({
    field,
    message: 'the lattice vectors span no volume',
    got: `${cell.toExponential(2)} Å³`,
    expected: 'three vectors that do not lie in a plane',
  });
}
