import { join } from 'node:path';
import { ReferenceFailure } from '../failures.js';
import { type ProgramEnd, runProgram, waitForEarlier } from './process.js';
import type { Job, Launcher } from './types.js';

/** Programs as processes of this machine, ended with this program. */
export const localLauncher: Launcher = { kind: 'process', durable: false, rules: [], run };

/** File in a job's folder that tells which process runs there. */
const RECORD = 'process.json';

/**
 * Waits for a program that a worker started in this folder and died under: it goes on without us. False where there was none; how
 * it ended is unknown, what it wrote has to show it.
 */
export function waitForOrphan({
  folder,
  signal,
  grace,
}: Pick<Job, 'folder' | 'signal' | 'grace'>): Promise<boolean> {
  return waitForEarlier({ record: join(folder, RECORD), signal, grace });
}

async function run(job: Job): Promise<ProgramEnd> {
  // Two programs in one folder would spoil each other's files.
  await waitForOrphan(job);
  await job.prepare();
  try {
    return await runProgram({ ...job, record: join(job.folder, RECORD) });
  } catch (cause) {
    if (job.signal.aborted) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'EACCES';
    throw new ReferenceFailure(`the program ${job.argv[0]} cannot be started (${code ?? cause})`, {
      failureClass: missing ? 'input-wrong' : 'machine',
      symptom: 'not-started',
      ...(missing && {
        hint: 'is it installed here, on PATH and executable? Paths are relative to the campaign file',
      }),
      cause,
    });
  }
}
