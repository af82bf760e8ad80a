import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { killTree } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import {
  clear,
  converged,
  type Fault,
  holdReference,
  newSite,
  release,
  runCampaign,
  type Site,
  serverOf,
  until,
  untilStruck,
} from './site.js';
import { tell } from './table.js';

/** Seconds that the server is out of reach: far beyond the heartbeat timeout. */
const UNREACHABLE = Number(process.env['FAULTS_UNREACHABLE'] ?? 120);
const IN_MD: Fault = { at: 'progress', nth: 3, when: 'after', what: 'hold' };

describe('the server', () => {
  let site: Site;
  beforeEach(() => {
    site = newSite();
  });
  afterEach(() => clear(site));

  function nothingLost(fault: string, seconds: number): void {
    const { began, ended, repeated } = referenceLog(site);
    tell({ fault, steps: 0, repeated, lost: began - ended, seconds });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  }

  it('2: is killed in a reference run and in MD, and started again', async () => {
    holdReference(site, true);
    const running = runCampaign(site, { faults: [IN_MD] });
    await until('a reference run', () => referenceLog(site).began === 1);
    process.kill(serverOf(site).pid, 'SIGKILL');
    holdReference(site, false);
    await untilStruck(site, IN_MD);
    process.kill(serverOf(site).pid, 'SIGKILL');
    const killed = Date.now();
    release(site, IN_MD);
    const seconds = await secondsUntilWork(site, killed);
    await converged(running);
    expect(running.output()).toContain('starting it again');
    nothingLost('2 server killed in a reference run and in MD', seconds);
  });

  it('3: is killed together with the worker', async () => {
    const first = runCampaign(site, { faults: [IN_MD] });
    await untilStruck(site, IN_MD);
    killTree(first.child.pid!);
    await first.finished;
    const killed = Date.now();
    const second = runCampaign(site);
    const seconds = await secondsUntilWork(site, killed);
    await converged(second);
    nothingLost('3 worker and server killed in MD', seconds);
  });

  it(`16: does not answer for ${UNREACHABLE} s, in a reference run and in MD`, async () => {
    holdReference(site, true);
    const running = runCampaign(site, { faults: [IN_MD] });
    await until('a reference run', () => referenceLog(site).began === 1);
    const { pid } = serverOf(site);
    process.kill(pid, 'SIGSTOP');
    // The run ends while nobody can be told.
    await sleep(UNREACHABLE * 500);
    holdReference(site, false);
    await sleep(UNREACHABLE * 500);
    process.kill(pid, 'SIGCONT');
    await untilStruck(site, IN_MD, 120);
    process.kill(pid, 'SIGSTOP');
    await sleep(UNREACHABLE * 500);
    process.kill(pid, 'SIGCONT');
    const back = Date.now();
    await sleep(7000);
    release(site, IN_MD);
    const seconds = await secondsUntilWork(site, back);
    await converged(running);
    nothingLost(`16 server out of reach for ${UNREACHABLE} s`, seconds);
  });
});
