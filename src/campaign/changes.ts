import { parse } from 'yaml';
import { InputError, inputError, type Problem } from '../errors.js';
import { editCampaign } from './edit.js';
import type { LedgerEntryBody } from './ledger.js';
import { parseCampaign } from './parse.js';
import type { CampaignSettings } from './schema.js';
import type { SettingChange } from './state.js';

/** What a person may change while a campaign runs; everything else makes another campaign. */
export const STEERABLE = [
  'acquisition',
  'convergence',
  'limits',
  'md.temperature',
  'md.walkers',
  'reference.slots',
] as const;

/**
 * Parses `key=value` as a change of a setting; the value is read as the campaign file would read it.
 * @throws InputError
 */
export function parseChange(text: string): SettingChange {
  const equals = text.indexOf('=');
  const key = text.slice(0, equals).trim();
  // Elements of arrays in a code's own words: starting_magnetization(1).
  if (equals < 1 || !/^[\w-]+(\.[\w-]+)*(\(\d+(,\d+)*\))?$/.test(key)) {
    throw inputError({
      field: 'key=value',
      message: 'is no change of a setting',
      got: text,
      expected: 'a key of the campaign file and its new value, e.g. acquisition.criterion.n=2.5',
    });
  }
  const value: unknown = readValue(text.slice(equals + 1), key);
  return { key, value };
}

function readValue(text: string, key: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw inputError({ field: key, message: `not valid YAML: ${(error as Error).message}`, got: text });
  }
}

/**
 * Refuses changes of what a running campaign rests on.
 * @throws InputError naming each
 */
export function requireSteerable(changes: readonly SettingChange[]): void {
  const fixed = changes.filter(
    ({ key }) => !STEERABLE.some((open) => key === open || key.startsWith(`${open}.`)),
  );
  if (fixed.length === 0) return;
  throw new InputError(
    fixed.map(
      ({ key }): Problem => ({
        field: key,
        message: 'cannot change in a campaign that runs',
        expected: `one of ${STEERABLE.join(', ')}`,
        hint: 'with another crystal, expansion, reference or seed it is another campaign: `anharmony fork` starts it with the labels that still hold',
      }),
    ),
  );
}

/**
 * The settings that a campaign file with these changes gives.
 * @param source the campaign file as it was written
 * @throws InputError with everything that is wrong, under the file's own keys
 */
export function changedSettings(source: string, changes: readonly SettingChange[]): CampaignSettings {
  return parseCampaign(editCampaign(source, changes), 'campaign file');
}

/** What people changed of a campaign on its way, in order. */
export function changesOf(ledger: readonly LedgerEntryBody[]): readonly SettingChange[] {
  return ledger.flatMap((entry) =>
    entry.type === 'steered' && (entry.order.kind === 'set' || entry.order.kind === 'extend')
      ? entry.order.changes
      : [],
  );
}
