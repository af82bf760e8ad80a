import type { CampaignContext } from '../../activities/tasks/context.js';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Addition } from '../../src/campaign/messages.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import type { Supercell } from '../../src/crystal/types.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { randomDisplacements } from '../../src/forcefield/initialStructures.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { createLennardJones } from '../../src/reference/calculators/lennardJones.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures, type LabelledStructure } from '../../src/regression/trainingRows.js';
import { putLabel } from '../../src/store/artifacts/label.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { putTrainingSet } from '../../src/store/artifacts/trainingSet.js';
import type { Ref, Store } from '../../src/store/types.js';

/** Numbers of a campaign: the ideal supercell is 0, three initial structures come first. */
export const FIRST = 4;

/** Random structures of argon with Lennard-Jones labels. */
export function argonStructures(supercell: Supercell, count: number): LabelledStructure[] {
  const { lattice, species } = supercell.crystal;
  const potential = createLennardJones(lattice, species);
  return Array.from({ length: count }, (_, k) => {
    const normals = new Float64Array(3 * species.length);
    createNormals(1).fill(STREAM.randomDisplacements, k, 0, normals);
    const displacements = randomDisplacements(0.15, normals);
    const forces = new Float64Array(normals.length);
    potential.evaluate(displacedPositions(supercell, displacements), forces);
    return { displacements, forces };
  });
}

/** What the store, the ledger and the force field of a campaign that was trained on these structures hold. */
export async function recordFit(
  store: Store,
  context: CampaignContext,
  labelled: readonly LabelledStructure[],
): Promise<{ ledger: LedgerEntryBody[]; field: ForceField }> {
  const { space, supercell, primitive, basis, supercellHash } = context;
  const entries: Addition[] = [];
  for (const [k, { displacements, forces }] of labelled.entries()) {
    const structure = await putStructure(store, supercellHash, displacements);
    const origin = { structure: structure.hash, reference: '' };
    const label = await putLabel(store, { energy: 0, netForce: 0, forces }, origin);
    entries.push({ id: FIRST + k, group: 'random', structure, label, pick: null });
  }
  const trainingSet = await putTrainingSet(store, { entries });
  const gram = gramOfStructures({ design: createDesignMatrix(space, supercell) }, labelled);
  const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'decay' });
  const field = {
    ...posterior,
    primitive,
    cutoffs: space.cutoffs,
    basis: basis.hash,
    supercell: supercell.matrix,
    provenance: null,
  };
  const ref: Ref = { kind: 'force-field', hash: '', bytes: 0 };
  const { hyperparameters, effectiveParameters, notDetermined } = posterior;
  const forceField = {
    ref,
    parametersHash: '',
    fittingError: 1 / Math.sqrt(posterior.beta),
    logEvidence: posterior.logEvidence ?? null,
    hyperparameters,
    effectiveParameters,
    notDetermined,
    test: null,
  };
  const counts = { random: labelled.length, phonon: 0, md: 0 };
  const common = { sequence: 0, type: 'refitted', forceField, trainingSet, added: [], counts } as const;
  return { ledger: [{ ...common, checks: [], counted: false, seconds: 0 }], field };
}
