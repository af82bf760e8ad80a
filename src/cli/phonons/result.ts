import type { BandPath } from '../../forcefield/bands/bandPath.js';
import type { PhononStudy } from '../../forcefield/bands/phononStudy.js';
import { describeStability, frequencyError } from '../../report/stability.js';
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

/** For a person. */
export function describePhonons({ path, stability, mesh, smearing }: PhononSummary): string {
  const width = Math.max(...path.points.map((point) => point.label.length), 1);
  const lines = path.points.map(({ label, frequencies, deviations }) => {
    const values = frequencies.map((f, k) => {
      const error = deviations === null ? '' : ` ± ${frequencyError(deviations[k])}`;
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
