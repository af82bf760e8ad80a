import { csv } from '../report/csv.js';
import { TO_MEV } from '../units.js';
import type { Course } from './course.js';
import type { Series } from './figures.js';
import type { FitPoint } from './fits.js';

/** Every refit of every run, as CSV. */
export function coursesCsv(series: readonly Series<Course>[], seeds: readonly number[]): string {
  return csv(
    [
      'variant',
      'seed',
      'time (ps)',
      'structures',
      'from MD',
      'fitting error (meV/A)',
      'test RMSE (meV/A)',
      'test MAE (meV/A)',
      'expected RMSE (meV/A)',
      'log evidence',
    ],
    series.flatMap(({ name, runs }) =>
      runs.flatMap(({ points }, run) =>
        points.map((p) => [
          name,
          seeds[run],
          p.time,
          p.structures,
          p.fromMd,
          mev(p.fittingError),
          mev(p.rmse),
          mev(p.mae),
          mev(p.expected),
          p.logEvidence,
        ]),
      ),
    ),
  );
}

/** Every fit of every prior, as CSV. */
export function fitsCsv(series: readonly Series<readonly FitPoint[]>[], seeds: readonly number[]): string {
  return csv(
    [
      'prior',
      'seed',
      'structures',
      'fitting error (meV/A)',
      'test RMSE (meV/A)',
      'log evidence',
      'effective parameters',
    ],
    series.flatMap(({ name, runs }) =>
      runs.flatMap((curve, run) =>
        curve.map((p) => [
          name,
          seeds[run],
          p.structures,
          mev(p.fittingError),
          mev(p.rmse),
          p.logEvidence,
          p.effectiveParameters,
        ]),
      ),
    ),
  );
}

/** Rows under heads, columns aligned to the right but the first. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, k) => all.reduce((most, row) => Math.max(most, [...row[k]].length), 0));
  const pad = (text: string, k: number) => {
    const space = ' '.repeat(widths[k] - [...text].length);
    return k === 0 ? text + space : space + text;
  };
  return all.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** eV/Å to meV/Å for a table of text. */
export function mevText(error: number, digits = 2): string {
  return Number.isFinite(error) ? (TO_MEV * error).toFixed(digits) : '–';
}

export function percentText(fraction: number): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(1)} %` : '–';
}

function mev(error: number): number | null {
  return Number.isFinite(error) ? Number((TO_MEV * error).toPrecision(9)) : null;
}
