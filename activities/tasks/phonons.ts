import { harmonicCrystal } from '../../src/forcefield/harmonic.js';
import { phononDisplacements } from '../../src/forcefield/initialStructures.js';
import { normalModes } from '../../src/forcefield/normalModes.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import type { Stream } from '../../src/numerics/random/streams.js';
import type { CampaignContext } from './context.js';

export interface PhononDraw {
  /** φ′ of the force field whose second order gives the modes. */
  readonly parameters: Float64Array;
  /** K */
  readonly temperature: number;
  readonly stream: Stream;
  /** Numbers of the draws within the stream. */
  readonly indices: readonly number[];
}

/** Thermal displacements along the phonons of a force field, [3·atoms] Å each. */
export function drawPhonons(
  { space, supercell, primitive, settings }: CampaignContext,
  draw: PhononDraw,
): Float64Array[] {
  const modes = normalModes(harmonicCrystal(space, draw.parameters, primitive.masses), supercell);
  const normals = createNormals(settings.seed);
  const { quantum } = settings.initial.phonon;
  return draw.indices.map((index) => {
    const z = new Float64Array(3 * supercell.siteOf.length);
    normals.fill(draw.stream, index, 0, z);
    return phononDisplacements(modes, { temperature: draw.temperature, quantum }, z);
  });
}
