import { join } from 'node:path';
import type { Command } from 'commander';
import { inputError } from '../../errors.js';
import { type BandPath, bandPath, parsePath } from '../../forcefield/bands/bandPath.js';
import { evenDivisions } from '../../forcefield/bands/mesh.js';
import { phononStudy } from '../../forcefield/bands/phononStudy.js';
import { clusterSpaceOf } from '../../forcefield/clusterSpaceOf.js';
import type { ForceField } from '../../forcefield/forceField.js';
import { bandsCsv, densityCsv } from '../../report/bandsCsv.js';
import { bandsFigure, densityFigure } from '../../report/figures/bands.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { readForceField } from '../../store/forceFieldFile.js';
import { countFlag, prepareFolder, resultFolder } from '../forceField.js';
import { describePhonons, phononSummary } from '../phonons/result.js';

interface PhononFlags {
  readonly path?: string;
  readonly points: string;
  readonly mesh: readonly string[];
  readonly samples: string;
  readonly seed: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

const FILES = ['bands.svg', 'bands.csv', 'dos.svg', 'dos.csv', 'phonons.json'] as const;

/** `anharmony phonons FF`: bands, density of states and stability, with their error. */
export function registerPhonons(program: Command): void {
  program
    .command('phonons')
    .description(
      'phonon bands and density of states of a force field, with error bars and a verdict on stability',
    )
    .argument('<force-field>', 'force field file')
    .option(
      '--path <points>',
      'path, e.g. "Γ 0 0 0, X 1/2 0 1/2 | L 1/2 1/2 1/2, Γ 0 0 0" (default: the conventional one)',
    )
    .option('--points <n>', 'points along the path', '150')
    .option(
      '--mesh <n...>',
      'divisions of the mesh: along the longest reciprocal vector, or along all three',
      ['20'],
    )
    .option('--samples <n>', 'samples of the posterior; 0: no error bars', '64')
    .option('--seed <n>', 'seed of the samples', '1')
    .option('--out <folder>', 'folder for figures and data (default: <force field>-phonons)')
    .option('--force', 'replace the results of an earlier run in that folder')
    .option('--json', 'print the numbers as JSON')
    .action(phonons);
}

async function phonons(file: string, flags: PhononFlags): Promise<void> {
  const folder = resultFolder(flags.out, file, 'phonons');
  const field = await readForceField(file);
  const path = pathOf(flags, field);
  const settings = {
    path,
    points: countFlag('--points', flags.points, 2),
    mesh: meshOf(flags.mesh, field),
    samples: countFlag('--samples', flags.samples, 0),
    seed: flags.seed,
  };
  prepareFolder(folder, FILES, flags.force ?? false);
  const study = phononStudy(field, clusterSpaceOf(field, file), settings);
  const summary = phononSummary(file, study, path);
  const contents = {
    'bands.svg': bandsFigure(study.bands),
    'bands.csv': bandsCsv(study),
    'dos.svg': densityFigure(study),
    'dos.csv': densityCsv(study),
    'phonons.json': `${JSON.stringify(summary, null, 2)}\n`,
  };
  for (const name of FILES) await writeFileAtomic(join(folder, name), contents[name]);
  console.log(
    flags.json ? JSON.stringify(summary) : `${describePhonons(summary)}\nfigures and data: ${folder}`,
  );
}

function pathOf({ path }: PhononFlags, { primitive }: ForceField): BandPath {
  if (path === undefined) return bandPath(primitive.crystal);
  const read = parsePath(path);
  if (read !== undefined) return read;
  throw inputError({
    field: '--path',
    message: 'cannot be read',
    got: path,
    expected:
      'points "x y z" or "label x y z" in reciprocal vectors of the primitive cell, separated by commas, pieces by |',
    hint: 'for example --path "Γ 0 0 0, X 1/2 0 1/2"',
  });
}

function meshOf(texts: readonly string[], { primitive }: ForceField): readonly [number, number, number] {
  const [a, b, c] = texts.map((text) => countFlag('--mesh', text, 1));
  if (texts.length === 3) return [a, b, c];
  if (texts.length === 1) return evenDivisions(primitive.crystal.lattice, a);
  throw inputError({
    field: '--mesh',
    message: 'not a mesh',
    got: texts.join(' '),
    expected: 'one integer or three',
  });
}
