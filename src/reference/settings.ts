import type { QuantumEspressoSettings } from './calculators/quantumEspresso/settings.js';
import type { VaspSettings } from './calculators/vasp/settings.js';
import type { LauncherSettings } from './launchers/settings.js';

/** The published silicon potential; built in. */
export interface StillingerWeberSettings {
  readonly calculator: 'stillinger-weber';
}

/** Shifted force, one species, all periodic images; built in. */
export interface LennardJonesSettings {
  readonly calculator: 'lennard-jones';
  /** eV */
  readonly epsilon: number;
  /** Å */
  readonly sigma: number;
  /** Å */
  readonly cutoff: number;
}

/** Any program: extended XYZ in, extended XYZ with forces out. */
export interface CommandSettings {
  readonly calculator: 'command';
  /** Program and arguments, no shell; `{input}`, `{output}` and `{scratch}` are filled in. */
  readonly command: readonly string[];
  /** Further files, relative to the campaign's folder, whose contents can change forces. */
  readonly files?: readonly string[];
  /** Wall-clock limit of one calculation, s. */
  readonly timeout?: number;
  /** Limit of the memory of one calculation, MiB. */
  readonly memory?: number;
  /** Where it runs; no part of a label's identity. */
  readonly launcher?: LauncherSettings;
}

/** Which reference code, with everything that can change its forces. */
export type ReferenceSettings =
  | StillingerWeberSettings
  | LennardJonesSettings
  | CommandSettings
  | QuantumEspressoSettings
  | VaspSettings;

/** What the label gate tolerates. */
export interface GateLimits {
  /** Largest |ΣF| / atoms, eV/Å. */
  readonly netForce: number;
  /** Smallest distance between two atoms, periodic images included, Å. */
  readonly minimumDistance: number;
  /** Largest force on an atom, eV/Å. */
  readonly largestForce: number;
}

export const DEFAULT_GATE_LIMITS: GateLimits = { netForce: 0.01, minimumDistance: 0.7, largestForce: 100 };
