import { cartesianPositions } from './geometry.js';
import type { Supercell } from './types.js';

/** [3·atoms] Cartesian positions of displaced atoms, Å; not wrapped. */
export function displacedPositions(supercell: Supercell, displacements: Float64Array): Float64Array {
  const positions = cartesianPositions(supercell.crystal);
  for (let k = 0; k < positions.length; k++) positions[k] += displacements[k];
  return positions;
}
