import { afterEach, describe, expect, inject, it } from 'vitest';
import { decodeProgress } from '../../src/exploration/codec.js';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { clear, type Fault, newSite, runCampaign, type Site, untilStruck } from './site.js';
import { tell } from './table.js';

void decodeProgress;
const MOMENTS: readonly (readonly [string, Fault])[] = [
  ['in a refit', { at: 'training-set', nth: 2, when: 'after', what: 'kill' }],
  ['in a reference run, its label stored', { at: 'label', nth: 9, when: 'after', what: 'kill' }],
];
describe('a worker that is killed', () => {
  let site: Site;
  afterEach(() => clear(site));

  it.each(MOMENTS)('%s', async (moment, fault) => {
    site = newSite();
    const first = runCampaign(site, { fault });
    await untilStruck(site, fault);
    await first.finished;
    const since = Date.now();
    const second = runCampaign(site);
    const seconds = await secondsUntilWork(site, since);
    const last = await second.finished;
    expect(last.code, last.stdout + last.stderr).toBe(0);
    tell({ fault: `1 worker killed ${moment}`, steps: 0, repeated: referenceLog(site).repeated, lost: 0, seconds });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
