import type { Command } from 'commander';
import { formatExtxyz } from '../../crystal/formats/extxyz.js';
import { clusterSpaceOf } from '../../forcefield/clusterSpaceOf.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { readForceField } from '../../store/forceFieldFile.js';
import { readFrames } from '../predict/frames.js';
import { createPredictor } from '../predict/predictor.js';
import { describePredictions, predictedFrame, summarise } from '../predict/result.js';

interface PredictFlags {
  readonly out?: string;
  readonly json?: boolean;
}

/** `anharmony predict FF STRUCTURES`: energy, forces and an error for each atom. */
export function registerPredict(program: Command): void {
  program
    .command('predict')
    .description('energy, forces and their error per atom of structures, in a trained force field')
    .argument('<force-field>', 'force field file')
    .argument(
      '<structures...>',
      'extended XYZ, vasprun.xml, pw.x’s XML, OUTCAR or POSCAR; any supercell of the crystal, atoms in any order',
    )
    .option('--out <file>', 'write structures, forces and errors as extended XYZ')
    .option('--json', 'print everything as JSON, in eV and Å')
    .action(predict);
}

async function predict(path: string, structures: readonly string[], flags: PredictFlags): Promise<void> {
  const field = await readForceField(path);
  const predictor = createPredictor(field, clusterSpaceOf(field, path));
  const frames = (await Promise.all(structures.map((file) => readFrames(file, warn)))).flat();
  const predictions = frames.map(predictor);
  if (flags.out !== undefined) {
    await writeFileAtomic(flags.out, formatExtxyz(predictions.map((p) => predictedFrame(p, field.beta))));
  }
  const summary = summarise(path, field.beta, predictions);
  console.log(flags.json ? JSON.stringify(summary) : describePredictions(summary));
}

/** Warnings go to standard error: standard output may be JSON. */
function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}
