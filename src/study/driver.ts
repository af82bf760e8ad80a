import { outstanding } from '../campaign/commands.js';
import { decide } from '../campaign/decide.js';
import type { CampaignEvent, Command } from '../campaign/messages.js';
import type { CampaignState } from '../campaign/state.js';

/** Gets one command done and says what came of it. */
export type Perform = (command: Command) => Promise<CampaignEvent>;

/**
 * A campaign without its durable shell: one command after the other, in this process, until nothing is left to do. The
 * decisions are the workflow's own and do not depend on the order of arrival, so it ends with the same bits; what it lacks
 * is survival. A command that fails ends it with the command's error.
 */
export async function driveCampaign(
  start: CampaignState,
  perform: Perform,
  watch?: (state: CampaignState, after: Command) => void,
): Promise<CampaignState> {
  let state = start;
  for (let [command] = outstanding(state); command; [command] = outstanding(state)) {
    state = decide(state, await perform(command)).state;
    watch?.(state, command);
  }
  return state;
}
