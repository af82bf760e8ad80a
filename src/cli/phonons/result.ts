import type { BandPath } from '../../forcefield/bands/bandPath.js';
import type { PhononStudy } from '../../forcefield/bands/phononStudy.js';
import { THZ_TO_WAVENUMBER } from '../../units.js';

/** What `anharmony phonons --json` prints and phonons.json holds; frequencies in THz, negative where imaginary. */
export interface PhononSummary {
  readonly forceField: string;
  readonly path: { readonly table: string; readonly points: readonly NamedFrequencies[] };
  readonly stability: PhononStudy['stability'];
  readonly mesh: PhononStudy['mesh'];
  /** THz */
  readonly smearing: number;
}

/** The frequencies at a named point of the path. */
export interface NamedFrequencies {
  readonly label: string;
  /** In reciprocal vectors of the force field's primitive cell. */
  readonly q: readonly number[];
  readonly frequencies: readonly number[];
  /** Posterior standard deviations; null for least squares. */
  readonly deviations: readonly number[] | null;
}

export function phononSummary(path: string, study: PhononStudy, bandPath: BandPath): PhononSummary {
  return {
    forceField: path,
    path: { table: bandPath.table, points: namedFrequencies(study) },
    stability: study.stability,
    mesh: study.mesh,
    smearing: study.density.smearing,
  };
}

/** Each name once, as it is met along the path. */
function namedFrequencies({ bands }: PhononStudy): readonly NamedFrequencies[] {
  const found = new Map<string, NamedFrequencies>();
  for (const { piece, table } of bands) {
    for (const { label, distance } of piece.labels) {
      if (found.has(label)) continue;
      const at = piece.distance.indexOf(distance);
      const part = (values: Float64Array) => [
        ...values.slice(at * table.branches, (at + 1) * table.branches),
      ];
      found.set(label, {
        label,
        q: [...piece.q.slice(3 * at, 3 * at + 3)],
        frequencies: part(table.frequencies),
        deviations: table.spread === undefined ? null : part(table.spread.deviation),
      });
    }
  }
  return [...found.values()];
}

/** One row for each point of the path: where it is, then frequency, deviation, 16th and 84th percentile of each branch. */
export function bandsCsv({ bands }: PhononStudy): string {
  const { branches } = bands[0].table;
  const columns = Array.from({ length: branches }, (_, k) => k + 1).flatMap((k) =>
    ['THz', 'deviation_THz', 'low_THz', 'high_THz'].map((what) => `branch${k}_${what}`),
  );
  const rows = bands.flatMap(({ piece, table }, p) =>
    [...piece.distance].map((distance, i) => {
      const label = piece.labels.find((l) => l.distance === distance)?.label ?? '';
      const values = Array.from({ length: branches }, (_, b) => i * branches + b).flatMap((k) => {
        const { spread, frequencies } = table;
        if (spread === undefined) return [String(frequencies[k]), '', '', ''];
        return [frequencies[k], spread.deviation[k], spread.low[k], spread.high[k]].map(String);
      });
      return [p + 1, label, distance, ...piece.q.subarray(3 * i, 3 * i + 3), ...values].join(',');
    }),
  );
  return `${['piece,label,distance_per_A,q1,q2,q3', ...columns].join(',')}\n${rows.join('\n')}\n`;
}

export function densityCsv({ density }: PhononStudy): string {
  const rows = [...density.frequency].map((f, i) => `${f},${density.density[i]}`);
  return `frequency_THz,modes_per_THz\n${rows.join('\n')}\n`;
}

/** For a person. */
export function describePhonons({ path, stability, mesh, smearing }: PhononSummary): string {
  const width = Math.max(...path.points.map((point) => point.label.length), 1);
  const lines = path.points.map(({ label, frequencies, deviations }) => {
    const values = frequencies.map((f, k) => {
      const error = deviations === null ? '' : ` ± ${significant(deviations[k])}`;
      return `${f.toFixed(3).replace(/^-0\.000$/, '0.000')}${error}`;
    });
    return `  ${label.padEnd(width)}  ${values.join('  ')}`;
  });
  const highest = Math.max(...path.points.flatMap((point) => point.frequencies));
  return [
    'frequencies (THz; ± one posterior standard deviation)',
    ...lines,
    `highest of these: ${highest.toFixed(3)} THz = ${(highest * THZ_TO_WAVENUMBER).toFixed(1)} cm⁻¹`,
    `density of states: mesh ${mesh.divisions.join('×')} (${mesh.irreducible} irreducible points), Gaussian smearing ${smearing.toFixed(3)} THz`,
    describeStability(stability),
  ].join('\n');
}

export function describeStability({
  verdict,
  lowest,
  unstableFraction,
  samples,
}: PhononStudy['stability']): string {
  const error = lowest.deviation === null ? '' : ` ± ${significant(lowest.deviation)}`;
  const q = lowest.q.map((x) => Number(x.toFixed(4))).join(' ');
  const votes =
    unstableFraction === null
      ? 'no error bars: least squares'
      : `${Math.round(unstableFraction * samples)} of ${samples} samples of the posterior have an imaginary mode`;
  const meaning = verdict === 'undecided' ? 'undecided within the error bars' : verdict;
  return `the crystal is dynamically ${meaning}: lowest frequency ${lowest.frequency.toFixed(3)}${error} THz at q = (${q}); ${votes}`;
}

function significant(value: number): string {
  return value >= 9.95e-4 ? value.toFixed(3) : value < 5e-6 ? '0' : value.toPrecision(1);
}
