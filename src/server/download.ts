import { spawn } from 'node:child_process';
import { readdir, rename, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CLI_VERSION } from './cache.js';

const HOST = 'temporal.download';
const PROBE_MS = 3000;
/** A download in which nothing arrives for this long has ended. */
const STALL_MS = 30_000;

/**
 * The SDK can fetch the server only on the way to starting it. So a process of its own lets it start one on the
 * side and stop it: its runtime must not become this process's, and it can be ended when nothing arrives.
 */
const FETCH = `
const [, worker, downloadDir, version] = process.argv;
const { Runtime } = require(worker);
const runtime = Runtime.instance();
const exe = { type: 'cached-download', downloadDir, version, ttl: 86400000, sdkName: 'sdk-typescript', sdkVersion: '1.24.0' };
runtime.createEphemeralServer({
  type: 'dev-server', exe, namespace: 'default', ip: '127.0.0.1', port: null, uiPort: null, dbFilename: null,
  ui: false, log: { format: 'pretty', level: 'error' }, extraArgs: [],
}).then((server) => runtime.shutdownEphemeralServer(server))
  .catch((error) => { console.error(error.message); process.exitCode = 1; });
`;

/** Whether the host of the SDK's download answers; the reason as text when it does not. */
export async function probeDownload(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  // This process would not go through the proxy that the SDK uses; then only the download itself can tell.
  if (env['HTTPS_PROXY'] || env['https_proxy'] || env['ALL_PROXY']) return undefined;
  try {
    await fetch(`https://${HOST}/`, { method: 'HEAD', signal: AbortSignal.timeout(PROBE_MS) });
    return undefined;
  } catch (error) {
    return `${HOST} does not answer (${causeOf(error)})`;
  }
}

/** Fetches the program into a folder as the SDK does; the reason as text when it fails. */
export async function downloadServer(
  env: NodeJS.ProcessEnv,
  folder: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const worker = createRequire(import.meta.url).resolve('@temporalio/worker');
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', FETCH, worker, folder, CLI_VERSION], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said = error.message;
      resolve();
    });
  });
  const stalled = await watch(folder, log, ended, () => child.kill('SIGKILL'));
  // Only the program counts: on a slow machine the SDK may have given up waiting for its start.
  const program = stalled
    ? undefined
    : (await filesOf(folder)).find((name) => /^temporal[^.]*(\.\d+)*(\.exe)?$/.test(name));
  if (program !== undefined) {
    await rename(
      join(folder, program),
      join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal'),
    );
    return undefined;
  }
  if (stalled) return `nothing arrived from ${HOST} for ${STALL_MS / 1000} s`;
  return `the download from ${HOST} failed (${lastLine(said)})`;
}

/** Tells how far it is; true when nothing arrived for too long and it was ended. */
async function watch(
  folder: string,
  log: (line: string) => void,
  ended: Promise<void>,
  end: () => void,
): Promise<boolean> {
  let bytes = 0;
  let quietMs = 0;
  let elapsed = 0;
  let stalled = false;
  const timer = setInterval(async () => {
    const now = await sizeOf(folder);
    elapsed += 1;
    quietMs = now > bytes ? 0 : quietMs + 1000;
    bytes = Math.max(bytes, now);
    if (elapsed % 5 === 0)
      log(`downloading the Temporal server: ${Math.round(bytes / 1e6)} MB after ${elapsed} s`);
    if (quietMs >= STALL_MS) {
      stalled = true;
      end();
    }
  }, 1000);
  await ended;
  clearInterval(timer);
  return stalled;
}

async function sizeOf(folder: string): Promise<number> {
  let total = 0;
  for (const name of await filesOf(folder))
    total += (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
  return total;
}

function filesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${PROBE_MS / 1000} s`;
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 300) || 'no reason given';
}
