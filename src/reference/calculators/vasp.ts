import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import { correctedSettings, DEFAULT_CORRECTIONS, type Ladder, resourcesOf, type Start } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Launcher } from '../launchers/types.js';
import type {
  Calculator,
  InputFiles,
  ReferenceContext,
  ReferenceResult,
  ReferenceStructure,
} from '../types.js';
import { findFiles } from './commandLine.js';
import { checkIncar, flatIncar } from './vasp/check.js';
import { compareVasprun } from './vasp/compare.js';
import { type SortedStructure, sortBySpecies, vaspInput } from './vasp/input.js';
import { defaultBands, vaspLadder } from './vasp/ladder.js';
import { checkNames, missingLibrary, type Potcar, readPotcars } from './vasp/potcar.js';
import { readRun } from './vasp/run.js';
import type { VaspSettings } from './vasp/settings.js';
import { WITHOUT_EFFECT } from './vasp/tags.js';

/** s: a day. */
const TIMEOUT = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
const MEBIBYTE = 1_048_576;
/** Threads of BLAS beside MPI ranks only get in each other's way. */
const ENVIRONMENT = { OMP_NUM_THREADS: '1' };
/** What VASP writes and reads again. */
const LEFT = ['WAVECAR', 'CHGCAR'];
const OUTPUT = ['vasprun.xml', 'OUTCAR', 'OSZICAR', 'vasp.out', 'vasp.err', 'STOPCAR'];

/**
 * VASP by files: one process for each structure. Throws `InputError` with everything in the settings that VASP would refuse or
 * that would spoil labels. Where the POTCAR library is on another machine it can be checked and shown, not run.
 */
export function vasp(
  settings: VaspSettings,
  { species, folder }: { readonly species: readonly string[]; readonly folder: string },
): Calculator {
  const { incar, kpoints, potcar } = settings;
  const flat = flatIncar(incar);
  const missing = missingLibrary(potcar, folder);
  const { potcars, problems } = missing ? NONE : tryPotcars(settings, species, folder);
  const found = [...checkIncar(incar), ...checkNames(potcar, species), ...problems];
  if (found.length > 0) throw new InputError(found);
  const ladder = vaspLadder(bandsOf(species, potcars, flat));
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  return {
    name: 'vasp',
    identity: {
      calculator: 'vasp',
      settings: Object.fromEntries(Object.entries(flat).filter(([tag]) => !WITHOUT_EFFECT.includes(tag))),
      potcars: Object.fromEntries(potcars.map((p) => [p.species, p.sha256])),
      kpoints,
      // Labels that a correction may have changed are no one else's.
      ...(policy.changePhysics && { changesPhysics: true }),
    },
    correctable: { ladder, settings: flat, policy },
    launcher,
    ...(missing && { missing: [missing] }),
    inputFiles: (structure) => {
      const sorted = sortBySpecies(structure);
      const texts = vaspInput(sorted, flat, kpoints, 'scratch');
      return missing
        ? {
            ...texts,
            'POTCAR.spec': kindsOf(sorted)
              .map((kind) => `${potcar.names[kind]}\n`)
              .join(''),
          }
        : { ...texts, POTCAR: concatenated(sorted, potcars) };
    },
    compareOutput: (text) => compareVasprun(text, { settings: flat, kpoints, potcars }),
    evaluate: (structure, context) => {
      if (missing) throw new InputError([missing]);
      return evaluate({ settings, folder, launcher, potcars, ladder }, structure, context);
    },
  };
}

const NONE = { potcars: [], problems: [] } as const;

function tryPotcars({ potcar, incar }: VaspSettings, species: readonly string[], folder: string) {
  // What has no name is told already.
  const named = species.filter((symbol) => Object.hasOwn(potcar.names, symbol));
  try {
    return { potcars: readPotcars(potcar, named, folder, flatIncar(incar).ENCUT), problems: [] };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { potcars: [], problems: error.problems };
  }
}

