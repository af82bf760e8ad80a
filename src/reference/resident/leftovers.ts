import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stateOf } from '../../processes.js';
import { readRecord } from '../launchers/process.js';
import { endRest, signalSession } from '../launchers/session.js';
import { OWNER, type Owner, PROCESS } from './folder.js';

/** s between SIGTERM and SIGKILL. */
const GRACE = 3;
const LOOK_MS = 100;

/**
 * Ends the programs of workers that died. (One whose worker is gone loses its connection and ends by itself as a rule, at the
 * latest when it has computed its structure; mpirun and some codes do not.) Those of living workers and of other machines stay.
 */
export async function endLeftovers(root: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  await Promise.all(names.map((name) => endLeftover(join(root, name))));
}

async function endLeftover(folder: string): Promise<void> {
  const owner = await readOwner(folder);
  if (owner === undefined || (await stateOf(owner.process)) !== 'dead') return;
  const identity = (await readRecord(join(folder, PROCESS)))?.process;
  if (identity !== undefined) {
    const asked = performance.now();
    while ((await stateOf(identity)) === 'alive') {
      signalSession(identity.pid, performance.now() - asked > 1e3 * GRACE ? 'SIGKILL' : 'SIGTERM');
      await sleep(LOOK_MS);
    }
    // mpirun may have gone before its ranks.
    await endRest(identity);
  }
  if (owner.socket !== undefined) await rm(owner.socket, { force: true });
  await rm(folder, { recursive: true, force: true });
}

async function readOwner(folder: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, OWNER), 'utf8')) as Owner;
  } catch {
    // Being made at this moment, or gone.
    return undefined;
  }
}
