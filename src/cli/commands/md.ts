import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import type { Command } from 'commander';
import { FailureError, inputError } from '../../errors.js';
import { decodeForceField, type ForceField, parametersHash } from '../../forcefield/forceField.js';
import { storeError } from '../../store/errors.js';
import { EXIT } from '../exit.js';
import { readCheckpoint, writeCheckpoint } from '../production/checkpoint.js';
import { memoryLine, timeLine } from '../production/cost.js';
import { createProductionFiles, PRODUCTION_FILES, tables } from '../production/files.js';
import { type MdFlags, mdOptions } from '../production/options.js';
import { prepareProduction } from '../production/prepare.js';
import { createProgressLines, describeSummary } from '../production/progress.js';
import { runProduction } from '../production/runner.js';
import { createStatistics } from '../production/statistics.js';

/** Wall-clock ms between two checkpoints. */
const CHECKPOINT_MS = 30_000;

/** `anharmony md FF`: a production trajectory in a trained force field, with its error bar. */
export function registerMd(program: Command): void {
  program
    .command('md')
    .description('run molecular dynamics in a trained force field, with the Bayesian error of its forces')
    .argument('<force-field>', 'force field file')
    .option(
      '--supercell <n...>',
      'cells along the three axes, e.g. 6 6 6 (default: the supercell it was trained in)',
    )
    .option('--temperature <K>', 'temperature (default: 300)')
    .option(
      '--ramp <legs...>',
      'temperature schedule instead: from-to:time ramps, hold:time holds, e.g. 100-900:50ps 900:20ps',
    )
    .option('--time <time>', 'simulated time (default: 50ps, or the length of the ramp)')
    .option('--timestep <fs>', 'timestep', '1')
    .option(
      '--thermostat <name>',
      'langevin, bussi (stochastic velocity rescaling) or nve (default: langevin)',
    )
    .option('--friction <1/fs>', 'friction of the thermostat; velocity rescaling relaxes with 1/(2γ)', '0.01')
    .option('--seed <n>', 'seed of all random numbers', '1')
    .option(
      '--start <how>',
      'phonons: displaced along the phonons; sites: from the ideal lattice at 2T',
      'phonons',
    )
    .option('--nve', 'the same as --thermostat nve: constant energy')
    .option('--every <n>', 'MD steps between two rows of the trace, each with its Bayesian error', '10')
    .option('--frames <n>', 'MD steps between two frames of the trajectory', '100')
    .option('--trajectory <format>', 'xyz, binary, both or none', 'xyz')
    .option('--out <folder>', 'folder for the results (default: <force field>-md)')
    .option('--force', 'replace the results of an earlier run in that folder')
    .option('--resume', 'go on with the run in that folder where it was; a longer --time extends it')
    .option('--json', 'print the summary as JSON')
    .action(async (path: string, flags: MdFlags) => {
      await md(path, flags);
    });
}

async function md(path: string, flags: MdFlags): Promise<void> {
  const options = mdOptions(flags);
  const folder = flags.out ?? `${basename(path, extname(path))}-md`;
  if (!flags.resume) requireFree(folder, flags.force ?? false);
  const field = readField(path);
  const identity = { parameters: parametersHash(field.parameters), options };
  const resumed = flags.resume ? readCheckpoint(folder, identity) : undefined;
  const say = (line: string) => console.error(line);
  say(memoryLine(field, options));
  const prepared = prepareProduction(field, path, options);
  const run = resumed === undefined ? prepared : { ...prepared, state: resumed.state };
  say(timeLine(run));
  makeFolder(folder);

  const files = createProductionFiles(folder, run, options.trajectory, resumed?.lengths);
  const statistics = createStatistics(run, resumed?.statistics);
  const progress = createProgressLines(run, say);
  const interrupt = listenForInterrupt();
  const checkpoint = () =>
    writeCheckpoint(folder, identity, {
      state: run.state,
      lengths: files.lengths(),
      statistics: statistics.save(),
    });
  let kept = performance.now();
  try {
    const summary = await runProduction(run, statistics, {
      onRow(row) {
        files.row(row);
        progress(row);
      },
      onFrame: files.frame,
      onPause() {
        if (performance.now() - kept < CHECKPOINT_MS) return;
        checkpoint();
        kept = performance.now();
      },
      shouldStop: interrupt.heard,
    });
    // A wreck is an end: there is nothing to go on from.
    if (summary.outcome !== 'wrecked') checkpoint();
    for (const [name, text] of Object.entries(tables(run, statistics))) write(join(folder, name), text);
    write(
      join(folder, PRODUCTION_FILES.summary),
      `${JSON.stringify({ forceField: path, ...identity, ...summary }, null, 2)}\n`,
    );
    console.log(flags.json ? JSON.stringify(summary) : describeSummary(summary, run, folder));
    if (summary.outcome === 'stopped') process.exitCode = EXIT.interrupted;
    if (summary.outcome === 'wrecked') {
      throw new FailureError(
        `the trajectory was wrecked ${summary.wreck}`,
        'the force field is not stable there: train it at this temperature, or look at the last frame and its error',
      );
    }
  } finally {
    files.close();
    interrupt.forget();
  }
}

function readField(path: string): ForceField {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw inputError({
      field: path,
      message: `cannot read the force field: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'give the path of a force field file, e.g. runs/<name>/force-field.anharmony',
    });
  }
  return decodeForceField(bytes, path);
}

function requireFree(folder: string, force: boolean): void {
  if (force || !Object.values(PRODUCTION_FILES).some((name) => existsSync(join(folder, name)))) return;
  throw inputError({
    field: '--out',
    message: 'the folder holds the results of an earlier run',
    got: folder,
    hint: 'choose another folder, or replace them with --force',
  });
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw storeError(error, 'make', folder);
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw storeError(error, 'write', path);
  }
}

/** The first Ctrl-C ends the run in order; a second one kills the process as always. */
function listenForInterrupt(): { heard(): boolean; forget(): void } {
  let heard = false;
  const listen = () => {
    heard = true;
  };
  process.once('SIGINT', listen);
  process.once('SIGTERM', listen);
  return {
    heard: () => heard,
    forget() {
      process.off('SIGINT', listen);
      process.off('SIGTERM', listen);
    },
  };
}
