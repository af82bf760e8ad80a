import { inputError } from '../../../errors.js';
import type { SeriesMember } from '../../series.js';
import type { GpawSettings } from './settings.js';

/** The settings with `factor` times the plane-wave cutoff; throws `InputError` where the mode is another one. */
export function withCutoff(settings: GpawSettings, factor: number): SeriesMember<GpawSettings> {
  const { mode } = settings.parameters;
  if (typeof mode !== 'object' || !('ecut' in mode)) {
    throw inputError({
      field: '--converge',
      message: 'there is no plane-wave cutoff',
      got: JSON.stringify(mode),
      expected: 'mode: {name: pw, ecut: …}',
    });
  }
  const ecut = Math.round(factor * Number(mode.ecut));
  const parameters = { ...settings.parameters, mode: { ...mode, ecut } };
  return { name: `${ecut} eV`, settings: { ...settings, parameters } };
}
