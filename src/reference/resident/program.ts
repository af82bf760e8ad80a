import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../processes.js';
import { type ProgramEnd, runProgram } from '../launchers/process.js';
import { sessionProcesses, signalSession } from '../launchers/session.js';
import type { Connection } from '../sockets/connection.js';
import { listenFor } from '../sockets/listener.js';
import { fill, logsOf, makeResidentFolder, PROCESS } from './folder.js';
import type { ResidentProgram } from './types.js';

/** How a resident's process came to its end. */
export type Ending =
  | { readonly kind: 'ended'; readonly end: ProgramEnd }
  /** Ended by us. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'not-started'; readonly cause: NodeJS.ErrnoException };

/** A running program with its folder and the place where it connects. */
export interface RunningProgram {
  readonly folder: string;
  readonly connection: Promise<Connection>;
  /** Never rejects; the whole session is gone then. */
  readonly ending: Promise<Ending>;
  /** Resident memory of all its processes together now, bytes. */
  memory(): number;
  /** SIGTERM, then SIGKILL. */
  stop(): void;
  /** SIGKILL at once, for a program that is about to exit itself. */
  kill(): void;
  /** Removes what is left of it, once it has ended; a folder that cannot be removed stays. */
  remove(): Promise<void>;
}

/** Starts it; throws the system's error where its folder or its socket cannot be made. */
export async function startResident(
  root: string,
  program: ResidentProgram,
  owner: ProcessIdentity,
): Promise<RunningProgram> {
  const listener = await listenFor(program.transport);
  try {
    const folder = await makeResidentFolder(root, program, listener, owner);
    const stopping = new AbortController();
    let session: number | undefined;
    const ending = runProgram({
      argv: program.argv.map((word) => fill(word, listener.address)),
      folder,
      ...logsOf(folder),
      record: join(folder, PROCESS),
      environment: program.environment,
      memory: program.memory,
      grace: program.grace,
      timeout: Number.POSITIVE_INFINITY,
      signal: stopping.signal,
      onStart: ({ pid }) => {
        session = pid;
      },
    }).then(
      (end): Ending => ({ kind: 'ended', end }),
      (cause: NodeJS.ErrnoException): Ending =>
        stopping.signal.aborted ? { kind: 'stopped' } : { kind: 'not-started', cause },
    );
    void ending.then(listener.close);
    return {
      folder,
      connection: listener.connection,
      ending,
      memory: () => (session === undefined ? 0 : sessionProcesses(session).reduce((s, p) => s + p.memory, 0)),
      stop: () => stopping.abort(),
      kill() {
        if (session !== undefined) signalSession(session, 'SIGKILL');
      },
      async remove() {
        listener.close();
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      },
    };
  } catch (error) {
    listener.close();
    throw error;
  }
}
