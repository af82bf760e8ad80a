import { cartesianPositions } from '../../crystal/geometry.js';
import type { Problem } from '../../errors.js';
import { putStructure } from '../../store/artifacts/structure.js';
import { openMemoryStore } from '../../store/memoryStore.js';
import type { LabelledCampaign } from './campaign.js';
import { type Candidate, labelHash } from './candidate.js';
import type { ExportedLabel } from './frames.js';

/** Å: what is left of a displacement where it is read off its position. */
const ROUNDING = 1e-6;

/**
 * A label of `labels export`, proven to be what it was, bit by bit: its structure by the hash that the displacements have in the
 * campaign's supercell, its numbers by the label's own hash.
 */
export async function candidateOf(
  { cell, reference }: LabelledCampaign,
  label: ExportedLabel,
): Promise<Candidate | { readonly problem: Problem }> {
  const { source, number, displacements, values, origin, program, campaign } = label;
  const refuse = (problem: Omit<Problem, 'field'>) => ({ problem: { field: source, ...problem } });
  if (origin.reference !== reference) {
    return refuse({
      message: 'was computed with other settings than those of this campaign',
      got: `reference ${origin.reference.slice(0, 12)}…`,
      expected: `${reference.slice(0, 12)}…`,
      hint: 'as training data of its own it may be named in initial.data of a campaign',
    });
  }
  const { crystal } = cell.supercell;
  const structure = await putStructure(openMemoryStore(), cell.supercellHash, displacements);
  if (label.species.length !== crystal.species.length || structure.hash !== origin.structure) {
    return refuse({
      message: 'is of another crystal or supercell, or its displacements were changed',
      got: `${label.species.length} atoms, structure ${structure.hash.slice(0, 12)}…`,
      expected: `${crystal.species.length} atoms, ${origin.structure.slice(0, 12)}…`,
      hint: 'crystal file and supercell must be those of the campaign that the file is of, to the last digit',
    });
  }
  const ideal = cartesianPositions(crystal);
  const moved = label.positions.findIndex((x, i) => !(Math.abs(x - ideal[i] - displacements[i]) < ROUNDING));
  if (moved >= 0) {
    return refuse({
      message: `the position of atom ${Math.floor(moved / 3) + 1} is not that of its displacement`,
      got: String(label.positions[moved]),
      expected: String(ideal[moved] + displacements[moved]),
      hint: 'the file was changed after it was written',
    });
  }
  const hash = await labelHash(values, origin);
  if (hash !== label.hash) {
    return refuse({
      message: 'its energy or forces are not those that were exported',
      got: `label ${hash.slice(0, 12)}…`,
      expected: `${label.hash.slice(0, 12)}…`,
      hint: 'the file was changed, or written again with fewer digits (ASE writes eight decimals)',
    });
  }
  return {
    source,
    number,
    displacements,
    values,
    origin,
    ...(program !== undefined && { program }),
    ...(campaign !== undefined && { campaign }),
  };
}
