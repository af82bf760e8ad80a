import { localLauncher } from './local.js';
import type { LauncherSettings } from './settings.js';
import { slurmLauncher } from './slurm/launcher.js';
import type { Launcher } from './types.js';

/** What a reference's settings say of where it runs. */
export interface Launched {
  readonly launcher?: LauncherSettings;
  /** MiB of one calculation. */
  readonly memory?: number;
}

/** The launcher of these settings; throws `InputError` for a job script that cannot be used. */
export function createLauncher({ launcher, memory }: Launched, folder: string): Launcher {
  return launcher?.kind === 'slurm' ? slurmLauncher(launcher, folder, memory !== undefined) : localLauncher;
}
