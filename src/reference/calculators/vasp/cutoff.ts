import type { SeriesMember } from '../../series.js';
import type { VaspSettings } from './settings.js';

/** The settings with `factor` times the plane-wave cutoff. */
export function withCutoff(settings: VaspSettings, factor: number): SeriesMember<VaspSettings> {
  const cutoff = Math.round(factor * Number(settings.incar['ENCUT']));
  return { name: `${cutoff} eV`, settings: { ...settings, incar: { ...settings.incar, ENCUT: cutoff } } };
}
