import type { KPoints } from '../kpoints.js';
import type { NamelistSettings, QuantumEspressoSettings } from './settings.js';

/** One member of a convergence series. */
export interface SeriesMember {
  readonly name: string;
  readonly settings: QuantumEspressoSettings;
}

/** What a series varies. */
export type SeriesOf = 'kpoints' | 'cutoff';

/** Denser and denser settings, the campaign's own first; the last is what the others are compared with. */
export function convergenceSeries(settings: QuantumEspressoSettings, of: SeriesOf): readonly SeriesMember[] {
  return of === 'cutoff' ? cutoffs(settings) : grids(settings);
}

const CUTOFFS = [1, 1.25, 1.5, 2];

function cutoffs(settings: QuantumEspressoSettings): readonly SeriesMember[] {
  const { ecutwfc, ecutrho } = settings.system;
  return CUTOFFS.map((factor) => {
    const cutoff = Math.round(factor * Number(ecutwfc));
    // A density cutoff of one's own keeps its ratio.
    const density: NamelistSettings =
      ecutrho === undefined ? {} : { ecutrho: Math.round((Number(ecutrho) * cutoff) / Number(ecutwfc)) };
    return {
      name: `${cutoff} Ry`,
      settings: { ...settings, system: { ...settings.system, ecutwfc: cutoff, ...density } },
    };
  });
}

function grids(settings: QuantumEspressoSettings): readonly SeriesMember[] {
  const { kpoints } = settings;
  const [a, b, c] = kpoints === 'gamma' ? [1, 1, 1] : kpoints.grid;
  const denser = [1, 2].map((k): KPoints => ({ grid: [a + k, b + k, c + k], shift: [1, 1, 1] }));
  return [kpoints, ...denser].map((points) => ({
    name:
      points === 'gamma'
        ? 'gamma'
        : `${points.grid.join('×')}${points.shift?.some((s) => s === 1) ? ' shifted' : ''}`,
    settings: { ...settings, kpoints: points },
  }));
}
