import { newCampaign } from '../../src/campaign/begin.js';
import { outstanding } from '../../src/campaign/commands.js';
import { decide } from '../../src/campaign/decide.js';
import type { CampaignEvent, Command } from '../../src/campaign/messages.js';
import type { CampaignRules, CampaignState } from '../../src/campaign/state.js';
import type { World } from './world.js';

export const CAMPAIGN_FILE = { kind: 'campaign-file', hash: 'c'.repeat(64), bytes: 1000 } as const;

export function freshCampaign(rules: CampaignRules): CampaignState {
  return newCampaign('test', 'f'.repeat(64), CAMPAIGN_FILE, rules);
}

/** What may happen to a campaign on its way: everything that a real one can meet. */
export interface Play {
  /** A number in [0, n): which of n things comes next. Default: the first. */
  readonly choose?: (n: number) => number;
  /** Whether now and then an old event comes again. */
  readonly duplicates?: boolean;
  /** Whether now and then the program is killed: the state goes through JSON, what was under way is lost. */
  readonly cuts?: boolean;
  /** Sees every state, and the command whose answer led to it, with that. */
  readonly watch?: (state: CampaignState, after: Command | null, event: CampaignEvent | null) => void;
  /** Stops where this says so. */
  readonly until?: (state: CampaignState) => boolean;
}

/** Keeps every outstanding command under way and answers them in the chosen order, until nothing is left to do. */
export function play(start: CampaignState, world: World, options: Play = {}): CampaignState {
  const { choose = () => 0, watch, until } = options;
  const underWay = new Map<string, Command>();
  const past: CampaignEvent[] = [];
  let state = start;
  watch?.(state, null, null);
  for (let events = 0; until?.(state) !== true; events++) {
    if (events > 50_000) throw new Error('the campaign does not end');
    for (const command of outstanding(state))
      if (!underWay.has(command.id)) underWay.set(command.id, command);
    if (underWay.size === 0) return state;
    if (options.cuts && choose(10) === 9) {
      state = revived(state);
      underWay.clear();
      continue;
    }
    const command = [...underWay.values()][choose(underWay.size)];
    underWay.delete(command.id);
    const event = world.answer(command);
    state = decide(state, event).state;
    watch?.(state, command, event);
    past.push(event);
    if (options.duplicates && choose(4) === 3) state = decide(state, past[choose(past.length)]).state;
  }
  return state;
}

/** As it comes out of storage. */
export function revived<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Draws from a list, then always the first. */
export function chooser(draws: readonly number[]): (n: number) => number {
  let k = 0;
  return (n) => (k < draws.length ? draws[k++] % n : 0);
}
