import { ReferenceFailure } from '../failures.js';
import { type ProgramEnd, type ProgramRun, runProgram } from './process.js';

/** Runs a program to its end; throws `ReferenceFailure` where it cannot be started, and the signal's reason after an abort. */
export async function launch(run: ProgramRun): Promise<ProgramEnd> {
  try {
    return await runProgram(run);
  } catch (cause) {
    if (run.signal.aborted) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'EACCES';
    throw new ReferenceFailure(`the program ${run.argv[0]} cannot be started (${code ?? cause})`, {
      failureClass: missing ? 'input-wrong' : 'machine',
      symptom: 'not-started',
      ...(missing && {
        hint: 'is it installed here, on PATH and executable? Paths are relative to the campaign file',
      }),
      cause,
    });
  }
}
