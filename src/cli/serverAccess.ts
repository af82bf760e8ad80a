import { existsSync } from 'node:fs';
import { FailureError } from '../errors.js';
import { connect, type ServerConnection, targetOf } from '../server/connect.js';
import { startEmbeddedServer } from '../server/embedded.js';
import { describeServer, requireServer } from '../server/find.js';
import { currentOwner, serverPlaces } from '../server/homeRecord.js';
import { externalServer } from '../server/settings.js';
import type { Home } from './home.js';

/** A server to talk to, and how to let go of it. */
export interface ServerAccess {
  readonly server: ServerConnection;
  /** True where this process started the server and stops it again. */
  readonly own: boolean;
  /** True where another process of this home serves. */
  readonly shared: boolean;
  close(): Promise<void>;
}

/**
 * The server for a home: the one that Temporal's settings name; the one that another process of this home runs; else one
 * of our own, started now and stopped at the end.
 * @param mustExist refuse to start one where the home has no database yet: there is nothing to look at
 */
export async function accessServer(
  home: Home,
  log: (line: string) => void,
  mustExist = false,
): Promise<ServerAccess> {
  const external = externalServer();
  if (external) {
    log(`server: ${describeServer(external)}`);
    return lent(await connect(targetOf(external), { log }), false);
  }
  const owner = await currentOwner(home.home);
  if (owner) {
    const target = {
      address: owner.address,
      namespace: 'default',
      description: `process ${owner.owner.pid} of this home`,
    };
    return lent(await connect(target, { log }), true);
  }
  if (mustExist && !existsSync(serverPlaces(home.home).database)) {
    throw new FailureError(
      `there are no campaigns in ${home.home}`,
      'start one with `anharmony run CAMPAIGN.yaml`, or name its folder with --home',
    );
  }
  return startOwn(home, log);
}

function lent(server: ServerConnection, shared: boolean): ServerAccess {
  return { server, own: false, shared, close: () => server.close() };
}

async function startOwn(home: Home, log: (line: string) => void): Promise<ServerAccess> {
  const executable = await requireServer({ log, local: true });
  if (executable.kind === 'external') throw new FailureError('no program for a server of our own was found');
  const embedded = await startEmbeddedServer({ home: home.home, log, executable });
  log(`server: ${describeServer(executable)} at ${embedded.address}`);
  try {
    const server = await connect(targetOf(embedded), { log });
    const close = async () => {
      await server.close();
      await embedded.stop();
    };
    return { server, own: true, shared: false, close };
  } catch (error) {
    await embedded.stop();
    throw error;
  }
}
