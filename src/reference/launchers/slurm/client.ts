import { execFile } from 'node:child_process';
import { ReferenceFailure } from '../../failures.js';

/** What one of Slurm's commands said. */
export interface Said {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** ms: the commands themselves try for up to a minute where the controller does not answer. */
const PATIENCE = 30_000;

/** Runs one of Slurm's commands; throws `ReferenceFailure` where it is not installed. `ok` is false for a refusal and for silence. */
export function slurmCommand(program: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve, reject) => {
    // English messages and times, whoever runs it.
    const env = { ...process.env, LC_ALL: 'C', SLURM_TIME_FORMAT: 'standard' };
    const options = { env, timeout: PATIENCE, killSignal: 'SIGKILL' as const, maxBuffer: 64 * 1_048_576 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') {
        reject(
          new ReferenceFailure(`Slurm's ${program} is not installed here`, {
            failureClass: 'input-wrong',
            symptom: 'not-started',
            hint: 'run the worker where jobs are submitted, or choose another reference.launcher',
          }),
        );
        return;
      }
      resolve({ ok: error === null, stdout, stderr: stderr.trim() });
    });
  });
}

/** Words of a controller, or of the authentication before it, that is not there or too busy. */
const SILENT =
  /unable to contact|socket timed out|connection (refused|reset|timed out)|communication|zero bytes|temporarily unable|temporarily unavailable|transport endpoint|try again|munge|authentication credential|unexpected message|no route to host|slurm_persist|rate limit/i;
/** Limits on what may wait at one time: there will be room later. */
const FULL = /(Assoc|QOS)\w*MaxSubmitJob|MaxJobCount/i;

/** Whether the same command may be answered otherwise in a while. */
export function isPassing({ stderr }: Said): boolean {
  return stderr === '' || SILENT.test(stderr) || FULL.test(stderr);
}

/** A refusal that is about who may run what, not about what was asked for. */
export function isPolicy({ stderr }: Said): boolean {
  return /polic|account|qos|association|permission|not permitted|access/i.test(stderr);
}
