import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignBundle } from '../../campaign/bundle.js';
import { displacedPositions } from '../../crystal/displaced.js';
import { cartesianPositions } from '../../crystal/geometry.js';
import { parseCrystal, readCrystal } from '../../crystal/read.js';
import { buildSupercell } from '../../crystal/supercell.js';
import { analyseSymmetry } from '../../crystal/symmetry.js';
import { inputError } from '../../errors.js';
import { randomDisplacements } from '../../forcefield/initialStructures.js';
import { createNormals } from '../../numerics/random/normals.js';
import { STREAM } from '../../numerics/random/streams.js';
import { computeLabel, type LabelAnswer } from '../../reference/attempts.js';
import { createCalculator } from '../../reference/catalogue.js';
import type { ReferenceSettings } from '../../reference/settings.js';
import type { ReferenceStructure } from '../../reference/types.js';

/** Which atoms a single point is for: a file, the ideal supercell, or the campaign's first random displacement. */
export interface StructureChoice {
  readonly file?: string;
  readonly ideal?: boolean;
}

/** The atoms of a single point; throws `InputError` where a file holds others than the supercell's. */
export function structureOf(bundle: CampaignBundle, { file, ideal }: StructureChoice): ReferenceStructure {
  const { settings } = bundle;
  const unit = parseCrystal(bundle.crystal.text, settings.crystal);
  const supercell = buildSupercell(
    analyseSymmetry(unit, { symprec: settings.symprec }),
    unit,
    settings.supercell.flat(),
  );
  const { lattice, species } = supercell.crystal;
  if (file !== undefined) {
    const read = readCrystal(file, '--structure');
    const sorted = (names: readonly string[]): string => [...names].sort().join();
    if (sorted(read.species) !== sorted(species)) {
      throw inputError({
        field: '--structure',
        message: 'holds other atoms than the supercell of the campaign',
        got: `${read.species.length} atoms`,
        expected: `${species.length} atoms of the same species`,
      });
    }
    return { lattice: read.lattice, species: read.species, positions: cartesianPositions(read) };
  }
  const z = new Float64Array(3 * species.length);
  if (!ideal) createNormals(settings.seed).fill(STREAM.randomDisplacements, 0, 0, z);
  const u = randomDisplacements(settings.initial.random.displacement, z);
  return { lattice, species, positions: displacedPositions(supercell, u) };
}

/** One label with these settings, through ladder and gate, as the campaign would get it. */
export async function singlePoint(
  bundle: CampaignBundle,
  settings: ReferenceSettings,
  structure: ReferenceStructure,
  signal: AbortSignal,
): Promise<LabelAnswer> {
  const calculator = createCalculator(settings, { ...structure, folder: bundle.folder });
  const { gate: limits, attempts } = bundle.settings.reference;
  const folder = await mkdtemp(join(tmpdir(), 'anharmony-reference-'));
  try {
    return await computeLabel({
      calculator,
      structure,
      limits,
      attempts,
      signal,
      scratch: join(folder, 'run'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
