import type { CorrectionPolicy, SettingValue } from '../../ladder.js';
import type { LauncherSettings } from '../../launchers/settings.js';
import type { KPoints } from '../kpoints.js';

/** INCAR tags in VASP's own words; lists for tags such as MAGMOM. */
export type IncarSettings = Readonly<Record<string, SettingValue | readonly number[]>>;

/** Where the POTCARs of the user's own licence lie. */
export interface PotcarSettings {
  /** A folder of folders, each with a POTCAR, as VASP distributes them; relative to the campaign's folder. */
  readonly library: string;
  /** Folder in the library, by species: `Sn: Sn_d`. */
  readonly names: Readonly<Record<string, string>>;
  /** Checksum of the file, by species. */
  readonly sha256?: Readonly<Record<string, string>>;
}

/** VASP, one process for each structure. */
export interface VaspSettings {
  readonly calculator: 'vasp';
  /** Program and arguments, no shell. */
  readonly command?: readonly string[];
  readonly incar: IncarSettings;
  readonly kpoints: KPoints;
  readonly potcar: PotcarSettings;
  /** Wall-clock limit of one run, s. */
  readonly timeout?: number;
  /** Where it runs; absent: here. */
  readonly launcher?: LauncherSettings;
  /** Limit of resident memory of one run, MiB. */
  readonly memory?: number;
  /** Variables of the program's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly corrections?: CorrectionPolicy;
}
