/** On this machine, by this program itself. */
export interface ProcessLauncherSettings {
  readonly kind: 'process';
}

/** Through Slurm's sbatch, from a script that the campaign gives. */
export interface SlurmLauncherSettings {
  readonly kind: 'slurm';
  /** A file relative to the campaign's folder, or the script itself (more than one line). */
  readonly script: string;
  /** For `{tasks}`. */
  readonly tasks?: number;
  /** Seconds between two looks at the queue. */
  readonly poll?: number;
}

export type LauncherSettings = ProcessLauncherSettings | SlurmLauncherSettings;
