import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forceConstants, killTree } from '../e2e/cli.js';
import { outcomeOf, referenceLog } from '../faults/outcome.js';
import { clear, converged, DIST, newSite, runCampaign, type Site, until } from '../faults/site.js';
import { type Cluster, startCluster, whySkipped } from './cluster.js';
import { SCRIPT } from './labels.js';

/** The campaign of the faults, its reference program run by Slurm or by the worker itself. */
function site(launcher: object): Site {
  const command = ['node', 'reference.mjs', DIST, '{input}', '{output}'];
  const reference = { calculator: 'command', command, timeout: 60, memory: 300, slots: 2, launcher };
  return newSite({ reference: JSON.stringify(reference) });
}

describe.skipIf(whySkipped !== '')(`a campaign whose labels are jobs of Slurm${whySkipped}`, () => {
  let cluster: Cluster;
  const sites: Site[] = [];
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    for (const used of sites) await clear(used);
    await cluster?.end();
  });

  it('converges to the force constants of one that runs them itself, killed with jobs under way and all', async () => {
    const [there, here] = [site({ kind: 'slurm', script: SCRIPT, poll: 1 }), site({ kind: 'process' })];
    sites.push(there, here);
    const first = runCampaign(there);
    await until('a job', () => referenceLog(there).began > 3).catch((error) => {
      throw new Error(`${error}\n${first.output()}`);
    });
    killTree(first.child.pid!);
    await first.finished;
    const last = await converged(runCampaign(there));
    const undisturbed = await converged(runCampaign(here));
    expect(forceConstants(last)).toBe(forceConstants(undisturbed));
    expect(outcomeOf(there)).toEqual(outcomeOf(here));
    const { began, ended, repeated } = referenceLog(there);
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
  });
});
