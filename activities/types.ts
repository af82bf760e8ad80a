import type { CampaignEvent, Command } from '../src/campaign/messages.js';
import type { Ref } from '../src/store/types.js';

/** Every activity answers one kind of command with one kind of event. */
export interface ActivityInput<T extends Command['type']> {
  readonly campaign: Ref;
  readonly name: string;
  readonly command: Extract<Command, { type: T }>;
}

type Answer<T extends CampaignEvent['type']> = Promise<Extract<CampaignEvent, { type: T }>>;

/** The activities of a campaign, by the role of the worker that runs them. */
export interface FitActivities {
  prepare(input: ActivityInput<'prepare'>): Answer<'prepared'>;
  displace(input: ActivityInput<'displace'>): Answer<'displaced'>;
  take(input: ActivityInput<'take'>): Answer<'taken'>;
  screen(input: ActivityInput<'screen'>): Answer<'screened'>;
  refit(input: ActivityInput<'refit'>): Answer<'refitted'>;
  archive(input: ActivityInput<'archive'>): Answer<'archived'>;
  record(input: ActivityInput<'record'>): Answer<'recorded'>;
  publish(input: ActivityInput<'publish'>): Answer<'published'>;
}

export interface MdActivities {
  explore(input: ActivityInput<'explore'>): Answer<'explored'>;
}

export interface ReferenceActivities {
  label(input: ActivityInput<'label'>): Answer<'labelled'>;
  testSet(input: ActivityInput<'test-set'>): Answer<'test-set'>;
}
