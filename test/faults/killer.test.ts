import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { isAlive, killTree, processTree } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog } from './outcome.js';
import { createUniform } from './random.js';
import { clear, converged, newSite, runCampaign, type Site } from './site.js';
import { tell } from './table.js';

/** Seed of the random moments and victims, and how many rounds there are. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const ROUNDS = Number(process.env['FAULTS_ROUNDS'] ?? 6);

describe('the random killer', () => {
  let site: Site;
  afterEach(() => clear(site));

  it(
    `kills any of the processes, ${ROUNDS} rounds with seed ${SEED}: nothing changes`,
    async () => {
      const random = createUniform(SEED);
      site = newSite();
      let running = runCampaign(site);
      let cut = 0;
      for (let round = 0; round < ROUNDS; round++) {
        await sleep(1500 + 6000 * random());
        if (running.child.exitCode !== null) break;
        const tree = processTree(running.child.pid!);
        const victim = Math.floor(random() * (tree.length + 1));
        // One past the last stands for all of them at once.
        const before = referenceLog(site);
        if (victim === tree.length) killTree(running.child.pid!);
        else process.kill(tree[victim], 'SIGKILL');
        cut += before.began - before.ended;
        await sleep(500);
        if (!isAlive(running.child.pid!) || running.child.signalCode !== null) {
          await running.finished;
          running = runCampaign(site);
        }
      }
      await converged(running.child.exitCode === null ? running : runCampaign(site));
      const { began, ended, repeated } = referenceLog(site);
      tell({
        fault: `random killer, ${ROUNDS} rounds, seed ${SEED}`,
        steps: 0,
        repeated,
        lost: 0,
        seconds: 0,
      });
      expect(repeated).toBe(0);
      expect(began - ended).toBeLessThanOrEqual(cut);
      expectUndisturbed(outcomeOf(site), inject('undisturbed'));
    },
    1000 * (120 + 30 * ROUNDS),
  );
});
