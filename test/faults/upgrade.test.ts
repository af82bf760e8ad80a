import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { root } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { stepsToRedo } from './progress.js';
import { clear, converged, type Fault, newSite, runCampaign, type Site, untilStruck } from './site.js';
import { tell } from './table.js';

/** Beside the dependencies, where a copy of the program finds them. */
const UPGRADED = join(root, 'coverage/upgraded');
const IN_MD: Fault = { at: 'progress', nth: 3, when: 'before', what: 'kill' };

/** A copy of the program with another version and one change. */
function upgrade(file: string, from: string, to: string): void {
  cpSync(join(root, 'dist'), UPGRADED, {
    recursive: true,
    filter: (path) => !path.endsWith('/dist/faults'),
  });
  writeFileSync(join(UPGRADED, 'package.json'), JSON.stringify({ version: '99.0.0', type: 'module' }));
  const text = readFileSync(join(UPGRADED, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(join(UPGRADED, file), text.replaceAll(from, to));
}

describe('15: an upgrade in the middle', () => {
  let site: Site;
  afterEach(async () => {
    await clear(site);
    rmSync(UPGRADED, { recursive: true, force: true });
  });

  it('goes on with the history of before; one that would change results is refused', async () => {
    site = newSite();
    const first = runCampaign(site, { faults: [IN_MD] });
    await untilStruck(site, IN_MD);
    await first.finished;
    const steps = stepsToRedo(site);

    upgrade('src/campaign/bundle.js', 'METHOD_VERSION = 1', 'METHOD_VERSION = 2');
    const refused = await runCampaign({ ...site, dist: UPGRADED }).finished;
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/method version 1 before, 2 now/);

    rmSync(UPGRADED, { recursive: true });
    upgrade('workflows/bundle.cjs', 'campaign failed', 'the campaign has failed');
    const since = Date.now();
    const second = runCampaign({ ...site, dist: UPGRADED });
    site.running.push(second);
    const seconds = await secondsUntilWork(site, since);
    await converged(second);
    const { began, ended, repeated } = referenceLog(site);
    tell({ fault: '15 worker upgraded in MD', steps, repeated, lost: began - ended, seconds });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
