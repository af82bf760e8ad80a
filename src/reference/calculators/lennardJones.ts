import { inputError } from '../../errors.js';
import type { Potential } from '../types.js';
import { createNeighbourKeeper } from './neighbours.js';

/** Lennard-Jones with shifted force; eV and Å. */
export interface LennardJonesParameters {
  readonly epsilon: number;
  readonly sigma: number;
  readonly cutoff: number;
}

/** Solid argon: ε and σ of Rahman, Phys. Rev. 136, A405 (1964), rounded; cutoff 2.5 σ. */
export const LENNARD_JONES_ARGON: LennardJonesParameters = { epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 };

/** Å */
const SKIN = 1.0;

/**
 * V(r) − V(r_c) − (r − r_c) V′(r_c) with V = 4ε[(σ/r)¹² − (σ/r)⁶], for r < r_c: energy and force go to zero at the
 * cutoff (Allen and Tildesley, Computer Simulation of Liquids, §5.2.4). Summed over all periodic images in a cell of
 * any size (`lattice`: [9] rows, Å). One species, whichever it is; throws `InputError` for a compound.
 */
export function createLennardJones(
  lattice: Float64Array,
  species: readonly string[],
  { epsilon, sigma, cutoff }: LennardJonesParameters = LENNARD_JONES_ARGON,
): Potential {
  requireOneSpecies(species);
  const atoms = species.length;
  const neighboursAt = createNeighbourKeeper(lattice, atoms, cutoff, SKIN);
  const cutoff2 = cutoff * cutoff;
  const sigma2 = sigma * sigma;
  const atCutoff = sixth(sigma2 / cutoff2);
  const energyAtCutoff = 4 * epsilon * (atCutoff * atCutoff - atCutoff);
  const slopeAtCutoff = (24 * epsilon * (atCutoff - 2 * atCutoff * atCutoff)) / cutoff;

  return {
    evaluate(positions, forces) {
      const { start, atom, shift, owned } = neighboursAt(positions);
      forces.fill(0);
      let energy = 0;
      for (let i = 0; i < atoms; i++) {
        for (let e = start[i]; e < start[i + 1]; e++) {
          if (owned[e] === 0) continue;
          const j = atom[e];
          const x = positions[3 * j] + shift[3 * e] - positions[3 * i];
          const y = positions[3 * j + 1] + shift[3 * e + 1] - positions[3 * i + 1];
          const z = positions[3 * j + 2] + shift[3 * e + 2] - positions[3 * i + 2];
          const r2 = x * x + y * y + z * z;
          if (r2 >= cutoff2) continue;
          const r = Math.sqrt(r2);
          const s6 = sixth(sigma2 / r2);
          energy += 4 * epsilon * (s6 * s6 - s6) - energyAtCutoff - (r - cutoff) * slopeAtCutoff;
          const factor = ((24 * epsilon * (s6 - 2 * s6 * s6)) / r - slopeAtCutoff) / r;
          forces[3 * i] += factor * x;
          forces[3 * i + 1] += factor * y;
          forces[3 * i + 2] += factor * z;
          forces[3 * j] -= factor * x;
          forces[3 * j + 1] -= factor * y;
          forces[3 * j + 2] -= factor * z;
        }
      }
      return energy;
    },
  };
}

/** (σ/r)⁶ from (σ/r)². */
function sixth(square: number): number {
  return square * square * square;
}

function requireOneSpecies(species: readonly string[]): void {
  const other = species.find((s) => s !== species[0]);
  if (other === undefined) return;
  throw inputError({
    field: 'reference.calculator',
    message: 'the Lennard-Jones reference has one ε and one σ, so it describes one species',
    got: `${species[0]} and ${other}`,
    expected: 'a crystal of one species',
  });
}
