import type { Prepared } from '../../src/campaign/state.js';
import { reducedFormula } from '../../src/crystal/formula.js';
import { randomDisplacements } from '../../src/forcefield/initialStructures.js';
import { createNormals } from '../../src/numerics/random/normals.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import type { Ref } from '../../src/store/types.js';
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
  const random: Ref[] = [];
  for (let structure = 0; structure < settings.initial.random.count; structure++) {
    const z = new Float64Array(components);
    normals.fill(STREAM.randomDisplacements, structure, 0, z);
    random.push(
      await putStructure(store, supercellHash, randomDisplacements(settings.initial.random.displacement, z)),
    );
  }
  const ideal = await putStructure(store, supercellHash, new Float64Array(components));
  const inherited = await inherit(store, context);
  const data = await importData(store, context);
  const imported = [...(inherited?.structures ?? []), ...data.structures];
  return {
    type: 'prepared' as const,
    command: command.id,
    prepared: summary(context, data.warnings),
    ideal,
    random,
    ...(imported.length > 0 && { imported }),
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
