import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type Connection, connectionOf } from './connection.js';

/** How a client finds us. */
export type Transport = 'unix' | 'inet';

/** A place where exactly one client is awaited. */
export interface Listener {
  /** What `{socket}`, `{host}` and `{port}` stand for in the client's command and input. */
  readonly address: Readonly<Record<string, string>>;
  /** File of the socket, where it is one. */
  readonly path?: string;
  /** The first that connects; nobody else is let in. Rejects after `close`. */
  readonly connection: Promise<Connection>;
  close(): void;
}

const HOST = '127.0.0.1';
/** The place that clients of the protocol look in. */
export const socketPath = (name: string): string => `/tmp/ipi_${name}`;

/** Listens before the client is started, as the protocol wants. Throws the system's error where it cannot. */
export async function listenFor(transport: Transport): Promise<Listener> {
  const name = `anharmony_${process.pid}_${randomBytes(6).toString('hex')}`;
  const path = transport === 'unix' ? socketPath(name) : undefined;
  const server = createServer({ noDelay: true, pauseOnConnect: false });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (path !== undefined) server.listen(path, resolve);
    else server.listen(0, HOST, resolve);
  });
  const address: Record<string, string> =
    path !== undefined
      ? { socket: name }
      : { host: HOST, port: String((server.address() as AddressInfo).port) };
  const close = (): void => {
    server.close();
    if (path !== undefined) rmSync(path, { force: true });
  };
  const connection = firstOf(server, close);
  // Nobody may be waiting when it closes.
  connection.catch(() => undefined);
  return { address, path, connection, close };
}

function firstOf(server: Server, close: () => void): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let taken = false;
    server.on('connection', (socket: Socket) => {
      if (taken) return void socket.destroy();
      taken = true;
      resolve(connectionOf(socket));
      close();
    });
    server.once('close', () => reject(new Error('nobody connected')));
  });
}
