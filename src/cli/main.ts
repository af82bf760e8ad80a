#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { FailureError, formatProblem, InputError } from '../errors.js';
import { PROGRAM_VERSION } from '../version.js';
import { registerBasis } from './commands/basis.js';
import { registerCheck } from './commands/check.js';
import { registerDoctor } from './commands/doctor.js';
import { registerFit } from './commands/fit.js';
import { registerLook } from './commands/look.js';
import { registerMd } from './commands/md.js';
import { registerReport } from './commands/report.js';
import { registerRun } from './commands/run.js';
import { registerSchema } from './commands/schema.js';
import { registerServer } from './commands/server.js';
import { registerStart } from './commands/start.js';
import { registerWorker } from './commands/worker.js';
import { EXIT } from './exit.js';

const program = new Command('anharmony')
  .description('Trains machine-learned lattice-dynamics force fields for strongly anharmonic crystals')
  .version(PROGRAM_VERSION)
  .option('--debug', 'show stack traces')
  .showSuggestionAfterError()
  .exitOverride();

for (const register of [
  registerRun,
  registerCheck,
  registerStart,
  registerWorker,
  registerServer,
  registerLook,
  registerReport,
  registerMd,
  registerFit,
  registerBasis,
  registerSchema,
  registerDoctor,
]) {
  register(program);
}

/** Errors become one clear message and an exit code: 2 for what a person must change, 1 for what failed. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.input;
  const debug = program.opts<{ debug?: boolean }>().debug === true;
  if (debug) console.error(error);
  else if (error instanceof InputError)
    for (const problem of error.problems) console.error(formatProblem(problem));
  else {
    console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof FailureError && error.hint !== undefined) console.error(`  hint: ${error.hint}`);
    if (!(error instanceof FailureError)) console.error('  hint: run it again with --debug for the details');
  }
  return error instanceof InputError ? EXIT.input : EXIT.failure;
}

// A reader that has enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
