import { Client, Connection } from '@temporalio/client';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { newCampaign } from '../../src/campaign/begin.js';
import { rulesOf } from '../../src/campaign/bundle.js';
import { parseCampaign } from '../../src/campaign/parse.js';
import type { CampaignState } from '../../src/campaign/state.js';
import { taskQueues } from '../../src/cli/home.js';
import { smallCampaign } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog } from './outcome.js';
import {
  begin,
  clear,
  converged,
  type Fault,
  hand,
  newSite,
  type Site,
  serve,
  serverOf,
  untilStruck,
  work,
} from './site.js';
import { tell } from './table.js';

const REFIT: Fault = { at: 'training-set', nth: 2, when: 'before', what: 'memory' };

describe('an activity', () => {
  let site: Site;
  afterEach(() => clear(site));

  it('17: that runs out of memory in a refit is told and tried again', async () => {
    site = newSite();
    await serve(site);
    const env = { NODE_OPTIONS: '' };
    const worker = await work(site, [], { faults: [REFIT] });
    await hand(site, env);
    await untilStruck({ ...site, running: [worker] }, REFIT);
    const since = Date.now();
    const watched = begin(site, ['watch', 'small', '--format', 'plain']);
    await converged(watched);
    expect(watched.output()).toMatch(/refit is tried again: .*memory/);
    const { began, ended, repeated } = referenceLog(site);
    tell({
      fault: '17 out of memory in a refit (to the end)',
      steps: 0,
      repeated,
      lost: began - ended,
      seconds: (Date.now() - since) / 1e3,
    });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });

  it('18: with a poison input fails clearly at once, and is not retried', async () => {
    site = newSite();
    await serve(site);
    await work(site);
    const store = `${site.home}/store`;
    const queues = await taskQueues({ home: site.home, store, work: '', runs: '', log: '' });
    const connection = await Connection.connect({ address: serverOf(site).address });
    try {
      const nowhere = { kind: 'campaign-file', hash: '0'.repeat(64), bytes: 1 } as const;
      const state = newCampaign(
        'poison',
        'none',
        nowhere,
        rulesOf(parseCampaign(smallCampaign('poison'), 'poison.yaml')),
      );
      const began = performance.now();
      const ended: CampaignState = await new Client({ connection }).workflow.execute('campaign', {
        workflowId: 'anharmony-poison',
        taskQueue: queues.workflow,
        args: [{ state, queues }],
      });
      const seconds = (performance.now() - began) / 1e3;
      expect(ended.verdict).toMatchObject({ kind: 'failed' });
      expect(ended.verdict?.reason).toMatch(/^prepare: the campaign-file 0{64} is not in the store/);
      expect(seconds).toBeLessThan(10);
      tell({ fault: '18 poison activity input: until it fails', steps: 0, repeated: 0, lost: 0, seconds });
    } finally {
      await connection.close();
    }
  });
});
