import type { LabelOutcome } from '../../src/campaign/state.js';
import { parseData, placeInSupercell } from '../../src/crystal/data.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { FailureError, formatProblem } from '../../src/errors.js';
import { checkLabel } from '../../src/reference/gate.js';
import { getLabel, putLabel } from '../../src/store/artifacts/label.js';
import { getStructure, putStructure } from '../../src/store/artifacts/structure.js';
import { hashOf } from '../../src/store/canonical.js';
import type { Ref, Store } from '../../src/store/types.js';
import { refused } from './attemptList.js';
import type { CampaignContext } from './context.js';

/**
 * Imported labels stand apart from those of the reference: no other campaign takes them for its own reference's. The campaign's
 * fingerprint holds the content of their files.
 */
const NAMESPACE = 'imported-label';

/** Structures of the files that a campaign imports, in order, and what of these files is no label. */
export interface ImportedData {
  readonly structures: readonly Ref[];
  readonly warnings: readonly string[];
}

/** Puts imported structures and their labels into the store, where the label task finds them. */
export async function importData(store: Store, context: CampaignContext): Promise<ImportedData> {
  const { bundle, supercell, supercellHash } = context;
  const structures: Ref[] = [];
  const warnings: string[] = [];
  for (const { name, text, refused: before = [] } of bundle.data ?? []) {
    const { frames, refused } = parseData(text, name);
    // Once for all frames: the text may be long.
    const reference = hashOf({ imported: text });
    warnings.push(...[...before, ...refused].map((problem) => `left out: ${formatProblem(problem)}`));
    for (const frame of frames) {
      const { displacements, forces } = placeInSupercell(frame, supercell);
      const structure = await putStructure(store, supercellHash, displacements);
      const label = { energy: frame.energy ?? Number.NaN, forces, netForce: netForce(forces) };
      const origin = { structure: structure.hash, reference };
      await importLabel(store, context, structure, await putLabel(store, label, origin));
      structures.push(structure);
    }
  }
  return { structures, warnings };
}

/** Puts a label where the label task finds it for a structure of the group `imported`. */
export async function importLabel(
  store: Store,
  context: Pick<CampaignContext, 'fingerprint'>,
  structure: Ref,
  label: Ref,
): Promise<void> {
  await store.link(NAMESPACE, keyOf(context, structure), label);
}

/** The label of an imported structure, through the same gate as those of the reference; never computed. */
export async function importedLabel(
  store: Store,
  context: CampaignContext,
  structure: Ref,
): Promise<LabelOutcome> {
  const ref = await store.resolve(NAMESPACE, keyOf(context, structure));
  if (ref === undefined) throw new FailureError('an imported structure has no label in the store');
  const { energy, forces } = await getLabel(store, ref);
  const { supercell, settings } = context;
  const { lattice, species } = supercell.crystal;
  const positions = displacedPositions(supercell, await getStructure(store, structure));
  const result = { energy, forces, converged: true, program: 'imported', seconds: 0 };
  const verdict = checkLabel({ lattice, species, positions }, result, settings.reference.gate);
  return verdict.accepted
    ? { accepted: true, label: ref, adopted: true, attempts: null, seconds: 0 }
    : refused(`imported: ${verdict.reason}`);
}

function keyOf({ fingerprint }: Pick<CampaignContext, 'fingerprint'>, structure: Ref): string {
  return `${structure.hash}:${fingerprint}`;
}

/** |ΣF| / atoms, eV/Å. */
function netForce(forces: Float64Array): number {
  const sum = [0, 0, 0];
  forces.forEach((force, i) => {
    sum[i % 3] += force;
  });
  return (3 * Math.sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2])) / forces.length;
}
