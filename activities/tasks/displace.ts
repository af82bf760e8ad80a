import { programOf } from '../../src/campaign/bundle.js';
import type { InitialStructure } from '../../src/campaign/messages.js';
import { startTemperature } from '../../src/md/temperature.js';
import { STREAM } from '../../src/numerics/random/streams.js';
import { putStructure } from '../../src/store/artifacts/structure.js';
import { putStructureList } from '../../src/store/artifacts/structureList.js';
import type { ActivityInput } from '../types.js';
import { campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { readForceFieldArtifact } from './model.js';
import { drawPhonons } from './phonons.js';

/** Phonon displacements at the temperature at which the campaign begins, from the harmonic part of the first small fit. */
export async function displace(
  { store, report }: TaskEnvironment,
  { campaign, command }: ActivityInput<'displace'>,
) {
  report({ phase: 'fit' });
  const context = await campaignContext(store, campaign);
  const { md, initial } = context.settings;
  const { parameters } = await readForceFieldArtifact(store, command.forceField);
  const drawn = drawPhonons(context, {
    parameters,
    temperature: startTemperature(programOf(md.temperature, md.timestep)),
    stream: STREAM.phononDisplacements,
    indices: Array.from({ length: initial.phonon.count }, (_, k) => k),
  });
  const structures: InitialStructure[] = [];
  for (const u of drawn)
    structures.push({ group: 'phonon', structure: await putStructure(store, context.supercellHash, u) });
  const list = await putStructureList(store, { structures });
  return { type: 'displaced' as const, command: command.id, initial: { list, count: structures.length } };
}
