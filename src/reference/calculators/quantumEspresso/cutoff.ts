import type { SeriesMember } from '../../series.js';
import type { NamelistSettings, QuantumEspressoSettings } from './settings.js';

/** The settings with `factor` times the plane-wave cutoff; a density cutoff of one's own keeps its ratio. */
export function withCutoff(
  settings: QuantumEspressoSettings,
  factor: number,
): SeriesMember<QuantumEspressoSettings> {
  const { ecutwfc, ecutrho } = settings.system;
  const cutoff = Math.round(factor * Number(ecutwfc));
  const density: NamelistSettings =
    ecutrho === undefined ? {} : { ecutrho: Math.round((Number(ecutrho) * cutoff) / Number(ecutwfc)) };
  return {
    name: `${cutoff} Ry`,
    settings: { ...settings, system: { ...settings.system, ecutwfc: cutoff, ...density } },
  };
}
