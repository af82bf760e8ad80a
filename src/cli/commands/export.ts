import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { clusterSpaceOf } from '../../forcefield/clusterSpaceOf.js';
import { EXPORT_FORMATS, exportSource } from '../../forcefield/exports/index.js';
import type { ExportFile } from '../../forcefield/exports/types.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { readForceField } from '../../store/forceFieldFile.js';
import { writeHdf5 } from '../export/hdf5.js';
import { prepareFolder, resultFolder } from '../forceField.js';
import { productionMatrix } from '../production/supercell.js';

interface ExportFlags {
  readonly format: string;
  readonly supercell?: readonly string[];
  readonly out?: string;
  readonly force?: boolean;
}

/** `anharmony export FF`: force constants of orders 2 and 3 as other programs read them. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description('write the force constants of orders 2 and 3 for another program')
    .argument('<force-field>', 'force field file')
    .addOption(
      new Option('--format <format>', 'program that will read them')
        .choices(EXPORT_FORMATS.map(({ name }) => name))
        .makeOptionMandatory(),
    )
    .option(
      '--supercell <n...>',
      'cells along the three axes of the training supercell, or nine integers: rows in primitive lattice vectors (default: the training supercell)',
    )
    .option('--out <folder>', 'folder for the files (default: <force field>-<format>)')
    .option('--force', 'replace the files of an earlier export in that folder')
    .action(exportForceField);
}

async function exportForceField(path: string, flags: ExportFlags): Promise<void> {
  const format = EXPORT_FORMATS.find(({ name }) => name === flags.format)!;
  const folder = resultFolder(flags.out, path, format.name);
  const field = await readForceField(path);
  const numbers = flags.supercell?.map(Number);
  const matrix = numbers?.length === 9 ? numbers : productionMatrix(field.supercell, numbers);
  const source = exportSource(field, clusterSpaceOf(field, path), format, matrix);
  const files = format.files(source);
  prepareFolder(
    folder,
    files.map(({ name }) => name),
    flags.force ?? false,
  );
  for (const file of files) await write(folder, file);
  const { unit, repeats, supercell } = source.cell;
  console.log(
    [
      `${format.name}: unit cell of ${unit.species.length} atoms, ${repeats.join('×')} of them in the supercell (${supercell.siteOf.length} atoms)`,
      `written to ${folder}: ${files.map(({ name }) => name).join(', ')}`,
    ].join('\n'),
  );
}

async function write(folder: string, file: ExportFile): Promise<void> {
  const path = join(folder, file.name);
  if ('text' in file) {
    await writeFileAtomic(path, file.text);
    return;
  }
  // The whole file or nothing, as for text.
  await writeHdf5(`${path}.part`, file.datasets);
  await rename(`${path}.part`, path);
}
