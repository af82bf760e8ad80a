import { basename } from 'node:path';
import { localLauncher } from '../launchers/local.js';
import { lastWords, residentFailure } from '../resident/failure.js';
import { askResident } from '../resident/oneOff.js';
import type { Calculator, ReferenceContext, ReferenceResult, ReferenceStructure } from '../types.js';
import { structureText } from './exchange.js';
import { type ClientCommand, readClientCommand, STRUCTURE } from './iPi/clientCommand.js';
import type { IPiSettings } from './iPi/settings.js';

/** s: a day. */
const TIMEOUT = 86_400;
/** s between SIGTERM and SIGKILL. */
const GRACE = 5;
const MEBIBYTE = 1_048_576;
/** Threads of BLAS beside MPI ranks only get in each other's way. */
const ENVIRONMENT = { OMP_NUM_THREADS: '1' };

/**
 * Any client of i-PI's protocol. It says nothing of its atoms and their order: that they are the supercell's is up to
 * its input, or to a program that reads `structure.xyz`. Throws `InputError` where the command cannot be run at all.
 */
export function iPi(settings: IPiSettings, { folder }: { readonly folder: string }): Calculator {
  const command = readClientCommand(settings, folder);
  return {
    name: 'i-pi',
    identity: { calculator: 'i-pi', command: settings.command, files: command.sums },
    launcher: localLauncher,
    resident: true,
    inputFiles: (structure) => filesOf(command, structure),
    evaluate: (structure, context) => evaluate(settings, command, structure, context),
  };
}

function filesOf({ files }: ClientCommand, structure: ReferenceStructure) {
  return { ...files, [STRUCTURE]: structureText(structure) };
}

async function evaluate(
  { timeout = TIMEOUT, memory, environment }: IPiSettings,
  command: ClientCommand,
  structure: ReferenceStructure,
  context: ReferenceContext,
): Promise<ReferenceResult> {
  const { argv, transport, sums } = command;
  const { lattice, species } = structure;
  const key = [argv, sums, environment, memory, [...lattice], species];
  const answer = await askResident(
    {
      program: {
        key: JSON.stringify(['i-pi', ...key]),
        transport,
        argv,
        files: filesOf(command, structure),
        environment: { ...ENVIRONMENT, ...environment },
        memory: memory === undefined ? undefined : memory * MEBIBYTE,
        grace: GRACE,
      },
      structure,
      timeout,
    },
    context,
  );
  const name = basename(argv[0]);
  if (!answer.answered) throw residentFailure(answer, name, { timeout, memory });
  const { energy, forces, seconds, extras, texts } = answer;
  const said = readExtras(extras);
  const converged = said.converged !== false;
  return {
    energy,
    forces,
    converged,
    program: typeof said.program === 'string' ? said.program : name,
    seconds,
    ...(answer.memory > 0 && { peakMemory: answer.memory }),
    ...(!converged && { evidence: lastWords(texts) }),
  };
}

/** A client may add a JSON object with `converged` and `program`; most add nothing, some add what is theirs. */
function readExtras(extras: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(extras);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
