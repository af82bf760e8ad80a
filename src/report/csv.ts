import { TO_MEV } from '../units.js';
import { bandsCsv } from './bandsCsv.js';
import { histogram } from './figures/zHistogram.js';
import type { ReportData, WalkerTrace } from './types.js';

/** A file to be written beside the page. */
export interface ReportFile {
  readonly name: string;
  readonly content: string;
}

export type Value = string | number | boolean | null | undefined;

/** The figures' data as CSV, units in the header row, force errors in meV/Å; unknown values are empty. */
export function reportFiles(data: ReportData): readonly ReportFile[] {
  return [
    ...data.traces.map((trace) => ({
      name: `trajectory-walker-${trace.walker}.csv`,
      content: traceCsv(trace),
    })),
    { name: 'refits.csv', content: refitsCsv(data) },
    { name: 'structures.csv', content: structuresCsv(data) },
    { name: 'bayesian-error-histogram.csv', content: histogramCsv(data) },
    { name: 'force-constants.csv', content: forceConstantsCsv(data) },
    ...(data.phonons ? [{ name: 'bands.csv', content: bandsCsv(data.phonons) }] : []),
  ];
}

function traceCsv({ time, error, mean, deviation, threshold }: WalkerTrace): string {
  const lines = ['time (ps),epsilon_B (meV/A),mu_k (meV/A),sigma_k (meV/A),threshold (meV/A)'];
  for (let i = 0; i < time.length; i++) {
    lines.push(line([time[i], mev(error[i]), mev(mean[i]), mev(deviation[i]), mev(threshold[i])]));
  }
  return `${lines.join('\n')}\n`;
}

function refitsCsv({ refits }: ReportData): string {
  return csv(
    [
      'refit',
      'time (ps)',
      'random',
      'phonon',
      'imported',
      'MD',
      'fitting error (meV/A)',
      'mu (meV/A)',
      'sigma (meV/A)',
      'expected RMSE (meV/A)',
      'test RMSE (meV/A)',
      'test MAE (meV/A)',
      'log evidence',
      'effective parameters',
      'counted',
    ],
    refits.map((refit) => [
      refit.index + 1,
      refit.times.length === 0 ? 0 : Math.max(...refit.times),
      ...(['random', 'phonon', 'imported', 'MD'] as const).map((group) => refit.groups[group] ?? 0),
      mev(refit.fittingError),
      mev(refit.mean),
      mev(refit.deviation),
      mev(refit.expectedRmse),
      mev(refit.test?.rmse),
      mev(refit.test?.mae),
      refit.logEvidence,
      refit.effectiveParameters,
      refit.counted,
    ]),
  );
}

function structuresCsv({ structures }: ReportData): string {
  return csv(
    [
      'structure',
      'group',
      'status',
      'walker',
      'step',
      'time (ps)',
      'rule',
      'epsilon_B (meV/A)',
      'threshold (meV/A)',
      'mu_k (meV/A)',
      'sigma_k (meV/A)',
      'temperature (K)',
      'worst atom',
      'predicted (meV/A)',
      'found (meV/A)',
      'attempts',
      'reference (s)',
      'label sha256',
    ],
    structures.map(({ index, group, status, pick, check, attempts, seconds, label }) => [
      index,
      group,
      status,
      pick === null ? null : pick.walker,
      pick?.step,
      pick?.time,
      pick?.rule,
      mev(pick?.error),
      mev(pick?.threshold),
      mev(pick?.mean),
      mev(pick?.deviation),
      pick?.temperature,
      pick === null ? null : pick.worstAtom + 1,
      mev(check?.predicted),
      mev(check?.found),
      attempts,
      seconds,
      label,
    ]),
  );
}

function histogramCsv({ standardisedError }: ReportData): string {
  const bins = standardisedError === null ? [] : histogram(standardisedError.z);
  return csv(
    ['z_B from', 'z_B to', 'samples', 'density'],
    bins.map((bin) => [bin.from, bin.to, bin.samples, bin.density]),
  );
}

function forceConstantsCsv({ forceConstants }: ReportData): string {
  return csv(
    ['order', 'size (A)', 'norm (eV/A^order)', 'standard deviation (eV/A^order)', 'cluster'],
    forceConstants.map((norm) => [norm.order, norm.size, norm.norm, norm.deviation, norm.cluster]),
  );
}

/** A table as CSV; numbers that are not finite and unknown values are empty. */
export function csv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  return `${[head, ...rows].map(line).join('\n')}\n`;
}

function line(values: readonly Value[]): string {
  return values.map(cell).join(',');
}

/** Quoted where CSV needs it (RFC 4180); a text that a spreadsheet would run as a formula gets a leading quote. */
function cell(value: Value): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** eV/Å to meV/Å to nine significant digits. */
function mev(error: number | null | undefined): number | null {
  return error === null || error === undefined || !Number.isFinite(error)
    ? null
    : Number((error * TO_MEV).toPrecision(9));
}
