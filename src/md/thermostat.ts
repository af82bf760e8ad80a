import type { Stream } from '../numerics/random/streams.js';
import { createBussi } from './bussi.js';
import type { Integrator } from './integrator.js';
import { createLangevin } from './langevin.js';
import type { TemperatureProgram } from './temperature.js';
import type { ForceFunction } from './types.js';
import { createVerlet } from './verlet.js';

/** What holds the temperature: Langevin dynamics, stochastic velocity rescaling, or nothing. */
export type ThermostatName = 'langevin' | 'bussi' | 'nve';

/** A campaign explores at a temperature: NVE would heat or cool with every refit, since each changes the energy surface. */
export type ExplorationThermostat = Exclude<ThermostatName, 'nve'>;

export interface ThermostatSettings {
  readonly thermostat: ThermostatName;
  /** K */
  readonly temperature: TemperatureProgram;
  /** fs */
  readonly timestep: number;
  /** 1/fs */
  readonly friction: number;
  readonly seed: number | string;
  readonly walker: number;
  /** Random numbers of the thermostat; default: that of exploration. */
  readonly stream?: Stream;
}

export function createIntegrator(
  { thermostat, ...settings }: ThermostatSettings,
  masses: Float64Array,
  force: ForceFunction,
): Integrator {
  switch (thermostat) {
    case 'langevin':
      return createLangevin(settings, masses, force);
    case 'bussi':
      return createBussi(settings, masses, force);
    case 'nve':
      return createVerlet(settings.timestep, masses, force);
  }
}

/** MD steps in which the kinetic energy forgets an earlier target: ten relaxation times 1/(2γ). */
export function thermostatMemory({
  friction,
  timestep,
}: Pick<ThermostatSettings, 'friction' | 'timestep'>): number {
  return Math.ceil(5 / (friction * timestep));
}
