import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ServerConnection } from '../../src/server/connect.js';
import { startEmbeddedServer } from '../../src/server/embedded.js';
import type { ServerExecutable } from '../../src/server/executable.js';
import { findServer } from '../../src/server/find.js';
import { serverPlaces } from '../../src/server/homeRecord.js';
import {
  endProcess,
  freePort,
  hasEnded,
  LOOPBACK,
  serverArguments,
  waitUntilReady,
} from '../../src/server/serverProcess.js';

/** A server for the length of a test. */
export interface TestServer {
  readonly connection: ServerConnection;
  stop(): Promise<void>;
}

/** The server program of this machine; says loudly where there is none. */
export async function serverExecutable(): Promise<ServerExecutable | undefined> {
  const { server } = await findServer({ install: false, local: true });
  if (server?.kind === 'executable') return server;
  console.warn('SKIPPED: no Temporal server here; the workflow was not run on one');
  return undefined;
}

/** The server as users have it. */
export async function startServer(executable: ServerExecutable): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'anharmony-workflows-'));
  const server = await startEmbeddedServer({ home, executable, log: () => undefined });
  return serve(server.address, home, () => server.stop());
}

/** One that calls a history long as soon as it has so many events. */
export async function startForgetfulServer(
  executable: ServerExecutable,
  events: number,
): Promise<TestServer> {
  const home = await mkdtemp(join(tmpdir(), 'anharmony-workflows-'));
  const port = await freePort();
  const setting = `limit.historyCount.suggestContinueAsNew=${events}`;
  const args = [...serverArguments(join(home, 'temporal.db'), port), '--dynamic-config-value', setting];
  const env = { ...process.env, TEMPORAL_VERSION_CHECK_DISABLED: '1' };
  const child: ChildProcess = spawn(executable.path, args, {
    cwd: home,
    detached: true,
    env,
    stdio: 'ignore',
  });
  const address = `${LOOPBACK}:${port}`;
  const probe = await waitUntilReady(child, address, serverPlaces(home));
  await probe.close();
  return serve(address, home, async () => {
    if (!hasEnded(child)) await endProcess(child.pid!, () => hasEnded(child));
  });
}

async function serve(address: string, home: string, end: () => Promise<void>): Promise<TestServer> {
  const connection = await connect({ address, namespace: 'default', description: 'test' });
  return {
    connection,
    async stop() {
      await connection.close();
      await end();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