function kindsOf({ species }: ReferenceStructure): readonly string[] {
  return [...new Set(species)];
}

function potcarsOf(sorted: SortedStructure, potcars: readonly Potcar[]): readonly Potcar[] {
  return kindsOf(sorted).map((kind) => {
    const found = potcars.find((p) => p.species === kind);
    if (found) return found;
    throw new ReferenceFailure(`there is no POTCAR for ${kind}`, {
      failureClass: 'input-wrong',
      symptom: 'wrong-species',
    });
  });
}

function concatenated(sorted: SortedStructure, potcars: readonly Potcar[]): Buffer {
  return Buffer.concat(potcarsOf(sorted, potcars).map((p) => p.bytes));
}

function bandsOf(
  species: readonly string[],
  potcars: readonly Potcar[],
  flat: ReturnType<typeof flatIncar>,
): number {
  const valence = new Map(potcars.map((p) => [p.species, p.valence]));
  const electrons = species.reduce((sum, symbol) => sum + (valence.get(symbol) ?? 0), 0);
  const spinor = flat.LNONCOLLINEAR === true || flat.LSORBIT === true;
  return defaultBands(electrons, species.length, { spin: flat.ISPIN === 2, spinor });
}

interface Prepared {
  readonly settings: VaspSettings;
  readonly folder: string;
  readonly launcher: Launcher;
  readonly potcars: readonly Potcar[];
  readonly ladder: Ladder;
}

async function evaluate(
  { settings, folder, launcher, potcars, ladder }: Prepared,
  structure: ReferenceStructure,
  { scratch, signal, name, corrections = [] }: ReferenceContext,
): Promise<ReferenceResult> {
  signal.throwIfAborted();
  const { command = ['vasp_std'], kpoints, timeout = TIMEOUT, memory } = settings;
  const sorted = sortBySpecies(structure);
  const needed = potcarsOf(sorted, potcars);
  const corrected = correctedSettings(ladder, flatIncar(settings.incar), corrections);
  const found = findFiles(command, folder);
  const run = {
    sorted,
    potcars: needed,
    kpoints,
    settings: corrected.settings,
    ladder,
    timeout,
    memory,
  };
  return launcher.run({
    name,
    argv: command.map((word, i) => found[i] ?? word),
    folder: scratch,
    stdout: join(scratch, 'vasp.out'),
    stderr: join(scratch, 'vasp.err'),
    timeout,
    grace: GRACE,
    memory: memory === undefined ? undefined : memory * MEBIBYTE,
    environment: { ...ENVIRONMENT, ...settings.environment },
    more: resourcesOf(corrections),
    signal,
    prepare: async () => {
      const start = await possibleStart(scratch, corrected.start);
      await prepare(scratch, start, {
        ...vaspInput(sorted, corrected.settings, kpoints, start),
        POTCAR: concatenated(sorted, potcars),
      });
    },
    read: (end) => readRun({ ...run, end }, scratch),
  });
}

/** Nothing to start from is no reason to fail. */
async function possibleStart(scratch: string, wanted: Start): Promise<Start> {
  const isThere = (name: string): Promise<boolean> =>
    access(join(scratch, name)).then(
      () => true,
      () => false,
    );
  if (wanted === 'continue' && (await isThere('WAVECAR'))) return 'continue';
  return wanted !== 'scratch' && (await isThere('CHGCAR')) ? 'density' : 'scratch';
}

async function prepare(scratch: string, start: Start, files: InputFiles): Promise<void> {
  // Output of an earlier attempt must not be taken for this one's.
  const stale = [...OUTPUT, ...(start === 'scratch' ? LEFT : [])];
  try {
    for (const name of stale) await rm(join(scratch, name), { force: true });
    for (const [name, content] of Object.entries(files)) await writeFile(join(scratch, name), content);
  } catch (cause) {
    throw new ReferenceFailure(`the input of VASP cannot be written to ${scratch}`, {
      failureClass: 'store',
      symptom: 'write-input',
      cause,
    });
  }
}
