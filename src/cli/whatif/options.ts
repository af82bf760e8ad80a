import { parseDuration } from '../../campaign/duration.js';
import { InputError, type Problem } from '../../errors.js';
import type { AcquisitionSettings, CriterionSettings } from '../../uncertainty/types.js';

/** The flags of `anharmony whatif` as commander hands them over. */
export interface WhatIfFlags {
  readonly criterion?: string;
  readonly gamma?: string;
  readonly n?: string;
  readonly last?: string;
  readonly threshold?: string;
  readonly fraction?: string;
  readonly quantity?: string;
  readonly every?: string;
  readonly window?: string;
  readonly minWindow?: string;
  readonly minGap?: string;
  readonly stall?: string;
  readonly stallStructures?: string;
  readonly stallFraction?: string;
}

const CRITERIA: readonly CriterionSettings['name'][] = [
  'trajectory-deviation',
  'trajectory-average',
  'minimum-error',
  'fixed',
];

/** The criterion that a flag of its own belongs to. */
const OWNERS = {
  gamma: 'trajectory-average',
  n: 'trajectory-deviation',
  last: 'minimum-error',
  threshold: 'fixed',
  fraction: 'fixed',
} as const satisfies { readonly [flag: string]: CriterionSettings['name'] };

/**
 * The campaign's acquisition with what the flags change; `timestep` in fs, with which times become MD steps. Reports
 * everything that is wrong at once.
 */
export function whatIfSettings(
  own: AcquisitionSettings,
  flags: WhatIfFlags,
  timestep: number,
): AcquisitionSettings {
  const problems: Problem[] = [];
  const number = (flag: keyof WhatIfFlags, otherwise: number, above = 0, integer = false): number => {
    const text = flags[flag];
    if (text === undefined) return otherwise;
    const value = Number(text);
    const fine = integer
      ? Number.isSafeInteger(value) && value >= above
      : value > above && Number.isFinite(value);
    if (text.trim() === '' || !fine) {
      const expected = integer ? `a whole number of at least ${above}` : `a number above ${above}`;
      problems.push({ field: dashed(flag), message: 'is not acceptable', got: text, expected });
    }
    return value;
  };
  const duration = (flag: 'minGap' | 'stall', otherwise: number): number => {
    const text = flags[flag];
    if (text === undefined) return otherwise;
    const femtoseconds = parseDuration(text);
    if (femtoseconds === undefined)
      problems.push({ field: dashed(flag), message: 'is not a time', got: text, expected: 'e.g. "200 fs"' });
    return Math.round((femtoseconds ?? 0) / timestep);
  };

  const criterion = criterionOf(own.criterion, flags, number, problems);
  const every = number('every', own.every, 1, true);
  if (every % own.every !== 0) {
    problems.push({
      field: '--every',
      message: 'ε_B was recorded at other steps',
      got: String(every),
      expected: `a multiple of ${own.every}`,
    });
  }
  const window = number('window', own.window, 1, true);
  const minWindow = number('minWindow', Math.min(own.minWindow, window), 0, true);
  if (minWindow > window) {
    problems.push({
      field: '--min-window',
      message: 'is longer than the window, which can never be filled',
      got: String(minWindow),
      expected: `at most ${window}`,
    });
  }
  if (flags.quantity !== undefined && flags.quantity !== 'rms' && flags.quantity !== 'largest-atom') {
    const expected = 'rms or largest-atom';
    problems.push({ field: '--quantity', message: 'is not a known choice', got: flags.quantity, expected });
  }
  const rule = own.stall ?? { after: Math.round(2000 / timestep), structures: 15, fraction: 0.25 };
  const wantsStall =
    flags.stall !== undefined || flags.stallStructures !== undefined || flags.stallFraction !== undefined;
  const stall =
    flags.stall === 'off' || (own.stall === null && !wantsStall)
      ? null
      : {
          after: duration('stall', rule.after),
          structures: number('stallStructures', rule.structures, 1, true),
          fraction: number('stallFraction', rule.fraction),
        };
  const minGap = duration('minGap', own.minGap);
  if (problems.length > 0) throw new InputError(problems);
  return {
    criterion,
    quantity: (flags.quantity as AcquisitionSettings['quantity'] | undefined) ?? own.quantity,
    every,
    window,
    minWindow,
    minGap,
    stall,
  };
}

/** `--gamma` alone means `trajectory-average`, and so on. */
function criterionOf(
  own: CriterionSettings,
  flags: WhatIfFlags,
  number: (flag: keyof WhatIfFlags, otherwise: number, above?: number, integer?: boolean) => number,
  problems: Problem[],
): CriterionSettings {
  const given = (Object.keys(OWNERS) as (keyof typeof OWNERS)[]).filter((flag) => flags[flag] !== undefined);
  const name = flags.criterion ?? (given.length > 0 ? OWNERS[given[0]] : own.name);
  for (const flag of given) {
    if (OWNERS[flag] === name) continue;
    const message = `belongs to the criterion ${OWNERS[flag]}, not to ${name}`;
    problems.push({ field: dashed(flag), message, hint: 'one criterion at a time' });
  }
  switch (name) {
    case 'trajectory-average':
      return { name, gamma: number('gamma', own.name === name ? own.gamma : 3, 1) };
    case 'trajectory-deviation':
      return { name, n: number('n', own.name === name ? own.n : 3) };
    case 'minimum-error':
      return { name, last: number('last', own.name === name ? own.last : 10, 1, true) };
    case 'fixed': {
      if (flags.threshold !== undefined) return { name, threshold: number('threshold', 0) / 1e3 };
      if (flags.fraction !== undefined) return { name, fractionOfFittingError: number('fraction', 0) };
      if (own.name === name) return own;
      problems.push({ field: '--criterion', message: 'fixed needs --threshold (meV/Å) or --fraction' });
      return own;
    }
    default:
      problems.push({
        field: '--criterion',
        message: 'is not a known choice',
        got: name,
        expected: `one of ${CRITERIA.join(', ')}`,
      });
      return own;
  }
}

function dashed(flag: string): string {
  return `--${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
