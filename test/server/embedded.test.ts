import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { identityOf, processesWith } from '../../src/processes.js';
import { connect, type ServerConnection, type ServerTarget, targetOf } from '../../src/server/connect.js';
import { type EmbeddedServer, startEmbeddedServer } from '../../src/server/embedded.js';
import { findServer } from '../../src/server/find.js';
import { HomeInUseError, serverPlaces } from '../../src/server/homeRecord.js';
import { SEARCH_ATTRIBUTES } from '../../src/server/namespace.js';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { type Bundle, bundleProgram } from '../support/bundle.js';

const { server: found } = await findServer({ install: false, local: true });
const executable = found?.kind === 'executable' ? found : undefined;
if (executable === undefined)
  console.warn('SKIPPED: no Temporal server here; the embedded server was not tested');

describe.skipIf(executable === undefined)('embedded server', () => {
  let program: Bundle;
  let home: string;
  let lines: string[];
  const children: ChildProcess[] = [];
  const servers: EmbeddedServer[] = [];
  beforeAll(async () => {
    program = await bundleProgram('test/server/serverCommand.ts');
  });
  afterAll(() => program.remove());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'anharmony-home-'));
    lines = [];
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const pid of await serving()) process.kill(pid, 'SIGKILL');
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const serving = () => processesWith(['--db-filename', serverPlaces(home).database]);
  async function start(port?: number): Promise<EmbeddedServer> {
    const server = await startEmbeddedServer({ home, log: (line) => lines.push(line), executable, port });
    servers.push(server);
    return server;
  }

  /** A process that owns the home's server, to be killed. */
  async function hold(): Promise<{ child: ChildProcess; pid: number; address: string }> {
    const args = [program.path, 'server', '--home', home];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let address = '';
    for await (const line of createInterface({ input: child.stdout! })) {
      address = /^ {2}export TEMPORAL_ADDRESS=(\S+)$/.exec(line)?.[1] ?? address;
      if (line.startsWith('Ctrl-C')) break;
    }
    const [pid] = await serving();
    return { child, pid, address };
  }

  async function withConnection<T>(
    server: EmbeddedServer | ServerTarget,
    use: (connected: ServerConnection) => Promise<T>,
  ): Promise<T> {
    const connected = await connect('places' in server ? targetOf(server) : server);
    try {
      return await use(connected);
    } finally {
      await connected.close();
    }
  }
  const startWorkflow = (server: ServerTarget, workflowId: string) =>
    withConnection(server, ({ connection }) =>
      new Client({ connection }).workflow.start('idle', { workflowId, taskQueue: 'nobody' }),
    );
  const statusOf = (server: EmbeddedServer, workflowId: string) =>
    withConnection(
      server,
      async ({ connection }) =>
        (await new Client({ connection }).workflow.getHandle(workflowId).describe()).status.name,
    );

  it('answers, keeps closed runs, knows the search attributes, listens on loopback alone, and ends', async () => {
    const server = await start();
    expect(server.address).toMatch(/^127\.0\.0\.1:\d+$/);
    await withConnection(server, async ({ connection, namespace }) => {
      const described = await connection.workflowService.describeNamespace({ namespace });
      expect(Number(described.config?.workflowExecutionRetentionTtl?.seconds)).toBeGreaterThan(
        99 * 365 * 86_400,
      );
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const numbers = { Keyword: 2, Int: 3, Double: 4 };
      for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES))
        expect(customAttributes?.[name]).toBe(numbers[type]);
    });
    await expect(connect({ ...targetOf(server), namespace: 'absent' })).rejects.toThrow(
      'has no namespace absent',
    );
    const { loopback, others } = await listeners(server.pid()!);
    expect(others).toEqual([]);
    if (process.platform === 'linux') expect(loopback).toBeGreaterThan(0);

    // Another home with the same port: refused before anything is started.
    const port = Number(server.address.split(':')[1]);
    const other = await mkdtemp(join(tmpdir(), 'anharmony-home-'));
    const second = startEmbeddedServer({ home: other, log: () => undefined, executable, port });
    await expect(second).rejects.toThrow(`port ${port} is taken`);
    await rm(other, { recursive: true });

    await server.stop();
    expect(await serving()).toEqual([]);
    expect(existsSync(server.places.record)).toBe(false);
    await server.stop();
  });

  it('lets only one of several that start at once have the home, and names it to the others', async () => {
    const results = await Promise.allSettled([start(), start(), start()]);
    const [owner] = results.flatMap((r) => (r.status === 'fulfilled' ? [r.value] : []));
    const errors = results.flatMap((r) => (r.status === 'rejected' ? [r.reason] : []));
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(error).toBeInstanceOf(HomeInUseError);
      expect(error.record.address).toBe(owner.address);
      expect(error.hint).toContain(`TEMPORAL_ADDRESS=${owner.address}`);
    }
    expect(await serving()).toHaveLength(1);
  });

  it('after SIGKILL of owner and server: the next start works and the workflows are there', async () => {
    const { child, pid, address } = await hold();
    await startWorkflow({ address, namespace: 'default', description: 'test' }, 'survivor');
    child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    const server = await start();
    expect(await statusOf(server, 'survivor')).toBe('RUNNING');

    // The server alone: it comes back on its port.
    const before = server.pid()!;
    process.kill(before, 'SIGKILL');
    for (let i = 0; i < 200 && server.pid() === before; i++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.pid()).not.toBe(before);
    expect(await statusOf(server, 'survivor')).toBe('RUNNING');
    expect(lines.join()).toContain('starting it again');
  });

  it('ends the orphan of a killed owner and says so', async () => {
    const { child, pid } = await hold();
    child.kill('SIGKILL');
    const server = await start();
    expect(lines.join()).toContain(`process ${pid}`);
    expect(await identityOf(pid)).toBeUndefined();
    expect(await serving()).toEqual([server.pid()]);
  });

  it('takes over a record whose process number now belongs to another process', async () => {
    const self = await identityOf(process.pid);
    const record = { owner: { ...self, started: '1' }, address: '127.0.0.1:1', serverPid: process.pid };
    await writeFileAtomic(serverPlaces(home).record, JSON.stringify(record));
    const server = await start();
    expect(server.pid()).not.toBe(process.pid);
  });

  it('as a command, ends within seconds of Ctrl-C', async () => {
    const { child } = await hold();
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const started = Date.now();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(Date.now() - started).toBeLessThan(8000);
    expect(await serving()).toEqual([]);
    expect(existsSync(serverPlaces(home).record)).toBe(false);
  });

  it('that is killed as it starts is started again', async () => {
    const starting = start();
    while ((await serving()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const pid of await serving()) process.kill(pid, 'SIGKILL');
    const server = await starting;
    expect(lines).toContainEqual('the Temporal server was ended by SIGKILL as it started; starting it again');
    await withConnection(server, async ({ namespace }) => expect(namespace).toBe('default'));
  });

  it.each([0, 10])('that is killed %i ms after it began its database makes another one', async (ms) => {
    const { database } = serverPlaces(home);
    const starting = start();
    while (!existsSync(database)) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, ms));
    for (const pid of await serving()) process.kill(pid, 'SIGKILL');
    const server = await starting;
    expect(lines.join('\n')).toContain(`which is now ${database}.unfinished; another one is made`);
    await withConnection(server, async ({ namespace }) => expect(namespace).toBe('default'));
  });

  it('puts aside what no server ever answered from, and keeps what one has', async () => {
    const { database, folder } = serverPlaces(home);
    await mkdir(folder, { recursive: true });
    await writeFile(database, 'half a database');
    await (await start()).stop();
    expect(await readFile(`${database}.unfinished`, 'utf8')).toBe('half a database');
    for (const end of ['-wal', '-shm']) await rm(database + end, { force: true });
    await writeFile(database, 'a database that was damaged');
    await expect(start()).rejects.toThrow('ended at its start');
    expect(await readFile(database, 'utf8')).toBe('a database that was damaged');
    await rm(database);
    await (await start()).stop();
    expect(existsSync(database)).toBe(true);
  });

  it('that ends at its start is tried once more', async () => {
    const script = join(home, 'once.sh');
    const text = `#!/bin/sh\nif [ -e "${home}/tried" ]; then exec "${executable!.path}" "$@"; fi\ntouch "${home}/tried"; exit 1\n`;
    await writeFileAtomic(script, text, { mode: 0o755 });
    const server = await startEmbeddedServer({
      home,
      log: (line) => lines.push(line),
      executable: { ...executable!, path: script },
    });
    servers.push(server);
    expect(lines.join()).toMatch(/ended at its start: exit 1; it is tried once more/);
    await withConnection(server, async ({ namespace }) => expect(namespace).toBe('default'));
  });

  it('says clearly when the program is not a server', async () => {
    const broken = { path: '/bin/false', version: 'none' };
    const failed = startEmbeddedServer({ home, log: () => undefined, executable: broken });
    await expect(failed).rejects.toThrow('ended at its start: exit 1');
    expect(existsSync(serverPlaces(home).record)).toBe(false);
  });
});

/** How many loopback ports a process listens on, and on what else, from /proc (nothing where there is no /proc). */
async function listeners(pid: number): Promise<{ loopback: number; others: readonly string[] }> {
  const inodes = await socketsOf(pid);
  let loopback = 0;
  const others: string[] = [];
  for (const file of ['tcp', 'tcp6']) {
    const table = await readFile(`/proc/${pid}/net/${file}`, 'utf8').catch(() => '');
    for (const line of table.split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state !== '0A' || !inodes.has(inode)) continue;
      if (/^(0100007F|0{24}01000000|0{16}FFFF00000100007F)$/.test(local.split(':')[0])) loopback++;
      else others.push(local);
    }
  }
  return { loopback, others };
}

async function socketsOf(pid: number): Promise<ReadonlySet<string>> {
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const links = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return new Set(links.map((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? ''));
}
