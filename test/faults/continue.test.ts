import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { findServer } from '../../src/server/find.js';
import { freePort, serverArguments } from '../../src/server/serverProcess.js';
import { expectUndisturbed, outcomeOf, referenceLog } from './outcome.js';
import { begin, clear, converged, hand, holdReference, newSite, type Site, until, work } from './site.js';
import { tell } from './table.js';

const FEW_EVENTS = ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=50'];

describe('11: histories that are cut after 50 events', () => {
  let site: Site;
  let server: ChildProcess | undefined;
  let connection: Connection | undefined;
  afterEach(async () => {
    await connection?.close();
    await clear(site);
    server?.kill('SIGKILL');
  });

  async function strictServer(): Promise<string> {
    const { server: found } = await findServer({ install: false, local: true });
    if (found?.kind !== 'executable') throw new Error('no program for a server');
    mkdirSync(join(site.home, 'server'), { recursive: true });
    const port = await freePort();
    const args = [...serverArguments(join(site.home, 'server/strict.db'), port), ...FEW_EVENTS];
    server = spawn(found.path, args, { stdio: 'ignore' });
    const address = `127.0.0.1:${port}`;
    await until('a server', async () => {
      connection = await Connection.connect({ address }).catch(() => undefined);
      return connection !== undefined;
    });
    return address;
  }

  it('with updates, a signal and a pending structure in flight: nothing is lost', async () => {
    site = newSite();
    const env = { TEMPORAL_ADDRESS: await strictServer() };
    await work(site, [], { env });
    const client = new Client({ connection: connection! });
    const steer = async (order: string): Promise<void> => {
      const { stderr } = await converged(begin(site, [order, 'small'], { env }));
      expect(stderr).not.toMatch(/refused/);
    };
    await hand(site, env);
    await until('five reference runs', () => referenceLog(site).ended >= 5);
    // From here the history is longer than it should be, whatever the campaign is at.
    holdReference(site, true);
    await until('one more', () => referenceLog(site).began > referenceLog(site).ended);
    await steer('pause');
    await client.workflow.getHandle('anharmony-small').signal('anything');
    holdReference(site, false);
    await steer('resume');
    const { code, stdout, stderr } = await begin(site, ['watch', 'small', '--format', 'plain'], { env })
      .finished;
    expect(code, stdout + stderr).toBe(0);
    const times = [...stdout.matchAll(/^(\d\d:\d\d:\d\d) small /gm)].map(([, time]) => time);
    expect(times.length).toBeGreaterThan(5);
    expect(times, 'one clock for all executions').toEqual([...times].sort());
    let executions = 0;
    for await (const _ of client.workflow.list({ query: "WorkflowId = 'anharmony-small'" })) executions++;
    expect(executions).toBeGreaterThan(2);
    const { began, ended, repeated } = referenceLog(site);
    tell({
      fault: `11 continued as new ${executions - 1} times`,
      steps: 0,
      repeated,
      lost: began - ended,
      seconds: 0,
    });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
    const proof = await begin(site, ['verify', 'small']).finished;
    expect(proof.code, proof.stdout + proof.stderr).toBe(0);
  });
});
