import { InputError, type Problem } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import { type CodeSettings, correctedSettings, DEFAULT_CORRECTIONS } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Launcher } from '../launchers/types.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { runCode, writeInputs } from './codeRun.js';
import { checkCommands, readCommands } from './lammps/commands.js';
import { type Potential, readPotential } from './lammps/files.js';
import { DUMP, lammpsInput } from './lammps/input.js';
import { LAMMPS_LADDER } from './lammps/ladder.js';
import { LAMMPS, readRun } from './lammps/run.js';
import type { LammpsSettings } from './lammps/settings.js';
import { WITHOUT_EFFECT } from './lammps/words.js';

/** LAMMPS looks for potential files here too, where its folder has none: it shall not. */
const ENVIRONMENT = { LAMMPS_POTENTIALS: '' };
const NO_SETTINGS: CodeSettings = {};

/**
 * LAMMPS by files: one process for each structure. Throws `InputError` with everything in the commands that is not a potential of
 * this crystal, or that would spoil labels.
 */
export function lammps(
  settings: LammpsSettings,
  { species, folder }: { readonly species: readonly string[]; readonly folder: string },
): Calculator {
  const { potential, problems } = tryPotential(settings, folder);
  const found = [
    ...checkSpecies(settings, species),
    ...checkCommands(settings.commands, settings.species),
    ...problems,
  ];
  if (found.length > 0) throw new InputError(found);
  const { commands, files } = potential;
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  const inputs = (structure: ReferenceStructure, corrected: CodeSettings) => ({
    ...lammpsInput({ structure, species: settings.species, commands, settings: corrected }),
    ...Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])),
  });
  return {
    name: 'lammps',
    identity: {
      calculator: 'lammps',
      species: settings.species,
      commands: commands.filter(([name]) => !WITHOUT_EFFECT.includes(name)).map((words) => words.join(' ')),
      files: Object.fromEntries(files.map(({ name, sha256 }) => [name, sha256])),
    },
    correctable: { ladder: LAMMPS_LADDER, settings: NO_SETTINGS, policy },
    launcher,
    inputFiles: (structure) => inputs(structure, NO_SETTINGS),
    evaluate: (structure, context) => evaluate({ settings, folder, launcher, inputs }, structure, context),
  };
}

function tryPotential({ commands, files = [] }: LammpsSettings, folder: string) {
  try {
    return { potential: readPotential(readCommands(commands), files, folder), problems: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { potential: { commands: [], files: [] } satisfies Potential, problems: error.problems };
  }
}

function checkSpecies({ species: types }: LammpsSettings, species: readonly string[]): Problem[] {
  const field = 'reference.species';
  const missing = [...new Set(species)].filter((symbol) => !types.includes(symbol));
  const twice = types.find((symbol, i) => types.indexOf(symbol) !== i);
  return [
    ...missing.map((symbol) => ({
      field,
      message: `${symbol} has no atom type`,
      got: types.join(', '),
      expected: `${symbol} among them`,
    })),
    ...(twice === undefined ? [] : [{ field, message: 'one species has two atom types', got: twice }]),
  ];
}

interface Prepared {
  readonly settings: LammpsSettings;
  readonly folder: string;
  readonly launcher: Launcher;
  inputs(
    structure: ReferenceStructure,
    corrected: CodeSettings,
  ): Readonly<Record<string, string | Uint8Array>>;
}

async function evaluate(
  { settings, folder, launcher, inputs }: Prepared,
  structure: ReferenceStructure,
  context: ReferenceContext,
): Promise<ReferenceResult> {
  const { command = ['lmp'], environment } = settings;
  const { scratch, corrections = [] } = context;
  const strange = structure.species.find((symbol) => !settings.species.includes(symbol));
  if (strange !== undefined) {
    throw new ReferenceFailure(`there is no atom type for ${strange}`, {
      failureClass: 'input-wrong',
      symptom: 'wrong-species',
    });
  }
  const corrected = correctedSettings(LAMMPS_LADDER, NO_SETTINGS, corrections);
  return runCode({
    code: LAMMPS,
    launcher,
    argv: [...command, '-in', 'lmp.in', '-log', 'none'],
    folder,
    settings: { ...settings, environment: { ...ENVIRONMENT, ...environment } },
    context,
    prepare: () =>
      writeInputs(
        LAMMPS,
        scratch,
        [DUMP, LAMMPS.stdout, LAMMPS.stderr],
        inputs(structure, corrected.settings),
      ),
    read: (end) => readRun({ end, structure, settings }, scratch),
  });
}
