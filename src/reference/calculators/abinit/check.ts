import type { Problem } from '../../../errors.js';
import { nearestHint } from '../../../spelling.js';
import type { CodeSettings, SettingValue } from '../../ladder.js';
import type { AbinitVariables } from './settings.js';
import { isValue, numberOf } from './values.js';
import { DEFAULT_TOLERANCE, DEFAULTS, OWNED, TOLERANCES, VARIABLES } from './variables.js';

/** The variables in lower case as ABINIT reads them, lists as it does; what must be set for a label is set. */
export function flatVariables(variables: AbinitVariables): CodeSettings {
  const given: Record<string, SettingValue> = {};
  for (const [key, value] of Object.entries(variables))
    given[key.trim().toLowerCase()] =
      typeof value === 'object' ? value.join(' ') : typeof value === 'string' ? value.trim() : value;
  const hasTolerance = Object.keys(given).some((key) => key in TOLERANCES);
  return { kptopt: 2, ...DEFAULTS, ...(hasTolerance ? {} : DEFAULT_TOLERANCE), ...given };
}

/** Everything in the variables that ABINIT would refuse, or would take and spoil the label with. */
export function checkVariables(variables: AbinitVariables, augmented: readonly string[]): readonly Problem[] {
  const flat = flatVariables(variables);
  const found = [
    ...Object.keys(variables).flatMap((written) => keyProblems(written, flat)),
    ...RULES.flatMap((rule) => rule(flat, augmented) ?? []),
  ];
  return found.map((problem) => ({ ...problem, field: `reference.variables.${problem.field}` }));
}

function keyProblems(written: string, flat: CodeSettings): Problem[] {
  const key = written.trim().toLowerCase();
  const value = flat[key];
  const got = String(value);
  const why = OWNED[key];
  if (why !== undefined)
    return [{ field: written, message: 'is written by the calculator', got, hint: `leave it out: ${why}` }];
  if (!VARIABLES.includes(key)) {
    const dataset = VARIABLES.find((name) => key.replace(/[\d?+:*]+$/, '') === name);
    const hint = dataset ? `${dataset}: a label is one single point` : nearestHint(key, VARIABLES);
    return [{ field: written, message: 'is no variable of an ABINIT ground state', got, hint }];
  }
  if (typeof value === 'number' ? Number.isFinite(value) : isValue(String(value))) return [];
  const expected = 'numbers, with a unit at the end at most, e.g. 20 or 40 Ry';
  return [{ field: written, message: 'is no value of ABINIT’s', got, expected }];
}

type Rule = (
  settings: CodeSettings,
  augmented: readonly string[],
) => Problem | readonly Problem[] | undefined;

/** Self-consistent cycles, potential or density mixing, that give forces. */
const CYCLES = [2, 3, 4, 7, 12, 13, 14, 17];
const SMEARED = [3, 4, 5, 6, 7, 8];

/** What ABINIT takes without a word and what makes its forces something else than a label. */
const RULES: readonly Rule[] = [
  (s) =>
    s['ecut'] === undefined
      ? missing('ecut', 'the plane-wave cutoff, Ha')
      : within(s, 'ecut', 2, 200, 'Ha (1 Ha = 27.2 eV = 2 Ry), or with its unit: 40 Ry'),
  (s, augmented) => {
    if (augmented.length === 0) return undefined;
    if (s['pawecutdg'] === undefined)
      return missing(
        'pawecutdg',
        `the cutoff of the fine grid for the PAW data of ${augmented.join(', ')}, Ha`,
      );
    if (numberOf(s['pawecutdg']) >= numberOf(s['ecut'])) return undefined;
    return {
      field: 'pawecutdg',
      message: 'is too small',
      got: String(s['pawecutdg']),
      expected: 'at least ecut',
    };
  },
  (s) => {
    const set = Object.keys(TOLERANCES).filter((key) => s[key] !== undefined && numberOf(s[key]) !== 0);
    if (set.length === 1) return undefined;
    const expected = `exactly one of ${Object.keys(TOLERANCES).join(', ')}`;
    return {
      field: set[1] ?? 'tolvrs',
      message: 'self-consistency has one end',
      got: set.join(', ') || 'none',
      expected,
    };
  },
  (s) =>
    Object.entries(TOLERANCES).flatMap(([key, { loosest, unit }]) => {
      const value = s[key];
      if (value === undefined || (numberOf(value) >= 0 && numberOf(value) <= loosest)) return [];
      const hint = `leave it out: tolvrs ${DEFAULT_TOLERANCE['tolvrs']} is taken`;
      const expected = `at most ${loosest} (${unit})`;
      return [{ field: key, message: 'is too loose for forces', got: String(value), expected, hint }];
    }),
  (s) => oneOf(s, 'iscf', CYCLES, 'does not make the electrons self-consistent, or is experimental'),
  (s) => oneOf(s, 'occopt', [1, ...SMEARED], 'gives occupations by hand'),
  (s) => {
    const smeared = SMEARED.includes(numberOf(s['occopt'] ?? 1));
    const idle = ['tsmear', 'tphysel'].find((key) => s[key] !== undefined);
    if (smeared && idle === undefined) return missing('tsmear', 'the width of the smearing, Ha');
    if (smeared || idle === undefined) return undefined;
    const expected = 'occopt 3 to 8 with it';
    return { field: idle, message: 'ABINIT ignores it without smearing', got: String(s[idle]), expected };
  },
  (s) => within(s, 'tsmear', 0, 0.05, 'Ha (0.1 eV = 0.00367 Ha, 1000 K = 0.00317 Ha)'),
  (s) => {
    const vector = numberOf(s['nspden'] ?? 1) === 4;
    const wanted = vector ? [3, 4] : [2, 3];
    const why = vector
      ? 'magnetism with a direction tells k from −k'
      : 'is not one of grids without symmetry';
    return oneOf(s, 'kptopt', wanted, why);
  },
  (s) => whole(s, 'nstep', 10, 2000, 'the largest number of self-consistent steps'),
  (s) => whole(s, 'nline', 1, 20, 'line minimisations of each band'),
];

function oneOf(
  s: CodeSettings,
  field: string,
  wanted: readonly number[],
  message: string,
): Problem | undefined {
  const value = s[field];
  if (value === undefined || wanted.includes(numberOf(value))) return undefined;
  return { field, message, got: String(value), expected: wanted.join(', ') };
}

function within(
  s: CodeSettings,
  field: string,
  above: number,
  most: number,
  unit: string,
): Problem | undefined {
  const value = numberOf(s[field]);
  if (s[field] === undefined || (value > above && value <= most)) return undefined;
  const expected = `more than ${above} and at most ${most}`;
  return { field, message: 'is out of range', got: String(s[field]), expected, hint: `in ${unit}` };
}

function whole(
  s: CodeSettings,
  field: string,
  least: number,
  most: number,
  what: string,
): Problem | undefined {
  const value = numberOf(s[field]);
  if (s[field] === undefined || (Number.isInteger(value) && value >= least && value <= most))
    return undefined;
  const expected = `a whole number from ${least} to ${most}`;
  return { field, message: 'is out of range', got: String(s[field]), expected, hint: what };
}

function missing(field: string, expected: string): Problem {
  return { field, message: 'is missing', expected };
}
