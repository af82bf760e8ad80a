import { connect as openSocket } from 'node:net';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnection } from '@temporalio/worker';
import { FailureError } from '../errors.js';
import type { EmbeddedServer } from './embedded.js';
import { ensureSearchAttributes } from './namespace.js';
import type { ExternalServer } from './settings.js';

/** Where to connect to. */
export interface ServerTarget {
  readonly address: string;
  readonly namespace: string;
  /** For people: which setting or program it comes from. */
  readonly description: string;
  /** Encryption, keys and headers, where the settings hold them. */
  readonly options?: ClientConnectConfig['connectionOptions'];
}

/** A connection to a Temporal server that has answered a real call. */
export interface ServerConnection {
  readonly connection: Connection;
  readonly namespace: string;
  readonly address: string;
  readonly description: string;
  /** A connection for workers. The SDK's runtime must have been installed before the first. */
  nativeConnection(): Promise<NativeConnection>;
  /** Closes the connection and those for workers; workers must have ended. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly log?: (line: string) => void;
  /** How long to try, ms. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 5000;
const TRY_MS = 3000;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAUTHENTICATED = 16;

export function targetOf(server: ExternalServer | EmbeddedServer): ServerTarget {
  if ('kind' in server) {
    const { address, namespace, source, config } = server;
    return { address, namespace, description: source, options: config.connectionOptions };
  }
  const { address, namespace, executable } = server;
  return { address, namespace, description: `embedded, ${executable.path}` };
}

/**
 * Connects, checks that the namespace is there, and registers our search attributes where they are missing.
 * Throws a `FailureError` that says what is wrong and what to do, within `patienceMs` (5 s by default; a try under way is ended after 3 s).
 */
export async function connect(target: ServerTarget, options: ConnectOptions = {}): Promise<ServerConnection> {
  const { address, namespace, description } = target;
  const connectTimeout = Math.min(TRY_MS, options.patienceMs ?? PATIENCE_MS);
  const connection = await patiently(target, options, () =>
    Connection.connect({ ...target.options, address, connectTimeout }),
  );
  try {
    await requireNamespace(connection, target);
    await ensureSearchAttributes(connection, namespace);
  } catch (error) {
    await connection.close();
    throw error;
  }
  const natives: NativeConnection[] = [];
  return {
    connection,
    namespace,
    address,
    description,
    async nativeConnection() {
      // Loaded here: clients that run no worker start without the SDK's native part.
      const worker = await import('@temporalio/worker');
      const native = await patiently(target, options, () =>
        worker.NativeConnection.connect({ ...target.options, address }),
      );
      natives.push(native);
      return native;
    },
    async close() {
      for (const native of natives.splice(0)) await native.close();
      await connection.close();
    },
  };
}

async function patiently<T>(
  target: ServerTarget,
  options: ConnectOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = Date.now() + (options.patienceMs ?? PATIENCE_MS);
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      const reason = await refusal(target.address);
      const hopeless = reason === MALFORMED || reason === REASONS['ENOTFOUND'];
      if (hopeless || Date.now() + 500 > deadline) throw unreachable(target, reason, error);
      if (tries === 1) options.log?.(`no answer from ${target.address} (${reason}); trying again`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

function unreachable(target: ServerTarget, reason: string, cause: unknown): FailureError {
  return new FailureError(
    `no Temporal server answers at ${target.address} (${reason})`,
    `the address comes from: ${target.description}. Start that server, correct the setting, or unset it to use a server of our own`,
    { cause },
  );
}

/** Why there is no connection, as a plain TCP connection shows it: gRPC does not tell. */
function refusal(address: string): Promise<string> {
  const colon = address.lastIndexOf(':');
  const host = colon < 0 ? address : address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = colon < 0 ? 7233 : Number(address.slice(colon + 1));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return Promise.resolve(MALFORMED);
  return new Promise((resolve) => {
    const socket = openSocket({ host, port, timeout: 2000 });
    const end = (reason: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end(OTHER));
    socket.once('timeout', () => end('no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(REASONS[error.code ?? ''] ?? error.message));
  });
}

const MALFORMED = 'not host:port';
const OTHER = 'something is there, but it does not answer as a Temporal server';
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name cannot be resolved',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

async function requireNamespace(connection: Connection, target: ServerTarget): Promise<void> {
  const { namespace, address } = target;
  try {
    await connection.withDeadline(Date.now() + TRY_MS + 2000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
  } catch (error) {
    const code = isGrpcServiceError(error) ? error.code : undefined;
    if (code === NOT_FOUND) {
      throw new FailureError(
        `the Temporal server at ${address} has no namespace ${namespace}`,
        `create it (temporal operator namespace create --namespace ${namespace}) or set TEMPORAL_NAMESPACE`,
        { cause: error },
      );
    }
    if (code === PERMISSION_DENIED || code === UNAUTHENTICATED) {
      throw new FailureError(
        `the Temporal server at ${address} does not let us into namespace ${namespace}`,
        'check TEMPORAL_API_KEY or the TEMPORAL_TLS_… settings',
        { cause: error },
      );
    }
    throw unreachable(target, OTHER, error);
  }
}
