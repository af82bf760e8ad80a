import type { ReferenceStructure } from '../types.js';
import { type Connection, ProtocolError } from './connection.js';
import { energyOf, forcesOf, HEADER, header, INT, initMessage, posdataMessage, REAL } from './messages.js';

/** What a client answers for one structure. */
export interface SocketForces {
  /** eV */
  readonly energy: number;
  /** [3·atoms] eV/Å, in the order of the atoms that the client was started with. */
  readonly forces: Float64Array;
  /** What the client adds, as it likes. */
  readonly extras: string;
}

/** Bytes of extras at most: nobody needs more, and a wrong number must not take the memory. */
const MOST_EXTRAS = 1 << 20;

/**
 * One structure: NEEDINIT is answered, positions go out, forces come in.
 * @param onPositions called when the client is ready, before the positions are sent
 * @throws ProtocolError, ConnectionLost
 */
export async function forcesBySocket(
  connection: Connection,
  structure: ReferenceStructure,
  rid: number,
  onPositions: () => Promise<void> = async () => undefined,
): Promise<SocketForces> {
  await requireReady(connection, rid);
  await onPositions();
  connection.send(posdataMessage(structure));
  const status = await statusOf(connection);
  if (status !== 'HAVEDATA') throw new ProtocolError(`the client has positions and answers ${status}`);
  connection.send(header('GETFORCE'));
  return readForces(connection, structure.species.length);
}

/** Waits until the client has taken leave of its last structure; what it writes after its answer is then on disk. */
export async function settle(connection: Connection): Promise<void> {
  await statusOf(connection);
}

export function sayExit(connection: Connection): void {
  connection.send(header('EXIT'));
}

async function requireReady(connection: Connection, rid: number): Promise<void> {
  let status = await statusOf(connection);
  if (status === 'NEEDINIT') {
    connection.send(initMessage(rid));
    status = await statusOf(connection);
  }
  if (status !== 'READY') throw new ProtocolError(`the client is to take positions and answers ${status}`);
}

const STATES = ['NEEDINIT', 'READY', 'HAVEDATA'];

async function statusOf(connection: Connection): Promise<string> {
  connection.send(header('STATUS'));
  return readHeader(connection, STATES);
}

async function readHeader(connection: Connection, expected: readonly string[]): Promise<string> {
  const bytes = await connection.read(HEADER);
  const text = bytes.toString('latin1').trimEnd();
  if (expected.includes(text)) return text;
  throw new ProtocolError(
    `the client answers ${JSON.stringify(text)} instead of ${expected.join(', ')}: not i-PI’s protocol`,
  );
}

async function readForces(connection: Connection, atoms: number): Promise<SocketForces> {
  await readHeader(connection, ['FORCEREADY']);
  const energy = energyOf(await connection.read(REAL));
  const count = await readInt(connection);
  // Before anything is read, or room made for it.
  if (count !== atoms)
    throw new ProtocolError(`the client has forces for ${count} atoms instead of ${atoms}`);
  const forces = forcesOf(await connection.read(3 * REAL * atoms));
  await connection.read(9 * REAL);
  const length = await readInt(connection);
  if (length < 0 || length > MOST_EXTRAS)
    throw new ProtocolError(`the client announces ${length} bytes of extras`);
  const extras = (await connection.read(length)).toString('utf8');
  const bad = [energy, ...forces].findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) {
    const what = bad === 0 ? 'energy' : `force on atom ${Math.floor((bad - 1) / 3) + 1}`;
    throw new ProtocolError(`the client’s ${what} is not a finite number`);
  }
  return { energy, forces, extras };
}

async function readInt(connection: Connection): Promise<number> {
  return (await connection.read(INT)).readInt32LE(0);
}
