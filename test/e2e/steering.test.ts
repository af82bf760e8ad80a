import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import { clientOf } from '../../src/cli/campaigns/registry.js';
import { tell } from '../../src/cli/campaigns/steer.js';
import { homeOf } from '../../src/cli/home.js';
import { accessServer } from '../../src/cli/serverAccess.js';
import { parseLedgerLines } from '../../src/store/ledger.js';
import {
  type Finished,
  forceConstants,
  type Running,
  root,
  run,
  smallCampaign,
  start,
  temporaryFolder,
  untilSaid,
} from './cli.js';

/** A person at a second terminal steers a campaign that runs in the first. Real processes, real server. */
describe('a campaign that is steered', () => {
  const folder = temporaryFolder();
  const steer = (...args: string[]): Promise<Finished> => run(args, folder.path);
  const begin = (name: string): Running => start(['run', `${name}.yaml`, '--format', 'plain'], folder.path);
  let reference: Finished;

  /** The campaign is over sooner than a second program has started: this client is there beforehand. */
  async function pauseAtOnce(running: Running, name: string): Promise<string> {
    await untilSaid(running, /: started; results go to/);
    const home = homeOf({ home: join(folder.path, '.anharmony') });
    const access = await accessServer(home, () => undefined, true);
    try {
      const client = clientOf(access.server);
      await untilSaid(running, / refit .*from_md=1 /);
      return await tell(client, name, { kind: 'pause' });
    } finally {
      await access.close();
    }
  }

  beforeAll(async () => {
    copyFileSync(join(root, 'examples/silicon.POSCAR'), join(folder.path, 'silicon.POSCAR'));
    for (const name of ['undisturbed', 'rested', 'changed'])
      writeFileSync(
        join(folder.path, `${name}.yaml`),
        smallCampaign(name, { convergence: '{ minTime: 20 ps, minStructures: 8 }' }),
      );
    reference = await run(['run', 'undisturbed.yaml'], folder.path);
  }, 300_000);
  afterAll(folder.remove);

  it('rests and goes on, to the same bits', async () => {
    const running = begin('rested');
    expect(await pauseAtOnce(running, 'rested')).toContain('paused');
    const status = await steer('status', 'rested');
    expect(status.stdout).toMatch(/paused by .+@.+ since 20/);
    const twice = await steer('pause', 'rested');
    expect(twice.code).toBe(2);
    expect(twice.stderr).toMatch(/campaign rested does not take this: it is paused already, by/);
    expect((await steer('resume', 'rested')).code).toBe(0);
    const ended = await running.finished;
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect(forceConstants(ended)).toBe(forceConstants(reference));
  }, 120_000);

  it('takes other settings, a structure and an end, and says from when on; more time wakes it', async () => {
    const running = begin('changed');
    await pauseAtOnce(running, 'changed');
    const fixed = await steer('set', 'changed', 'seed=4');
    expect(fixed.code).toBe(2);
    expect(fixed.stderr).toMatch(/seed: cannot change in a campaign that runs.*\n.*fork/);
    const wrong = await steer('set', 'changed', 'acquisition.criterion.n=-1', 'limits.time=5');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/acquisition\.criterion\.n: .*got -1/);
    expect(wrong.stderr).toMatch(/limits\.time: .*got 5/);
    const set = await steer('set', 'changed', 'acquisition.criterion.n=2.5', 'md.temperature=350');
    expect(set.stdout).toMatch(/acquisition\.criterion\.n = 2\.5, md\.temperature = 350 from round \d+ on/);
    expect((await steer('sample', 'changed')).stdout).toMatch(
      /structure of walker 1 is taken at the start of round/,
    );
    expect((await steer('resolve', 'changed', '99', '--skip')).stderr).toMatch(
      /99 is not quarantined; none is/,
    );
    await steer('resume', 'changed');
    await untilSaid(running, / pick .*rule=person/);
    expect((await steer('stop', 'changed')).code).toBe(0);
    const ended = await running.finished;
    expect(ended.code, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stdout).toMatch(/^stopped: stopped by /m);

    expect((await steer('pause', 'changed')).stderr).toMatch(/it has ended \(stopped\): `anharmony extend`/);
    const extended = await steer('extend', 'changed', '--time', '20ps', '--structures', '50');
    expect(extended.stdout).toMatch(/goes on with round \d+/);
    const more = await run(['run', 'changed.yaml'], folder.path);
    expect(more.code, more.stdout + more.stderr).toBe(0);
    expect(more.stdout).toMatch(/^converged: /m);
  }, 120_000);

  it('is proven from its store, orders and all', async () => {
    const proof = await steer('verify', 'changed', '--recompute');
    expect(proof.stdout).not.toContain('BROKEN');
    expect(proof.stdout).toMatch(/^holds {3}what people changed: 6 orders; .* 4 changes of settings$/m);
    expect(proof.code).toBe(0);
    const ledger = parseLedgerLines<LedgerEntryBody>(
      readFileSync(join(folder.path, 'runs/changed/ledger.jsonl'), 'utf8'),
    );
    const orders = ledger.flatMap((entry) => (entry.type === 'steered' ? [entry] : []));
    expect(orders.map(({ order }) => order.kind)).toEqual([
      'pause',
      'set',
      'sample',
      'resume',
      'stop',
      'extend',
    ]);
    for (const { by, at } of orders) {
      expect(by).toMatch(/.+@.+/);
      expect(Date.parse(at)).not.toBeNaN();
    }
    expect(ledger.filter(({ type }) => type === 'history')).toHaveLength(2);
  }, 120_000);

  it('is run once more from its ledger, with the orders told again at the same rounds', async () => {
    const again = await run(['reproduce', 'changed', '--format', 'plain'], folder.path);
    expect(again.stdout).toMatch(/^agrees {3}ledger: all \d+ decisions and results/m);
    expect(again.stdout).toMatch(/^agrees {3}force constants: sha256:[0-9a-f]{64}, to the same bits$/m);
    expect(again.code, again.stdout + again.stderr).toBe(0);
  }, 120_000);
});
