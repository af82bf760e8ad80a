import type { InitialStructure } from '../../src/campaign/messages.js';
import type { Prepared } from '../../src/campaign/state.js';
import { reducedFormula } from '../../src/crystal/formula.js';
import { randomDisplacements } from '../../src/forcefield/initialStructures.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { putStructureList } from '../../src/store/artifacts/structureList.js';
import type { ActivityInput } from '../types.js';
import { type CampaignContext, campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { importData } from './importedData.js';
import { inherit } from './inherited.js';

/** Builds the expansion and the first structures: the ideal supercell and random displacements. */
export async function prepare(
  { store, report }: TaskEnvironment,
  { campaign, command }: ActivityInput<'prepare'>,
) {
  report({ phase: 'basis' });
  const context = await campaignContext(store, campaign);
  const { settings, supercell, supercellHash } = context;
  const components = 3 * supercell.siteOf.length;
  const normals = createNormals(settings.seed);
  const structures: InitialStructure[] = [];
  for (let k = 0; k < settings.initial.random.count; k++) {
    const z = new Float64Array(components);
    normals.fill(STREAM.randomDisplacements, k, 0, z);
    const u = randomDisplacements(settings.initial.random.displacement, z);
    structures.push({ group: 'random', structure: await putStructure(store, supercellHash, u) });
  }
  const ideal = await putStructure(store, supercellHash, new Float64Array(components));
  const inherited = await inherit(store, context);
  const data = await importData(store, context);
  for (const structure of [...(inherited?.structures ?? []), ...data.structures])
    structures.push({ group: 'imported', structure });
  const initial = { list: await putStructureList(store, { structures }), count: structures.length };
  return {
    type: 'prepared' as const,
    command: command.id,
    prepared: summary(context, data.warnings),
    ideal,
    initial,
    ...(inherited && { inheritance: inherited.inheritance }),
  };
}

function summary(
  { primitive, supercell, space, basis }: CampaignContext,
  warnings: readonly string[],
): Prepared {
  return {
    basis,
    atoms: supercell.siteOf.length,
    formula: reducedFormula(primitive.crystal.species),
    spaceGroup: `${primitive.spaceGroup.symbol} (${primitive.spaceGroup.number})`,
    orders: space.orders.map(({ order, cutoff, clusters, orbits, parameters }) => ({
      order,
      cutoff,
      clusters,
      orbits: orbits.length,
      parameters,
    })),
    parameters: space.parameters,
    warnings,
  };
}
