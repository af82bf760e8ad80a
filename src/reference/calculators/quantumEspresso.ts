import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, type Problem } from '../../errors.js';
import { ReferenceFailure } from '../failures.js';
import { correctedSettings, DEFAULT_CORRECTIONS, resourcesOf, type Start } from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Launcher } from '../launchers/types.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { findFiles } from './commandLine.js';
import { type Pseudopotential, tryPseudopotentials } from './pseudopotentials.js';
import { checkSettings, flatSettings } from './quantumEspresso/check.js';
import { comparePwXml } from './quantumEspresso/compare.js';
import { pwInput } from './quantumEspresso/input.js';
import { WITHOUT_EFFECT } from './quantumEspresso/keywords.js';
import { PW_LADDER } from './quantumEspresso/ladder.js';
import { residentLabel } from './quantumEspresso/resident.js';
import { readRun } from './quantumEspresso/run.js';
import type { QuantumEspressoSettings } from './quantumEspresso/settings.js';

/** s: a day. */
const TIMEOUT = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
/** pw.x stops by itself before it is stopped. */
const OWN_LIMIT = 0.95;
const MEBIBYTE = 1_048_576;
/** Threads of BLAS beside MPI ranks only get in each other's way. */
const ENVIRONMENT = { OMP_NUM_THREADS: '1' };

/**
 * Quantum ESPRESSO's pw.x: by files, one process for each structure, or over a socket, one for many. Throws `InputError` with everything in the settings that
 * pw.x would refuse or that would spoil labels.
 */
export function quantumEspresso(
  settings: QuantumEspressoSettings,
  { species, folder }: { readonly species: readonly string[]; readonly folder: string },
): Calculator {
  const { pseudopotentials, problems } = tryPseudopotentials(settings, species, folder);
  const augmented = pseudopotentials.filter((p) => p.augmented).map((p) => p.species);
  const found = [
    ...checkSettings(settings, species.length, augmented),
    ...problems,
    ...residentProblems(settings),
  ];
  if (found.length > 0) throw new InputError(found);
  const flat = flatSettings(settings, species.length);
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  return {
    name: 'quantum-espresso',
    identity: {
      calculator: 'quantum-espresso',
      settings: Object.fromEntries(Object.entries(flat).filter(([key]) => !WITHOUT_EFFECT.includes(key))),
      pseudopotentials: Object.fromEntries(pseudopotentials.map((p) => [p.species, p.sha256])),
      kpoints: settings.kpoints,
      // Labels that a correction may have changed are no one else's.
      ...(policy.changePhysics && { changesPhysics: true }),
    },
    correctable: { ladder: PW_LADDER, settings: flat, policy },
    launcher,
    ...(settings.resident && { resident: true }),
    inputFiles: (structure) => ({
      'pw.in': pwInput({
        structure,
        settings: flat,
        pseudopotentials,
        kpoints: settings.kpoints,
        start: 'scratch',
        ...(!settings.resident && { maxSeconds: ownLimit(settings.timeout) }),
      }),
      ...Object.fromEntries(pseudopotentials.map(({ name, bytes }) => [name, bytes])),
    }),
    compareOutput: (text) =>
      comparePwXml(text, {
        settings: flat,
        kpoints: settings.kpoints,
        pseudopotentials: settings.pseudopotentials,
      }),
    evaluate: (structure, context) =>
      evaluate(settings, folder, launcher, pseudopotentials, structure, context),
  };
}

function residentProblems({ resident, launcher }: QuantumEspressoSettings): readonly Problem[] {
  if (!resident || launcher?.kind !== 'slurm') return [];
  const expected = 'a program on the worker’s own machine: it connects to the worker';
  return [
    {
      field: 'reference.resident',
      message: 'is not possible through Slurm',
      got: String(resident),
      expected,
    },
  ];
}

async function evaluate(
  settings: QuantumEspressoSettings,
  folder: string,
  launcher: Launcher,
  pseudopotentials: readonly Pseudopotential[],
  structure: ReferenceStructure,
  context: ReferenceContext,
): Promise<ReferenceResult> {
  const { scratch, signal, name, corrections = [] } = context;
  signal.throwIfAborted();
  const { command = ['pw.x'], kpoints, timeout = TIMEOUT, memory } = settings;
  const needed = pseudopotentials.filter((p) => structure.species.includes(p.species));
  const corrected = correctedSettings(
    PW_LADDER,
    flatSettings(settings, structure.species.length),
    corrections,
  );
  const more = resourcesOf(corrections);
  const files = findFiles(command, folder);
  const argv = command.map((word, i) => files[i] ?? word);
  const environment = { ...ENVIRONMENT, ...settings.environment };
  const asked = {
    structure,
    pseudopotentials: needed,
    kpoints,
    settings: corrected.settings,
    timeout: timeout * more.time,
    memory,
  };
  if (settings.resident) {
    const transport = settings.resident === 'inet' ? 'inet' : 'unix';
    const changed = corrections.some(({ set, scale }) => set !== undefined || scale !== undefined);
    return residentLabel({ ...asked, command: argv, transport, environment, corrected: changed }, context);
  }
  return launcher.run({
    name,
    argv: [...argv, '-in', 'pw.in'],
    folder: scratch,
    stdout: join(scratch, 'pw.out'),
    stderr: join(scratch, 'pw.err'),
    timeout,
    grace: GRACE,
    memory: memory === undefined ? undefined : memory * MEBIBYTE,
    environment,
    more,
    signal,
    prepare: async () => {
      const start = await possibleStart(scratch, corrected.start);
      const input = { ...asked, start, maxSeconds: ownLimit(asked.timeout) };
      await prepare(scratch, pwInput(input), needed, start);
    },
    read: (end) => readRun({ ...asked, end, timeout }, scratch),
  });
}

/** s */
function ownLimit(timeout = TIMEOUT): number {
  return Math.max(1, Math.floor(OWN_LIMIT * timeout));
}

/** Nothing to start from is no reason to fail. */
async function possibleStart(scratch: string, wanted: Start): Promise<Start> {
  if (wanted === 'scratch') return wanted;
  const saved = await readdir(join(scratch, 'pwscf.save')).catch(() => []);
  return saved.some((name) => name.startsWith('charge-density')) ? wanted : 'scratch';
}

async function prepare(
  scratch: string,
  input: string,
  pseudopotentials: readonly Pseudopotential[],
  start: Start,
): Promise<void> {
  // Output of an earlier attempt must not be taken for this one's.
  const stale = ['CRASH', 'pwscf.xml', 'pw.out', 'pw.err', ...(start === 'scratch' ? ['pwscf.save'] : [])];
  try {
    for (const name of stale) await rm(join(scratch, name), { recursive: true, force: true });
    for (const { name, bytes } of pseudopotentials) await writeFile(join(scratch, name), bytes);
    await writeFile(join(scratch, 'pw.in'), input);
  } catch (cause) {
    throw new ReferenceFailure(`the input of pw.x cannot be written to ${scratch}`, {
      failureClass: 'store',
      symptom: 'write-input',
      cause,
    });
  }
}
