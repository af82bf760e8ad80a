import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailureError, InputError } from '../../src/errors.js';
import { CLI_VERSION, cachedPath, installOnce } from '../../src/server/cache.js';
import { downloadServer } from '../../src/server/download.js';
import { findServer, requireServer, type WayName } from '../../src/server/find.js';
import { goInstall, probeGo } from '../../src/server/goInstall.js';

let folder: string;
let env: NodeJS.ProcessEnv;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-find-'));
  await mkdir(join(folder, 'bin'));
  // Nothing of this machine's own: neither its PATH, nor its caches, nor its settings.
  env = {
    PATH: join(folder, 'bin'),
    ANHARMONY_CACHE: join(folder, 'cache'),
    GOPATH: join(folder, 'gopath'),
    TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml'),
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SAYS_VERSION = 'echo "temporal version 9.9.9 (Server 1.99.0, UI 2.0.0)"';
async function script(path: string, body: string): Promise<string> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}
async function verdicts(): Promise<Partial<Record<WayName, string>>> {
  const { reports } = await findServer({ env, install: false });
  return Object.fromEntries(reports.map((report) => [report.way, report.verdict]));
}

describe('ways to a server', () => {
  it('takes the address that the settings name before anything else', async () => {
    await script(join(folder, 'bin', 'temporal'), SAYS_VERSION);
    env['TEMPORAL_ADDRESS'] = 'cluster.example:7233';
    env['TEMPORAL_NAMESPACE'] = 'phonons';
    const { server, reports } = await findServer({ env, install: false });
    expect(server).toMatchObject({ kind: 'external', address: 'cluster.example:7233', namespace: 'phonons' });
    expect(reports[0].line).toContain('TEMPORAL_ADDRESS');
    expect(reports.slice(1).every((report) => report.verdict === 'not needed')).toBe(true);
    const local = await findServer({ env, install: false, local: true });
    expect(local.server).toMatchObject({ kind: 'executable', way: 'path' });
  });

  it('reads temporal.toml by profile and refuses a profile that is not there', async () => {
    await writeFile(env['TEMPORAL_CONFIG_FILE']!, '[profile.lab]\naddress = "lab.example:7233"\n');
    env['TEMPORAL_PROFILE'] = 'lab';
    expect((await findServer({ env, install: false })).server).toMatchObject({ address: 'lab.example:7233' });
    env['TEMPORAL_PROFILE'] = 'absent';
    await expect(findServer({ env, install: false })).rejects.toBeInstanceOf(InputError);
  });

  it('passes over an empty temporal.toml and names a broken one', async () => {
    await script(join(folder, 'bin', 'temporal'), SAYS_VERSION);
    await writeFile(env['TEMPORAL_CONFIG_FILE']!, '');
    expect((await findServer({ env, install: false })).server).toMatchObject({ way: 'path' });
    await writeFile(env['TEMPORAL_CONFIG_FILE']!, '[profile.default\n');
    await expect(findServer({ env, install: false })).rejects.toThrow('temporal.toml');
  });

  it('takes the program on PATH, else the cached one, else that of go install', async () => {
    const inGo = await script(join(folder, 'gopath', 'bin', 'temporal'), SAYS_VERSION);
    expect((await findServer({ env, install: false })).server).toMatchObject({ way: 'cache', path: inGo });
    const cached = await script(cachedPath(env), SAYS_VERSION);
    expect((await findServer({ env, install: false })).server).toMatchObject({ way: 'cache', path: cached });
    const own = await script(join(folder, 'bin', 'temporal'), SAYS_VERSION);
    expect((await findServer({ env, install: false })).server).toMatchObject({ way: 'path', path: own });
  });

  it('passes over a program that does not answer as a server', async () => {
    const broken = await script(join(folder, 'bin', 'temporal'), 'exit 3');
    await script(cachedPath(env), SAYS_VERSION);
    const { server, reports } = await findServer({ env, install: false });
    expect(server).toMatchObject({ way: 'cache' });
    expect(reports[1]).toMatchObject({ verdict: 'failed', line: expect.stringContaining(broken) });
    expect(reports[1].hint).toBeDefined();
  });

  it('reports every way within seconds where there is nothing, each with what to do', async () => {
    const started = Date.now();
    expect(await verdicts()).toMatchObject({ settings: 'failed', path: 'failed', cache: 'failed' });
    expect(Date.now() - started).toBeLessThan(15_000);
    const { reports } = await findServer({ env, install: false });
    for (const report of reports) {
      expect(report.line).not.toContain('\n');
      if (report.verdict === 'failed') expect(report.hint).toBeTruthy();
    }
  });
});

