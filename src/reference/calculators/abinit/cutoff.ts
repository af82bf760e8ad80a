import type { SeriesMember } from '../../series.js';
import { flatVariables } from './check.js';
import type { AbinitSettings, AbinitVariables } from './settings.js';
import { numberOf } from './values.js';

/** The settings with `factor` times the plane-wave cutoff; that of PAW's fine grid keeps its ratio. */
export function withCutoff(settings: AbinitSettings, factor: number): SeriesMember<AbinitSettings> {
  const { ecut, pawecutdg } = flatVariables(settings.variables);
  const cutoff = Math.round(factor * numberOf(ecut));
  const fine: AbinitVariables =
    pawecutdg === undefined ? {} : { pawecutdg: Math.ceil((numberOf(pawecutdg) * cutoff) / numberOf(ecut)) };
  const others = Object.entries(settings.variables).filter(([key]) => !/^\s*(ecut|pawecutdg)\s*$/i.test(key));
  return {
    name: `${cutoff} Ha`,
    settings: { ...settings, variables: { ...Object.fromEntries(others), ecut: cutoff, ...fine } },
  };
}
