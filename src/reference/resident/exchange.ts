import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, ConnectionLost, ProtocolError } from '../sockets/connection.js';
import { forcesBySocket, type SocketForces, settle } from '../sockets/conversation.js';
import { logFrom } from './folder.js';
import type { Ending, RunningProgram } from './program.js';
import type { ResidentRequest } from './types.js';

/** What came of one structure. */
export type Exchange =
  | { readonly kind: 'forces'; readonly forces: SocketForces }
  | { readonly kind: 'aborted' }
  | { readonly kind: 'timeout' }
  /** Before it connected, or in the middle. */
  | { readonly kind: 'ended'; readonly ending: Ending }
  /** The connection broke, or something else than the protocol came over it. */
  | { readonly kind: 'broken'; readonly error: ConnectionLost | ProtocolError };

/** One walker all the time: what the program keeps of its last structure may serve the next. */
const RID = 0;
/** ms for what the program has printed to arrive. */
const LOG_MS = 10_000;
const LOG_LOOK_MS = 20;
/** ms for the last bytes of a program that has ended to be read. */
const LAST_BYTES_MS = 1000;
/** ms; setTimeout counts in 32 bits. */
const LONGEST = 2_147_483_647;

/**
 * Hands a structure to a program, which may still be starting.
 * @param onPositions called when the positions are about to go out; gives the byte where stdout of the structure begins
 */
export async function exchange(
  running: RunningProgram,
  request: ResidentRequest,
  signal: AbortSignal,
  onPositions: () => Promise<number>,
): Promise<Exchange> {
  const over = new AbortController();
  const conversation = converse(running, request, over.signal, onPositions);
  const limit = sleep(Math.min(1e3 * request.timeout, LONGEST), { kind: 'timeout' } as const, {
    signal: over.signal,
  });
  const interrupted = once(signal).then((): Exchange => ({ kind: 'aborted' }));
  const died = running.ending.then(async (ending): Promise<Exchange> => {
    const rest = await Promise.race([conversation, sleep(LAST_BYTES_MS, undefined, { ref: false })]);
    return rest?.kind === 'forces' ? rest : { kind: 'ended', ending };
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([conversation, limit, interrupted, died]);
  } finally {
    over.abort();
  }
}

async function converse(
  running: RunningProgram,
  { structure, logEnds }: ResidentRequest,
  over: AbortSignal,
  onPositions: () => Promise<number>,
): Promise<Exchange> {
  let connection: Connection;
  try {
    connection = await running.connection;
  } catch {
    // It ended before it connected; the other side of the race says how.
    return { kind: 'ended', ending: await running.ending };
  }
  let from = 0;
  try {
    const forces = await forcesBySocket(connection, structure, RID, async () => {
      from = await onPositions();
    });
    // One that leaves with its answer has given it all the same.
    await settle(connection).catch(() => undefined);
    if (logEnds !== undefined) await logHas(running.folder, from, logEnds, over);
    return { kind: 'forces', forces };
  } catch (error) {
    return { kind: 'broken', error: error as ConnectionLost | ProtocolError };
  }
}

/** mpirun passes on what its ranks print when it comes to it. Whoever reads the log decides what it means if nothing comes. */
async function logHas(folder: string, from: number, pattern: RegExp, over: AbortSignal): Promise<void> {
  const end = performance.now() + LOG_MS;
  while (!over.aborted && performance.now() < end) {
    if (pattern.test(await logFrom(folder, from))) return;
    await sleep(LOG_LOOK_MS);
  }
}

function once(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
