import type { TaskEnvironment } from '../../../activities/tasks/environment.js';
import { tasks } from '../../../activities/tasks/index.js';
import type { CampaignEvent, Command } from '../../campaign/messages.js';
import type { Ref } from '../../store/types.js';
import type { Perform } from '../../study/driver.js';

/**
 * Gets the commands of a campaign done by the same tasks as its activities, in this thread. Nothing is laid out for a person.
 * `screened`: false takes all picks of several walkers, for comparison.
 */
export function performHere(
  environment: TaskEnvironment,
  campaign: Ref,
  name: string,
  screened = true,
): Perform {
  return (command) =>
    command.type === 'screen' && !screened
      ? Promise.resolve({ type: 'screened', command: command.id, kept: command.picks.map(({ id }) => id) })
      : perform(environment, { campaign, name }, command);
}

function perform(
  environment: TaskEnvironment,
  common: { readonly campaign: Ref; readonly name: string },
  command: Command,
): Promise<CampaignEvent> {
  switch (command.type) {
    case 'prepare':
      return tasks.prepare(environment, { ...common, command });
    case 'test-set':
      return tasks.testSet(environment, { ...common, command });
    case 'label':
      return tasks.label(environment, { ...common, command });
    case 'displace':
      return tasks.displace(environment, { ...common, command });
    case 'take':
      return tasks.take(environment, { ...common, command });
    case 'explore':
      return tasks.explore(environment, { ...common, command });
    case 'screen':
      return tasks.screen(environment, { ...common, command });
    case 'refit':
      return tasks.refit(environment, { ...common, command });
    case 'archive':
      // Without a workflow there is no history.
      return Promise.resolve({ type: 'archived', command: command.id, history: null });
    case 'record':
      return tasks.record(environment, { ...common, command });
    case 'publish':
      return Promise.resolve({ type: 'published', command: command.id });
  }
}
