import { type CampaignBundle, rulesOf } from '../../campaign/bundle.js';
import { changedSettings, requireSteerable } from '../../campaign/changes.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import type { SettingChange } from '../../campaign/state.js';
import { canonicalText } from '../../store/canonical.js';

/**
 * Works the rules of every change of settings out again, from the campaign file and what people said.
 * @throws Error naming the entry whose rules do not follow
 */
export function verifyChanges({ source }: CampaignBundle, ledger: readonly LedgerEntryBody[]): string {
  let changes: readonly SettingChange[] = [];
  let orders = 0;
  for (const entry of ledger) {
    if (entry.type !== 'steered') continue;
    orders++;
    const { order, sequence } = entry;
    if (order.kind !== 'set' && order.kind !== 'extend') continue;
    requireSteerable(order.changes);
    changes = [...changes, ...order.changes];
    const rules = rulesOf(changedSettings(source, changes));
    if (canonicalText(plain(rules)) !== canonicalText(plain(order.rules)))
      throw new Error(`entry ${sequence}: its rules do not follow from what was said`);
  }
  return `${orders} orders; rules follow from the campaign file and ${changes.length} changes of settings`;
}

function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
