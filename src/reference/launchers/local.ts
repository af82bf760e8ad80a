import { ReferenceFailure } from '../failures.js';
import { type ProgramEnd, runProgram } from './process.js';
import type { Job, Launcher } from './types.js';

/** Programs as processes of this machine, ended with this program. */
export const localLauncher: Launcher = { kind: 'process', durable: false, rules: [], run };

async function run(job: Job): Promise<ProgramEnd> {
  await job.prepare();
  try {
    return await runProgram(job);
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
