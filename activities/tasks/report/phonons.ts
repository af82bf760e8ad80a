import { FailureError } from '../../../src/errors.js';
import { bandPath } from '../../../src/forcefield/bands/bandPath.js';
import { evenDivisions } from '../../../src/forcefield/bands/mesh.js';
import { type PhononStudy, phononStudy } from '../../../src/forcefield/bands/phononStudy.js';
import type { ForceField } from '../../../src/forcefield/forceField.js';
import type { CampaignContext } from '../context.js';

/** Points along the path, divisions of the mesh: enough for a page. */
const POINTS = 80;
const DIVISIONS = 8;
/** About how long all of it may take, ms, and what one wave vector takes with two atoms in the cell; measured up to eight, it grows as their square. */
const BUDGET = 1000;
const PER_POINT = 0.04;
const MOST_SAMPLES = 32;
/** Fewer say nothing of a spread. */
const FEWEST_SAMPLES = 8;

/** Bands of the final force field; with fewer samples, or none, where cells are large; null where even that would take long. */
export function reportPhonons({ space, settings }: CampaignContext, field: ForceField): PhononStudy | null {
  const relative = field.primitive.masses.length / 2;
  const each = PER_POINT * relative * relative;
  const affordable = BUDGET / (each * (POINTS + DIVISIONS * DIVISIONS)) - 1;
  if (affordable < 0) return null;
  const samples = affordable < FEWEST_SAMPLES ? 0 : Math.min(MOST_SAMPLES, Math.floor(affordable));
  const { lattice } = field.primitive.crystal;
  try {
    return phononStudy(field, space, {
      path: bandPath(field.primitive.crystal),
      points: POINTS,
      mesh: evenDivisions(lattice, DIVISIONS),
      samples,
      seed: settings.seed,
    });
  } catch (error) {
    // A report without this figure is better than none.
    if (error instanceof FailureError) return null;
    throw error;
  }
}
