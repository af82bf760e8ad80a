import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../errors.js';
import {
  type CodeSettings,
  correctedSettings,
  DEFAULT_CORRECTIONS,
  resourcesOf,
  type Start,
} from '../ladder.js';
import { createLauncher } from '../launchers/createLauncher.js';
import type { Launcher } from '../launchers/types.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { checkVariables, flatVariables } from './abinit/check.js';
import { abinitInput, type Restart } from './abinit/input.js';
import { abinitLadder } from './abinit/ladder.js';
import { readSummary } from './abinit/output.js';
import { abinitCode, OUTPUT, readRun } from './abinit/run.js';
import type { AbinitSettings } from './abinit/settings.js';
import { WITHOUT_EFFECT } from './abinit/variables.js';
import { type Code, LONGEST, readTexts, runCode, writeInputs } from './codeRun.js';
import { type Pseudopotential, tryPseudopotentials } from './pseudopotentials.js';

/** ABINIT stops by itself before it is stopped. */
const OWN_LIMIT = 0.95;

/**
 * ABINIT by files: one process for each structure. Throws `InputError` with everything in the settings that ABINIT would refuse
 * or that would spoil labels.
 */
export function abinit(
  settings: AbinitSettings,
  { species, folder }: { readonly species: readonly string[]; readonly folder: string },
): Calculator {
  const { pseudopotentials, problems } = tryPseudopotentials(settings, species, folder);
  const augmented = pseudopotentials.filter((p) => p.augmented).map((p) => p.species);
  const found = [...checkVariables(settings.variables, augmented), ...problems];
  if (found.length > 0) throw new InputError(found);
  const flat = flatVariables(settings.variables);
  const policy = { ...DEFAULT_CORRECTIONS, ...settings.corrections };
  const launcher = createLauncher(settings, folder);
  const ladder = abinitLadder(augmented.length > 0);
  const prepared = { settings, folder, launcher, pseudopotentials, flat, code: abinitCode(ladder) };
  return {
    name: 'abinit',
    identity: {
      calculator: 'abinit',
      settings: Object.fromEntries(Object.entries(flat).filter(([key]) => !WITHOUT_EFFECT.includes(key))),
      pseudopotentials: Object.fromEntries(pseudopotentials.map((p) => [p.species, p.sha256])),
      kpoints: settings.kpoints,
      // Labels that a correction may have changed are no one else's.
      ...(policy.changePhysics && { changesPhysics: true }),
    },
    correctable: { ladder, settings: flat, policy },
    launcher,
    inputFiles: (structure) => inputs(prepared, structure, flat, undefined),
    evaluate: (structure, context) => evaluate(prepared, structure, context),
  };
}

interface Prepared {
  readonly settings: AbinitSettings;
  readonly folder: string;
  readonly launcher: Launcher;
  readonly pseudopotentials: readonly Pseudopotential[];
  readonly flat: CodeSettings;
  readonly code: Code;
}

function neededBy({ species }: ReferenceStructure, pseudopotentials: readonly Pseudopotential[]) {
  return pseudopotentials.filter((p) => species.includes(p.species));
}

function inputs(
  { settings, pseudopotentials }: Prepared,
  structure: ReferenceStructure,
  variables: CodeSettings,
  restart: Restart,
) {
  const needed = neededBy(structure, pseudopotentials);
  return {
    'run.abi': abinitInput({
      structure,
      settings: variables,
      pseudopotentials: needed,
      kpoints: settings.kpoints,
      restart,
    }),
    ...Object.fromEntries(needed.map(({ name, bytes }) => [name, bytes])),
  };
}

async function evaluate(
  prepared: Prepared,
  structure: ReferenceStructure,
  context: ReferenceContext,
): Promise<ReferenceResult> {
  const { settings, folder, launcher, pseudopotentials, flat, code } = prepared;
  const { command = ['abinit'], timeout = LONGEST } = settings;
  const { scratch, corrections = [] } = context;
  const corrected = correctedSettings(code.ladder, flat, corrections);
  const limit = Math.max(1, Math.floor(OWN_LIMIT * timeout * resourcesOf(corrections).time));
  const needed = neededBy(structure, pseudopotentials);
  const run = { code, structure, pseudopotentials: needed, settings, variables: corrected.settings };
  return runCode({
    code,
    launcher,
    argv: [...command, 'run.abi', '--timelimit', clock(limit)],
    folder,
    settings,
    context,
    prepare: async () => {
      const restart = await takeOver(code, scratch, corrected.start);
      await writeInputs(
        code,
        scratch,
        await staleIn(scratch),
        inputs(prepared, structure, corrected.settings, restart),
      );
    },
    read: (end) => readRun({ ...run, end }, scratch),
  });
}

/** `days-hours:minutes:seconds` */
function clock(seconds: number): string {
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit));
  return `${days}-${hours % 24}:${minutes % 60}:${seconds % 60}`;
}

/** What an earlier attempt wrote, but for what this one reads. */
async function staleIn(scratch: string): Promise<readonly string[]> {
  const left = await readdir(scratch).catch((): string[] => []);
  return left.filter((name) => name.startsWith(OUTPUT) || /^run[ot]|^abinit\.(log|err)$|^__ABI/.test(name));
}

/** Gives this run what the one before left; nothing to start from is no reason to fail. */
async function takeOver(code: Code, scratch: string, wanted: Start): Promise<Restart> {
  if (wanted === 'scratch') return undefined;
  const left = await readdir(scratch).catch((): string[] => []);
  const { stdout } = await readTexts(scratch, { stdout: code.stdout });
  // The wavefunctions are written last.
  if (readSummary(stdout) !== undefined && left.includes('runo_WFK')) {
    await rename(join(scratch, 'runo_WFK'), join(scratch, 'runi_WFK'));
    return 'wavefunctions';
  }
  const density = await wholeDensity(
    scratch,
    left.filter((name) => name === 'runo_DEN' || /^runt_DEN/.test(name)),
  );
  if (density === undefined) return undefined;
  await rename(join(scratch, density), join(scratch, 'runi_DEN'));
  return 'density';
}

/** The newest of the largest: one that was being written is shorter. */
async function wholeDensity(scratch: string, names: readonly string[]): Promise<string | undefined> {
  const found = await Promise.all(
    names.map(async (name) => ({ name, ...(await stat(join(scratch, name))) })),
  );
  found.sort((a, b) => b.size - a.size || b.mtimeMs - a.mtimeMs);
  return found.find(({ size }) => size > 0)?.name;
}
