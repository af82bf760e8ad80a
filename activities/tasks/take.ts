import type { InitialStructure } from '../../src/campaign/messages.js';
import { getStructureList } from '../../src/store/artifacts/structureList.js';
import type { ActivityInput } from '../types.js';
import type { TaskEnvironment } from './environment.js';

/** The next structures of a list: a campaign deals with as many at a time as its state can carry. */
export async function take({ store }: TaskEnvironment, { command }: ActivityInput<'take'>) {
  const { list, from, count } = command;
  const { structures } = await getStructureList<InitialStructure>(store, list);
  return { type: 'taken' as const, command: command.id, structures: structures.slice(from, from + count) };
}
