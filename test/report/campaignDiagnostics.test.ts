import { beforeAll, describe, expect, it } from 'vitest';
import { type CampaignContext, campaignContext } from '../../activities/tasks/context.js';
import { campaignDiagnostics } from '../../activities/tasks/report/diagnostics.js';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Addition } from '../../src/campaign/messages.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { randomDisplacements } from '../../src/forcefield/initialStructures.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { createLennardJones } from '../../src/reference/calculators/lennardJones.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures, type LabelledStructure } from '../../src/regression/trainingRows.js';
import { diagnosticsPart, suspectText } from '../../src/report/diagnostics/sections.js';
import { putLabel } from '../../src/store/artifacts/label.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { putTrainingSet } from '../../src/store/artifacts/trainingSet.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import type { Ref } from '../../src/store/types.js';

const STRUCTURES = 8;
/** Numbers of the campaign: the ideal supercell is 0, three initial structures come first. */
const FIRST = 4;

describe('diagnostics of a campaign', () => {
  const store = openMemoryStore();
  let context: CampaignContext;
  let structures: LabelledStructure[];

  beforeAll(async () => {
    const { bundle } = loadCampaign('examples/argon.yaml');
    context = await campaignContext(store, await store.put('campaign-file', canonicalJson(bundle)));
    const { lattice, species } = context.supercell.crystal;
    const potential = createLennardJones(lattice, species);
    structures = Array.from({ length: STRUCTURES }, (_, k) => {
      const normals = new Float64Array(3 * species.length);
      createNormals(1).fill(STREAM.randomDisplacements, k, 0, normals);
      const displacements = randomDisplacements(0.15, normals);
      const forces = new Float64Array(normals.length);
      potential.evaluate(displacedPositions(context.supercell, displacements), forces);
      return { displacements, forces };
    });
  }, 60_000);

  /** The ledger and force field of a campaign that was trained on these structures. */
  async function trainedOn(
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
    const counts = { random: STRUCTURES, phonon: 0, md: 0 };
    const common = { sequence: 0, type: 'refitted', forceField, trainingSet, added: [], counts } as const;
    return { ledger: [{ ...common, checks: [], counted: false, seconds: 0 }], field };
  }

  it('finds nothing among right labels', async () => {
    const { ledger, field } = await trainedOn(structures);
    const { diagnosed } = await campaignDiagnostics(store, context, ledger, field);
    expect(diagnosed!.diagnostics.suspects).toEqual([]);
    expect(diagnosed!.numbers).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(diagnosed!.diagnostics.orders.map((o) => o.order)).toEqual([2, 3, 4]);
  });

  it('names the structure whose forces are another’s by its number in the ledger', async () => {
    const wrong = structures.map((s, k) => (k === 5 ? { ...s, forces: structures[2].forces } : s));
    const { ledger, field } = await trainedOn(wrong);
    const outcome = await campaignDiagnostics(store, context, ledger, field);
    const { diagnosed } = outcome;
    expect(diagnosed!.diagnostics.suspects.map((s) => diagnosed!.numbers[s.index])).toEqual([FIRST + 5]);
    expect(suspectText(diagnosed!)).toHaveLength(1);
    expect(suspectText(diagnosed!)[0]).toMatch(
      /^structure 9 \(random\): without it the fit misses its forces by/,
    );
    const section = diagnosticsPart(outcome)!.text;
    expect(section).toContain('1 label that the posterior calls impossible');
    expect(section).toContain('Figure 6.');
  });

  it('says why where there is nothing to say', async () => {
    const nothing = await campaignDiagnostics(store, context, [], undefined);
    expect(diagnosticsPart(nothing)!.text).toContain('Nothing has been fitted yet.');
    const { ledger, field } = await trainedOn(structures.slice(0, 2));
    const leastSquares = { ...field, precisionFactor: undefined };
    const outcome = await campaignDiagnostics(store, context, ledger, leastSquares);
    expect(diagnosticsPart(outcome)!.text).toContain('Least squares have no posterior');
    const large = { ...field, parameters: new Float64Array(1501) };
    const left = await campaignDiagnostics(store, context, ledger, large);
    expect(diagnosticsPart(left)!.text).toContain('1501 parameters are more than the 1500');
  });

  it('lets no text from outside become HTML', async () => {
    const { ledger, field } = await trainedOn(structures);
    const { diagnosed } = await campaignDiagnostics(store, context, ledger, field);
    const hostile = { ...diagnosed!, sources: diagnosed!.sources.map(() => '<img src=x onerror=alert(1)>') };
    expect(diagnosticsPart({ diagnosed: hostile })!.text).not.toContain('<img');
  });
});
