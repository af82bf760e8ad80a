import { cellOf } from '../../../activities/tasks/context.js';
import { calculatorOf } from '../../../activities/tasks/label.js';
import type { CampaignBundle } from '../../campaign/bundle.js';
import { changedSettings } from '../../campaign/changes.js';
import { campaignSchema, type ReferenceSettings } from '../../campaign/schema.js';
import type { SettingChange } from '../../campaign/state.js';
import { inputError } from '../../errors.js';

/**
 * Changes of the reference for one structure. Nothing else can change for one, so that `electrons.mixing_beta` is enough.
 * @throws InputError for another key; another program is another reference: its labels would not go together with the rest
 */
export function referenceChanges(changes: readonly SettingChange[]): readonly SettingChange[] {
  return changes.map((change) => {
    const [first] = change.key.split('.');
    const key = Object.hasOwn(campaignSchema.shape, first) ? change.key : `reference.${change.key}`;
    if (key.startsWith('reference.') && key !== 'reference.calculator') return { ...change, key };
    throw inputError({
      field: change.key,
      message: 'cannot change for one structure',
      expected: 'a setting of the reference other than its calculator, e.g. reference.attempts=4',
    });
  });
}

/**
 * The reference with all changes of a campaign, proven to be acceptable: the campaign itself finds out when it asks for the label.
 * @throws InputError
 */
export function changedReference(
  bundle: CampaignBundle,
  changes: readonly SettingChange[],
): ReferenceSettings {
  const { reference } = changedSettings(bundle.source, changes);
  calculatorOf({ ...cellOf(bundle), bundle }, reference);
  return reference;
}
