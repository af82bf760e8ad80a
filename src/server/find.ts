import { FailureError } from '../errors.js';
import { onPath } from '../processes.js';
import { CLI_VERSION, cachedExecutables, installOnce } from './cache.js';
import { downloadServer, probeDownload } from './download.js';
import { type ServerExecutable, verifyExecutable } from './executable.js';
import { goInstall, probeGo } from './goInstall.js';
import { type ExternalServer, externalServer } from './settings.js';

/** The ways to a server, in the order in which they are tried. */
export type WayName = 'settings' | 'path' | 'cache' | 'download' | 'go-install';

export interface WayReport {
  readonly way: WayName;
  /** `possible`: would be tried by a run that may install. `not needed`: an earlier way was taken. */
  readonly verdict: 'taken' | 'possible' | 'failed' | 'not needed';
  /** What was found, in one line. */
  readonly line: string;
  /** What to do to make this way work, where it did not. */
  readonly hint?: string;
}

/** A program on this machine that serves. */
export interface LocalServer extends ServerExecutable {
  readonly kind: 'executable';
  readonly way: WayName;
}

export interface FoundServer {
  /** The way that was taken; undefined when none works, or none without installing. */
  readonly server: ExternalServer | LocalServer | undefined;
  readonly reports: readonly WayReport[];
}

export interface FindOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Lines for a person while something takes long. */
  readonly log?: (line: string) => void;
  /** Whether it may download or build a server; otherwise these two ways are only probed. */
  readonly install: boolean;
  /** Only a program for a server of our own, whatever the settings name. */
  readonly local?: boolean;
}

type Attempt =
  | ExternalServer
  | LocalServer
  | { readonly failed: string; readonly hint: string }
  | { readonly possible: string };
type Way = readonly [WayName, (options: Required<FindOptions>) => Promise<Attempt>];

const WAYS: readonly Way[] = [
  ['settings', bySettings],
  ['path', byPath],
  ['cache', byCache],
  ['download', byDownload],
  ['go-install', byGoInstall],
];

/**
 * Finds a server: the first way that works is taken, and every way is reported.
 * Throws `InputError` for Temporal settings that cannot be read, `StoreError` for a cache that cannot be written.
 */
export async function findServer(options: FindOptions): Promise<FoundServer> {
  const full: Required<FindOptions> = { env: process.env, log: () => undefined, local: false, ...options };
  const reports: WayReport[] = [];
  let server: FoundServer['server'];
  for (const [way, attempt] of WAYS) {
    if (server !== undefined) {
      reports.push({ way, verdict: 'not needed', line: 'not needed' });
      continue;
    }
    const result = await attempt(full);
    if ('failed' in result) reports.push({ way, verdict: 'failed', line: result.failed, hint: result.hint });
    else if ('possible' in result) reports.push({ way, verdict: 'possible', line: result.possible });
    else {
      server = result;
      reports.push({ way, verdict: 'taken', line: describeServer(result) });
    }
  }
  return { server, reports };
}

/** The same where a server must be had: throws a `FailureError` that says in one line each why no way works. */
export async function requireServer(
  options: Omit<FindOptions, 'install'>,
): Promise<ExternalServer | LocalServer> {
  const { server, reports } = await findServer({ ...options, install: true });
  if (server !== undefined) return server;
  const lines = reports.map((report) => `  ${report.way}: ${report.line}`);
  throw new FailureError(
    ['no Temporal server can be had here:', ...lines].join('\n'),
    `install Temporal's program (https://docs.temporal.io/cli) so that \`temporal --version\` answers, or set TEMPORAL_ADDRESS`,
  );
}

export function describeServer(server: ExternalServer | LocalServer): string {
  if (server.kind === 'external')
    return `${server.address}, namespace ${server.namespace} (${server.source})`;
  return `${server.path}, ${server.version}`;
}

async function bySettings({ env, local }: Required<FindOptions>): Promise<Attempt> {
  if (local)
    return { failed: 'not asked: a server of our own is wanted', hint: 'leave out what asks for it' };
  const hint = 'to use a server that runs already: TEMPORAL_ADDRESS=host:port';
  return externalServer(env) ?? { failed: 'no address in TEMPORAL_ADDRESS or temporal.toml', hint };
}

async function byPath({ env }: Required<FindOptions>): Promise<Attempt> {
  const hint = "install Temporal's program by your package manager (https://docs.temporal.io/cli)";
  const path = onPath('temporal', env);
  if (path === undefined) return { failed: 'no program `temporal` on PATH', hint };
  const verified = await verifyExecutable(path);
  if (typeof verified === 'string') return { failed: verified, hint };
  return { kind: 'executable', way: 'path', ...verified };
}

async function byCache({ env }: Required<FindOptions>): Promise<Attempt> {
  let failed = 'none installed by an earlier run';
  for (const path of await cachedExecutables(env)) {
    const verified = await verifyExecutable(path);
    if (typeof verified !== 'string') return { kind: 'executable', way: 'cache', ...verified };
    failed = verified;
  }
  return { failed, hint: 'it is filled by the two ways below' };
}

async function byDownload({ env, log, install }: Required<FindOptions>): Promise<Attempt> {
  const hint = 'this way needs https to temporal.download';
  const failed = await probeDownload(env);
  if (failed !== undefined) return { failed, hint };
  if (!install) return { possible: `would be downloaded at the first run (${CLI_VERSION}, about 100 MB)` };
  const result = await installOnce(env, log, (folder) => downloadServer(env, folder, log));
  if (typeof result === 'string') return { failed: result, hint };
  return { kind: 'executable', way: 'download', ...result };
}

async function byGoInstall({ env, log, install }: Required<FindOptions>): Promise<Attempt> {
  const hint =
    "this way needs Go 1.25 or newer (https://go.dev/dl; Debian's own is older) and its module proxy";
  const failed = await probeGo(env);
  if (failed !== undefined) return { failed, hint };
  if (!install) return { possible: 'would be built at the first run (3 to 4 minutes on two cores)' };
  const result = await installOnce(env, log, (folder) => goInstall(env, folder, log));
  if (typeof result === 'string') return { failed: result, hint };
  return { kind: 'executable', way: 'go-install', ...result };
}
