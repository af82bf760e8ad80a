import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { isAlive } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog } from './outcome.js';
import {
  begin,
  clear,
  converged,
  type Fault,
  hand,
  holdReference,
  newSite,
  release,
  type Site,
  serve,
  until,
  untilStruck,
  work,
} from './site.js';
import { tell } from './table.js';

/** Where a thread stands still when the campaign is cancelled, in the order in which it comes there. */
const STAGES: readonly (readonly [string, Fault])[] = [
  ['preparation', { at: 'structure', when: 'before', what: 'hold' }],
  ['refit', { at: 'training-set', when: 'before', what: 'hold' }],
  ['MD', { at: 'progress', nth: 2, when: 'after', what: 'hold' }],
];

describe('12: a campaign that is cancelled', () => {
  let site: Site;
  beforeAll(async () => {
    site = newSite();
    await serve(site);
    await work(site, [], { faults: STAGES.map(([, fault]) => fault) });
  });
  afterAll(() => clear(site));

  async function cancel(stage: string): Promise<void> {
    const asked = performance.now();
    const { stdout, stderr } = await converged(begin(site, ['cancel', 'small']));
    const seconds = (performance.now() - asked) / 1e3;
    expect(stdout, stderr).toMatch(/^campaign small: cancelled/);
    // The command itself starts and connects for a second or more.
    expect(seconds).toBeLessThan(10);
    tell({ fault: `12 cancelled in ${stage}: until it has ended`, steps: 0, repeated: 0, lost: 0, seconds });
  }

  it('in the preparation ends within ten seconds', async () => {
    await hand(site);
    await untilStruck(site, STAGES[0][1]);
    await cancel('preparation');
    release(site, STAGES[0][1]);
  });

  it('in a reference run ends it with all its processes', async () => {
    holdReference(site, true);
    const before = referenceLog(site);
    await hand(site);
    await until('a reference run', () => referenceLog(site).began > before.began);
    const programs = readFileSync(join(site.path, 'reference.log'), 'utf8').trim().split('\n');
    const pid = Number(programs.at(-1)!.split(' ')[2]);
    expect(isAlive(pid)).toBe(true);
    await cancel('a reference run');
    expect(isAlive(pid)).toBe(false);
    holdReference(site, false);
  });

  it.each(STAGES.slice(1))('in %s ends within ten seconds', async (stage, fault) => {
    await hand(site);
    await untilStruck(site, fault);
    await cancel(stage);
    release(site, fault);
  });

  it('goes on where it was, to the same result', async () => {
    await hand(site);
    const watched = await begin(site, ['watch', 'small', '--format', 'plain']).finished;
    expect(watched.code, watched.stdout + watched.stderr).toBe(0);
    expect(referenceLog(site).repeated).toBe(0);
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
