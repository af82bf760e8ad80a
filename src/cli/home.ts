import { randomUUID } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { TaskQueues } from '../campaign/status.js';
import { claim, makeFolder, syncFolder, throughTemporary } from '../store/atomicFile.js';
import { storeError, systemCode } from '../store/errors.js';
import { homeFolder } from '../store/home.js';

/** The folders of a working place: what machines need in the home, what a person wants in `runs`. */
export interface Home {
  readonly home: string;
  readonly store: string;
  readonly work: string;
  readonly runs: string;
  readonly log: string;
}

export interface HomeOptions {
  readonly home?: string;
}

/** `--home`, else ANHARMONY_HOME, else `.anharmony` in the working folder; results go to `runs` in the working folder. */
export function homeOf({ home }: HomeOptions, env: NodeJS.ProcessEnv = process.env): Home {
  const folder = homeFolder(home, env);
  return {
    home: folder,
    store: join(folder, 'store'),
    work: join(folder, 'work'),
    runs: resolve('runs'),
    log: join(folder, 'anharmony.log'),
  };
}

/**
 * Task queues of a home's store: only workers that see the same store may take its tasks, also on a server that serves
 * several people. The identity lies in the store and moves with it.
 */
export async function taskQueues({ store }: Home): Promise<TaskQueues> {
  const file = join(store, 'identity');
  const identity = (await readIdentity(file)) ?? (await makeIdentity(file));
  const queue = (role: string) => `anharmony-${identity.slice(0, 8)}-${role}`;
  return { workflow: queue('workflow'), md: queue('md'), reference: queue('reference'), fit: queue('fit') };
}

async function readIdentity(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim() || undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw storeError(error, 'read', file);
  }
}

/** Workers that start at the same time on a new store have to agree: the first one's stands. */
async function makeIdentity(file: string): Promise<string> {
  const identity = `${randomUUID()}\n`;
  try {
    await makeFolder(dirname(file), 0o700);
    await throughTemporary(file, identity, {}, async (temporary) => {
      // One that a crash has left empty is none.
      if (!(await claim(temporary, file, identity)) && (await readIdentity(file)) === undefined)
        await rename(temporary, file);
    });
    await syncFolder(dirname(file));
  } catch (error) {
    throw storeError(error, 'write', file);
  }
  return (await readIdentity(file))!;
}
