import type { CodeSettings, SettingValue } from '../../ladder.js';
import { SHORT, TAKEN } from './keywords.js';
import type { GpawParameters } from './settings.js';

type Word = SettingValue | readonly number[];

/** The parameters by dotted names, lists as JSON; what must be set for a label is set. */
export function flatParameters(parameters: GpawParameters): CodeSettings {
  const out: Record<string, SettingValue> = { ...TAKEN };
  for (const [key, given] of Object.entries(parameters)) {
    for (const [name, value] of entriesOf(key, given)) {
      out[name] = typeof value === 'object' ? JSON.stringify(value) : value;
    }
  }
  return out;
}

function entriesOf(key: string, given: GpawParameters[string]): readonly (readonly [string, Word])[] {
  if (key === 'symmetry' && typeof given !== 'object') {
    // GPAW's 'off', which some readers of YAML take for false.
    const on = given !== 'off' && given !== false;
    return [
      [`${key}.point_group`, on],
      [`${key}.time_reversal`, on],
    ];
  }
  if (typeof given !== 'object' || Array.isArray(given))
    return [[key in SHORT ? `${key}.${SHORT[key]}` : key, given as Word]];
  return Object.entries(given as Readonly<Record<string, Word>>).map(([name, value]) => [
    // Two names of one thing, of which GPAW takes one at a time.
    key === 'mixer' && name === 'history' ? 'mixer.nmaxold' : `${key}.${name}`,
    value,
  ]);
}

/** As GPAW takes them: groups as such, lists as lists. */
export function nestedParameters(flat: CodeSettings): Readonly<Record<string, unknown>> {
  const out: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(flat)) {
    const plain = typeof value === 'string' && value.startsWith('[') ? JSON.parse(value) : value;
    const dot = name.indexOf('.');
    if (dot < 0) out[name] = plain;
    else {
      const key = name.slice(0, dot);
      out[key] = { ...(out[key] as object | undefined), [name.slice(dot + 1)]: plain };
    }
  }
  return out;
}
