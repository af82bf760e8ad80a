import type { CorrectionPolicy, SettingValue } from '../../ladder.js';
import type { LauncherSettings } from '../../launchers/settings.js';
import type { KPoints } from '../kpoints.js';

/** The keys of one namelist, in pw.x's own words. */
export type NamelistSettings = Readonly<Record<string, SettingValue>>;

/** Quantum ESPRESSO's pw.x, one process for each structure. */
export interface QuantumEspressoSettings {
  readonly calculator: 'quantum-espresso';
  /** Program and arguments, no shell; `-in FILE` is added. */
  readonly command?: readonly string[];
  readonly control?: NamelistSettings;
  readonly system: NamelistSettings;
  readonly electrons?: NamelistSettings;
  /** By species; paths relative to the campaign's folder. */
  readonly pseudopotentials: Readonly<Record<string, { readonly file: string; readonly sha256?: string }>>;
  readonly kpoints: KPoints;
  /** Wall-clock limit of one run, s. */
  readonly timeout?: number;
  /** Limit of resident memory of one run, MiB. */
  readonly memory?: number;
  /** Variables of the program's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly corrections?: CorrectionPolicy;
  /** Where it runs; no part of a label's identity. */
  readonly launcher?: LauncherSettings;
}
