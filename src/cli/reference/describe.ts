import type { CampaignSettings } from '../../campaign/schema.js';
import type { LabelAnswer } from '../../reference/attempts.js';
import { TO_MEV } from '../../units.js';

/** What a single point says, a line each. */
export function answerLines(answer: LabelAnswer): string[] {
  const lines = answer.attempts.map((attempt) => {
    const corrected = attempt.corrections ? `, corrected by ${attempt.corrections.join(', ')}` : '';
    const physics = attempt.changesPhysics ? ' (changes the physics)' : '';
    const reason = attempt.reason ? `: ${attempt.reason}` : '';
    return `attempt ${attempt.number}   ${attempt.outcome} by ${attempt.program} after ${time(attempt.seconds)}${corrected}${physics}${reason}`;
  });
  if (!answer.accepted) return [...lines, `no label    ${answer.reason}`];
  const { energy, forces, peakMemory } = answer.result;
  return [
    ...lines,
    `energy      ${energy.toFixed(6)} eV`,
    `forces      rms ${meV(rms(forces))}, largest component ${meV(largest(forces))}, net ${meV(answer.netForce)} per atom`,
    ...(peakMemory
      ? [`memory      ${Math.ceil(peakMemory / 1_048_576)} MiB at most, all processes together`]
      : []),
  ];
}

/** What a campaign costs where it needs as many structures as the convergence rules ask for at least, and twice as many from MD. */
export function costLine({ initial, convergence, reference }: CampaignSettings, seconds: number): string {
  const initially = 1 + initial.random.count + initial.phonon.count;
  const [few, many] = [initially + convergence.minStructures, initially + 2 * convergence.minStructures];
  const cost = (structures: number): string => time((structures * seconds) / reference.slots);
  const slots = `${reference.slots} ${reference.slots === 1 ? 'slot' : 'slots'}`;
  return `campaign    ${few} to ${many} such calculations, ${cost(few)} to ${cost(many)} on ${slots}`;
}

export interface SeriesRow {
  readonly name: string;
  readonly seconds: number;
  readonly forces: Float64Array;
}

/** Force errors that stay below what a fourth-order expansion leaves over in a simple crystal, eV/Å. */
const GOOD = 2e-3;

/** The series as a table against its last member, with the cheapest settings that are good enough. */
export function seriesLines(rows: readonly SeriesRow[]): string[] {
  const best = rows[rows.length - 1];
  const errors = rows.map(({ forces }) => forces.map((f, i) => f - best.forces[i]));
  const table = rows.map(({ name, seconds }, k) =>
    row(
      name,
      time(seconds),
      k === rows.length - 1 ? 'reference' : number(rms(errors[k])),
      k === rows.length - 1 ? '' : number(largest(errors[k])),
    ),
  );
  const good = rows.slice(0, -1).findIndex((_, k) => rms(errors[k]) <= GOOD);
  const advice =
    good === 0
      ? `the campaign's own settings (${rows[0].name}) are good enough: below ${TO_MEV * GOOD} meV/Å (rms)`
      : good > 0
        ? `take ${rows[good].name}: the cheapest below ${TO_MEV * GOOD} meV/Å (rms)`
        : `none but ${best.name} is below ${TO_MEV * GOOD} meV/Å (rms), and nothing shows that it is enough: set it in the campaign and run the series again`;
  return [row('settings', 'time', 'rms meV/Å', 'max meV/Å'), ...table, advice];
}

function row(...[name, seconds, error, most]: readonly string[]): string {
  return `${name.padEnd(18)}${seconds.padStart(10)}${error.padStart(12)}${most.padStart(12)}`.trimEnd();
}

const number = (eV: number): string => (TO_MEV * eV).toPrecision(3);
const meV = (eV: number): string => `${number(eV)} meV/Å`;

function rms(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length);
}

function largest(values: Float64Array): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

function time(seconds: number): string {
  if (seconds < 120) return `${seconds.toPrecision(3)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
