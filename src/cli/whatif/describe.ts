import type { Difference, WhatIf } from '../../exploration/whatIf.js';
import { picoseconds } from '../../report/numbers.js';
import type { AcquisitionSettings, CriterionSettings } from '../../uncertainty/types.js';
import { TO_MEV } from '../../units.js';

/** What the replay rests on and what it found. */
export interface WhatIfAnswer {
  readonly campaign: string;
  /** fs */
  readonly timestep: number;
  readonly own: AcquisitionSettings;
  readonly settings: AcquisitionSettings;
  /** Structures that the campaign took from MD by its criterion and stall rule, and after wrecks. */
  readonly recorded: {
    readonly taken: number;
    readonly afterWrecks: number;
    /** Taken in the round with which the campaign ended, and never asked for. */
    readonly unasked: number;
  };
  /** Whether the replay of the campaign's own settings gives the campaign's own decisions. */
  readonly reproduced: boolean;
  readonly found: WhatIf;
}

/** The answer for a person. */
export function describeWhatIf(answer: WhatIfAnswer): string[] {
  const { campaign, timestep, own, settings, recorded, found } = answer;
  const { updates, firstDifference } = found;
  const exact = updates.filter((update) => update.exact).length;
  const wrecks =
    recorded.afterWrecks === 0 ? '' : `, and ${recorded.afterWrecks} after wrecks, which any settings take`;
  return [
    `campaign ${campaign}: ${recorded.taken} updates were made${wrecks}`,
    ...(recorded.unasked === 0
      ? []
      : [
          `  and ${recorded.unasked} more structures were taken in its last round, at the end of which it needed no more: they are counted below`,
        ]),
    `  its own    ${describeAcquisition(own, timestep)}`,
    `  what if    ${describeAcquisition(settings, timestep)}`,
    answer.reproduced
      ? '  check      its own settings give back every decision that was made'
      : '  check      its own settings do NOT give back the decisions that were made: trust nothing below',
    '',
    `updates that would have been made: ${updates.length}`,
    ...differenceLines(firstDifference, timestep),
    ...(firstDifference === null
      ? []
      : [
          `  ${exact} up to there: exact`,
          `  ${updates.length - exact} afterwards: an extrapolation along the recorded trajectory, with the ε_B of the force fields that the campaign really had`,
        ]),
    ...(updates.length === 0 ? [] : ['', ...table(answer)]),
  ];
}

function differenceLines(difference: Difference | null, timestep: number): string[] {
  if (difference === null)
    return ['  no difference: these settings make the same updates, all of this is exact'];
  const { round, walker, step, kind, rule } = difference;
  const where = `walker ${walker}, round ${round}, step ${step} (${time(step, timestep)})`;
  const what = {
    taken: `a structure is taken there by ${rule}, which the campaign did not take`,
    'not-taken': `the campaign took a structure there by ${rule}, which is not taken`,
    screening: 'the same structures go into screening with other thresholds: it might keep others',
  }[kind];
  return [`  first difference: ${where}: ${what}`];
}

function table({ found, timestep }: WhatIfAnswer): string[] {
  const head = ['walker', 'step', 'time', 'rule', 'ε_B', 'threshold', ''];
  const rows = found.updates.map((u) => [
    String(u.walker),
    String(u.step),
    time(u.step, timestep),
    u.rule ?? '',
    (TO_MEV * u.error).toFixed(3),
    Number.isFinite(u.threshold) ? (TO_MEV * u.threshold).toFixed(3) : '–',
    u.exact ? 'exact' : 'extrapolated',
  ]);
  const widths = head.map((cell, c) => Math.max(cell.length, ...rows.map((row) => row[c].length)));
  return [head, ...rows].map((row) =>
    `  ${row.map((cell, c) => cell.padEnd(widths[c])).join('  ')}`.trimEnd(),
  );
}

/** One line, e.g. `ε_B (rms) > μ + 3 σ, each step, window 1000, …`. */
export function describeAcquisition(settings: AcquisitionSettings, timestep: number): string {
  const { criterion, quantity, every, window, minWindow, minGap, stall } = settings;
  return [
    `ε_B (${quantity}) > ${thresholdOf(criterion)}`,
    every === 1 ? 'each step' : `each ${every} steps`,
    `window ${window}${minWindow === window ? '' : ` (from ${minWindow} on)`} steps`,
    minGap === 0 ? 'no gap' : `gap ${time(minGap, timestep)}`,
    stall === null
      ? 'no stall rule'
      : `stall rule after ${time(stall.after, timestep)} below ${stall.structures} structures or above ${stall.fraction} β^-1/2`,
  ].join(', ');
}

function thresholdOf(criterion: CriterionSettings): string {
  switch (criterion.name) {
    case 'trajectory-average':
      return `${criterion.gamma} μ`;
    case 'trajectory-deviation':
      return `μ + ${criterion.n} σ`;
    case 'minimum-error':
      return `mean of the last ${criterion.last} ε_min`;
    case 'fixed':
      return criterion.threshold === undefined
        ? `${criterion.fractionOfFittingError} β^-1/2`
        : `${TO_MEV * criterion.threshold} meV/Å`;
  }
}

function time(steps: number, timestep: number): string {
  return picoseconds((steps * timestep) / 1e3);
}
