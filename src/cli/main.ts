#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { FailureError, formatProblem, InputError } from '../errors.js';
import { PROGRAM_VERSION } from '../version.js';
import { EXIT } from './exit.js';

type Register = (program: Command) => void;

/** The commands, in the order of the help. Only the one that is called is loaded: some bring large libraries. */
const COMMANDS: readonly { readonly names: readonly string[]; readonly load: () => Promise<Register> }[] = [
  { names: ['run'], load: async () => (await import('./commands/run.js')).registerRun },
  { names: ['check'], load: async () => (await import('./commands/check.js')).registerCheck },
  { names: ['reference'], load: async () => (await import('./commands/reference.js')).registerReference },
  { names: ['start'], load: async () => (await import('./commands/start.js')).registerStart },
  { names: ['fork'], load: async () => (await import('./commands/fork.js')).registerFork },
  {
    names: ['reproduce'],
    load: async () => (await import('./commands/reproduce.js')).registerReproduce,
  },
  { names: ['labels'], load: async () => (await import('./commands/labels.js')).registerLabels },
  { names: ['gc'], load: async () => (await import('./commands/gc.js')).registerGc },
  { names: ['worker'], load: async () => (await import('./commands/worker.js')).registerWorker },
  { names: ['server'], load: async () => (await import('./commands/server.js')).registerServer },
  {
    names: ['status', 'list', 'watch', 'cancel'],
    load: async () => (await import('./commands/look.js')).registerLook,
  },
  {
    names: ['pause', 'resume', 'set', 'sample', 'extend', 'resolve', 'stop'],
    load: async () => (await import('./commands/steer.js')).registerSteer,
  },
  { names: ['report'], load: async () => (await import('./commands/report.js')).registerReport },
  { names: ['audit', 'verify'], load: async () => (await import('./commands/audit.js')).registerAudit },
  { names: ['whatif'], load: async () => (await import('./commands/whatif.js')).registerWhatIf },
  { names: ['md'], load: async () => (await import('./commands/md.js')).registerMd },
  { names: ['predict'], load: async () => (await import('./commands/predict.js')).registerPredict },
  { names: ['export'], load: async () => (await import('./commands/export.js')).registerExport },
  { names: ['phonons'], load: async () => (await import('./commands/phonons.js')).registerPhonons },
  { names: ['fit'], load: async () => (await import('./commands/fit.js')).registerFit },
  { names: ['select'], load: async () => (await import('./commands/select.js')).registerSelect },
  { names: ['basis'], load: async () => (await import('./commands/basis.js')).registerBasis },
  { names: ['study'], load: async () => (await import('./commands/study.js')).registerStudy },
  { names: ['schema'], load: async () => (await import('./commands/schema.js')).registerSchema },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.js')).registerDoctor },
];

const program = new Command('anharmony')
  .description('Trains machine-learned lattice-dynamics force fields for strongly anharmonic crystals')
  .version(PROGRAM_VERSION)
  .option('--debug', 'show stack traces')
  .showSuggestionAfterError()
  .exitOverride();

/** What these arguments need: one command, none for the version, all for the help and for what is misspelt. */
function wanted(args: readonly string[]): typeof COMMANDS {
  const word = args.find((arg) => !arg.startsWith('-'));
  if (word === undefined && args.some((arg) => arg === '--version' || arg === '-V')) return [];
  const called = COMMANDS.filter(({ names }) => names.some((name) => name === word));
  return called.length > 0 ? called : COMMANDS;
}

/** Errors become one clear message and an exit code: 2 for what a person must change, 1 for what failed. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.input;
  if (error instanceof InputError)
    for (const problem of error.problems) console.error(formatProblem(problem));
  else console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  if (error instanceof FailureError && error.hint !== undefined) console.error(`  hint: ${error.hint}`);
  if (program.opts<{ debug?: boolean }>().debug === true) console.error(error);
  else if (!(error instanceof FailureError || error instanceof InputError))
    console.error('  hint: run it again with --debug for the details');
  return error instanceof InputError ? EXIT.input : EXIT.failure;
}

// A reader that has enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  for (const { load } of wanted(process.argv.slice(2))) (await load())(program);
  await program.parseAsync();
} catch (error) {
  process.exitCode = explain(error);
}