describe('Go', () => {
  it('must be there, new enough, and reach its proxy', async () => {
    expect(await probeGo(env)).toBe('no Go here');
    await script(join(folder, 'bin', 'go'), 'echo "go version go1.19.8 linux/amd64"');
    expect(await probeGo(env)).toBe('Go 1.19 is too old, 1.25 is needed');
    const version = '[ "$1" = version ] && echo "go version go1.26.1 linux/amd64" && exit 0';
    await script(join(folder, 'bin', 'go'), `${version}\necho "dial tcp: lookup failed" >&2; exit 1`);
    expect(await probeGo(env)).toContain('lookup failed');
    await script(join(folder, 'bin', 'go'), `${version}\nexit 0`);
    expect(await probeGo(env)).toBeUndefined();
  });

  it('builds into the cache, from where the next run takes it', async () => {
    const write = `printf '#!/bin/sh\\n${SAYS_VERSION}\\n' > "$GOBIN/temporal"`;
    await script(
      join(folder, 'bin', 'go'),
      `[ "$1" = install ] && [ "$2" = github.com/temporalio/cli/cmd/temporal@${CLI_VERSION} ] && ${write}`,
    );
    const lines: string[] = [];
    const log = (line: string) => lines.push(line);
    const result = await installOnce(env, log, (into) => goInstall(env, into, log));
    expect(result).toMatchObject({ path: cachedPath(env) });
    expect(lines[0]).toContain('3 to 4 minutes');
    expect((await findServer({ env, install: false })).server).toMatchObject({
      way: 'cache',
      path: cachedPath(env),
    });
  });

  it('gives the reason of a build that fails and leaves nothing', async () => {
    await script(join(folder, 'bin', 'go'), 'echo "first" >&2; echo "no space left on device" >&2; exit 1');
    const result = await installOnce(
      env,
      () => undefined,
      (into) => goInstall(env, into, () => undefined),
    );
    expect(result).toContain('no space left on device');
    expect(await readdir(join(cachedPath(env), '..'))).toEqual([]);
  });
});

describe('cache', () => {
  it('is filled once when two runs come at the same time', async () => {
    let builds = 0;
    const build = async (into: string) => {
      builds++;
      await new Promise((resolve) => setTimeout(resolve, 300));
      await script(join(into, 'temporal'), SAYS_VERSION);
      return undefined;
    };
    const results = await Promise.all([
      installOnce(env, () => undefined, build),
      installOnce(env, () => undefined, build),
    ]);
    expect(builds).toBe(1);
    expect(results[0]).toEqual(results[1]);
    expect(await readdir(join(cachedPath(env), '..'))).toEqual(['temporal']);
  });

  it('replaces a cached program that no longer runs', async () => {
    await script(cachedPath(env), 'exit 1');
    const build = async (into: string) => void (await script(join(into, 'temporal'), SAYS_VERSION));
    expect(await installOnce(env, () => undefined, build)).toMatchObject({ path: cachedPath(env) });
  });

  it('says when its folder cannot be made', async () => {
    await writeFile(join(folder, 'cache'), 'a file');
    await expect(
      installOnce(
        env,
        () => undefined,
        async () => undefined,
      ),
    ).rejects.toBeInstanceOf(FailureError);
  });
});

const { server: real } = await findServer({ install: false, local: true });
const executable = real?.kind === 'executable' ? real : undefined;
if (executable === undefined)
  console.warn('SKIPPED: no Temporal server here; the way through the SDK was not tested');
it.skipIf(executable === undefined)("gets a program through the SDK's own download", async () => {
  // The SDK takes what lies under this name for an earlier download of its own: all but the transfer is tried.
  await symlink(executable!.path, join(folder, `temporal-${CLI_VERSION}`));
  expect(await downloadServer(process.env, folder, () => undefined)).toBeUndefined();
  expect(await readdir(folder)).toContain('temporal');
});

it('says why no server can be had, way by way', async () => {
  env['ANHARMONY_CACHE'] = join(folder, 'cache');
  // An SDK download that is refused at once, whatever this machine can reach.
  env['HTTPS_PROXY'] = 'http://127.0.0.1:1';
  const error = await requireServer({ env }).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(FailureError);
  for (const way of ['settings', 'path', 'cache', 'download', 'go-install'])
    expect(String(error)).toContain(`  ${way}: `);
});
