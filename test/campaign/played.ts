import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { CampaignRules } from '../../src/campaign/state.js';
import { freshCampaign, play } from './play.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

/** The types of entries, in order. */
export const types = (entries: readonly LedgerEntryBody[]) => entries.map((entry) => entry.type);

/** The entries of one type. */
export function only<T extends LedgerEntryBody['type']>(entries: readonly LedgerEntryBody[], type: T) {
  return entries.filter((entry): entry is Extract<LedgerEntryBody, { type: T }> => entry.type === type);
}

/** A small campaign, played to its end. */
export function campaign(nature: Partial<Nature> = {}, rules: Partial<CampaignRules> = {}) {
  const world = createWorld({ ...FRIENDLY, ...nature });
  const state = play(freshCampaign(smallRules(rules)), world);
  return { state, ledger: world.ledger(state.ledger.head) };
}
