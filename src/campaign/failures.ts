import type { LedgerEntryBody } from './ledger.js';
import type { PendingStructure, PickSummary } from './state.js';

/** Structures from MD of one fate: their number and the sums of what they were taken at. */
export interface Tally {
  readonly count: number;
  /** ε_B of the criterion's quantity, eV/Å, and kinetic temperature, K: sums and sums of squares. */
  readonly error: readonly [number, number];
  readonly temperature: readonly [number, number];
}

/** What became of the structures from MD at the reference. */
export interface Fates {
  readonly accepted: Tally;
  readonly lost: Tally;
}

const NONE: Tally = { count: 0, error: [0, 0], temperature: [0, 0] };
export const NO_FATES: Fates = { accepted: NONE, lost: NONE };

/** Fewest accepted structures that say what is usual. */
const FEWEST = 5;
/** Standard errors beyond which the lost lie apart from the accepted. */
const APART = 3;

/** The fates with a batch whose labels are in; one that was lost before and is accepted now changes sides. */
export function countFates(before: Fates, batch: readonly PendingStructure[]): Fates {
  let { accepted, lost } = before;
  for (const { group, pick, label, retried } of batch) {
    if (group !== 'md' || pick === null || label === null) continue;
    if (label.accepted) {
      accepted = add(accepted, pick, 1);
      if (retried) lost = add(lost, pick, -1);
    } else if (!retried) lost = add(lost, pick, 1);
  }
  return { accepted, lost };
}

/** The same from a ledger. */
export function fatesOf(ledger: readonly LedgerEntryBody[]): Fates {
  const picks = new Map<number, PickSummary>();
  const accepted = new Map<number, boolean>();
  for (const entry of ledger) {
    if (entry.type === 'asked' && entry.group === 'md' && entry.pick) picks.set(entry.structure, entry.pick);
    if (entry.type === 'labelled' || entry.type === 'quarantined')
      accepted.set(entry.structure, entry.type === 'labelled');
  }
  const tally = (fate: boolean) =>
    [...picks]
      .filter(([structure]) => accepted.get(structure) === fate)
      .reduce((sum, [, pick]) => add(sum, pick, 1), NONE);
  return { accepted: tally(true), lost: tally(false) };
}

function add(tally: Tally, { error, temperature }: PickSummary, sign: 1 | -1): Tally {
  const sum = ([first, second]: readonly [number, number], x: number): [number, number] => [
    first + sign * x,
    second + sign * x * x,
  ];
  return {
    count: tally.count + sign,
    error: sum(tally.error, error),
    temperature: sum(tally.temperature, temperature),
  };
}

/** Whether the training set lacks a kind of structure because its reference calculations fail. */
export interface Bias {
  readonly lost: number;
  readonly of: number;
  readonly error: Comparison;
  readonly temperature: Comparison;
  readonly apart: boolean;
}

export interface Comparison {
  readonly lost: number;
  readonly accepted: number;
  /** Standard deviation of the accepted. */
  readonly deviation: number;
  /** Difference of the means in standard errors; null where too few were accepted to tell. */
  readonly z: number | null;
}

/** null where nothing was lost. */
export function failureBias({ accepted, lost }: Fates): Bias | null {
  if (lost.count === 0) return null;
  const error = compare(accepted, lost, 'error');
  const temperature = compare(accepted, lost, 'temperature');
  const apart = [error, temperature].some(({ z }) => z !== null && Math.abs(z) > APART);
  return { lost: lost.count, of: lost.count + accepted.count, error, temperature, apart };
}

function compare(accepted: Tally, lost: Tally, of: 'error' | 'temperature'): Comparison {
  const usual = moments(accepted.count, accepted[of]);
  const { mean } = moments(lost.count, lost[of]);
  const standardError = usual.deviation * Math.sqrt(1 / lost.count + 1 / accepted.count);
  const z = accepted.count < FEWEST || standardError === 0 ? null : (mean - usual.mean) / standardError;
  return { lost: mean, accepted: usual.mean, deviation: usual.deviation, z };
}

function moments(count: number, [sum, squares]: readonly [number, number]) {
  const mean = sum / count;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / count - mean * mean)) };
}

/** A sentence about it. */
export function biasText({ lost, of, error, temperature, apart }: Bias): string {
  const meV = (x: number) => (1e3 * x).toPrecision(3);
  const usual =
    of > lost
      ? `: ε_B ${meV(error.lost)} against ${meV(error.accepted)} ± ${meV(error.deviation)} meV/Å, ${temperature.lost.toFixed(0)} K against ${temperature.accepted.toFixed(0)} ± ${temperature.deviation.toFixed(0)} K of the accepted`
      : '';
  const found = `${lost} of ${of} structures from MD have no label${usual}`;
  if (!apart)
    return error.z === null
      ? found
      : `${found}; they do not lie apart, so the training set lacks no kind of structure`;
  const hot = (temperature.z ?? 0) > APART || (error.z ?? 0) > APART;
  return `${found}; they lie apart: the training set lacks the ${hot ? 'hottest and least known' : 'coldest and best known'} structures, and the force field will be ${hot ? 'wrong where it matters most' : 'biased towards the others'}: mend the reference for them (\`anharmony resolve\`)`;
}
