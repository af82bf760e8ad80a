import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { isExecutable, onPath, runBriefly } from '../processes.js';
import { makeFolder } from '../store/atomicFile.js';
import { storeError, systemCode } from '../store/errors.js';
import { type ServerExecutable, verifyExecutable } from './executable.js';

/** The last release that `go install` can build; a database is not upgraded from one release to another. */
export const CLI_VERSION = 'v1.5.1';

const PROGRAM = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** Where this user's downloads and builds are kept: ANHARMONY_CACHE, or `anharmony` in the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['ANHARMONY_CACHE']) return env['ANHARMONY_CACHE'];
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'anharmony');
}

function releaseFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), 'temporal-cli', CLI_VERSION);
}

export function cachedPath(env: NodeJS.ProcessEnv = process.env): string {
  return join(releaseFolder(env), PROGRAM);
}

/** Programs that an earlier run or `go install` has left, in the order in which they are tried. */
export async function cachedExecutables(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const candidates = [cachedPath(env), ...(await goFolders(env)).map((folder) => join(folder, PROGRAM))];
  return [...new Set(candidates)].filter(isExecutable);
}

async function goFolders(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const go = onPath('go', env);
  const told = go === undefined ? undefined : await runBriefly(go, ['env', 'GOBIN', 'GOPATH'], 5000, { env });
  const [bin, path] = told?.code === 0 ? told.stdout.split('\n') : [env['GOBIN'], env['GOPATH']];
  const first = (path || join(homedir(), 'go')).split(':')[0];
  return [...(bin ? [bin] : []), join(first, 'bin')];
}

/**
 * Lets `build` put a program into an empty folder of the cache and moves it to its place in one step, so that
 * nobody ever sees half a program. One process builds; others that come meanwhile wait and take its result.
 * The reason as text where `build` gives one.
 */
export async function installOnce(
  env: NodeJS.ProcessEnv,
  log: (line: string) => void,
  build: (folder: string) => Promise<string | undefined>,
): Promise<ServerExecutable | string> {
  const release = releaseFolder(env);
  await makeFolder(release).catch((error: unknown) => {
    throw storeError(error, 'use the cache folder', release);
  });
  const unlock = await waitForTurn(release, log);
  try {
    // Whoever held the turn before may have done the work.
    const present = isExecutable(cachedPath(env)) ? await verifyExecutable(cachedPath(env)) : 'absent';
    if (typeof present !== 'string') return present;
    return await buildInto(release, build);
  } finally {
    await unlock().catch(() => undefined);
  }
}

async function buildInto(
  release: string,
  build: (folder: string) => Promise<string | undefined>,
): Promise<ServerExecutable | string> {
  const folder = await mkdtemp(join(release, '.install-'));
  try {
    const failure = await build(folder);
    if (failure !== undefined) return failure;
    const built = join(folder, PROGRAM);
    await chmod(built, 0o755);
    const verified = await verifyExecutable(built);
    if (typeof verified === 'string') return verified;
    const path = join(release, PROGRAM);
    await rename(built, path);
    return { ...verified, path };
  } catch (error) {
    throw storeError(error, 'write', folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function waitForTurn(folder: string, log: (line: string) => void): Promise<() => Promise<void>> {
  const options = {
    lockfilePath: join(folder, '.installing'),
    stale: 15_000,
    // Losing the turn costs a second build, nothing else: the program is moved into place as a whole.
    onCompromised: () => undefined,
  };
  for (let waited = 0; ; waited += 2) {
    try {
      return await lockfile.lock(folder, options);
    } catch (error) {
      if (systemCode(error) !== 'ELOCKED') throw storeError(error, 'lock', folder);
      if (waited % 30 === 0) log('another process is installing the Temporal server; waiting for it');
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}
