import { parse, parseDocument, stringify } from 'yaml';
import { InputError, inputError, type Problem } from '../errors.js';
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
  if (equals < 1 || !/^\w+(\.\w+)*$/.test(key)) {
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
  const document = parseDocument(source, { merge: false });
  for (const { key, value } of changes) {
    const path = key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    // A criterion that the file leaves to its default has no name there to belong to.
    if (key.startsWith('acquisition.criterion.') && !document.hasIn(['acquisition', 'criterion']))
      document.setIn(['acquisition', 'criterion', 'name'], 'trajectory-deviation');
    try {
      document.setIn(path, value);
    } catch (error) {
      throw inputError({
        field: key,
        message: `is no place in this campaign file: ${(error as Error).message}`,
        hint: 'change the whole entry above it instead',
      });
    }
  }
  return parseCampaign(stringify(document), 'campaign file');
}
