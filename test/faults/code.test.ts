import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../e2e/cli.js';
import { potcarText } from '../reference/vasp.js';
import { referenceLog, secondsUntilWork } from './outcome.js';
import { clear, holdReference, newSite, runCampaign, type Site, until } from './site.js';
import { tell } from './table.js';

/** The codes by files share one launcher: what holds for VASP's stand-in holds for pw.x, ABINIT, GPAW, ASE and LAMMPS. */
describe('1: a worker that is killed in a run of a code by files', () => {
  let site: Site;
  beforeAll(() => {
    const command = JSON.stringify(['node', 'code.mjs', join(root, 'test/reference/programs/vasp.mjs')]);
    const words = ['calculator: vasp', `command: ${command}`, 'incar: { ENCUT: 300 }'];
    words.push('kpoints: { grid: [1, 1, 1] }', 'potcar: { library: potpaw, names: { Si: Si } }');
    // All structures come before any MD: that a stand-in for VASP makes no crystal of silicon is no matter.
    site = newSite({ reference: `{ ${words.join(', ')} }`, initial: '{ phonon: { count: 4 } }' });
    mkdirSync(join(site.path, 'potpaw/Si'), { recursive: true });
    writeFileSync(join(site.path, 'potpaw/Si/POTCAR'), potcarText('Si', 4));
  });
  afterAll(() => clear(site));

  it.each([
    ['which outlives it', true],
    ['which ends while there is no worker', false],
  ])('%s', async (how, outlives) => {
    holdReference(site, true);
    const before = referenceLog(site);
    const first = runCampaign(site);
    await until('a run of the code', () => referenceLog(site).began > before.began, 120);
    first.child.kill('SIGKILL');
    await first.finished;
    let since = Date.now();
    if (!outlives) {
      holdReference(site, false);
      await until('the end of the run', () => referenceLog(site).cut === 0);
      since = Date.now();
    }
    const second = runCampaign(site);
    if (outlives) {
      await until('its successor at work', () => / heartbeat /.test(second.output()), 60);
      holdReference(site, false);
    }
    const seconds = await secondsUntilWork(site, since);
    await until('another run of the code', () => referenceLog(site).ended > before.ended + 1);
    second.child.kill('SIGKILL');
    await second.finished;
    await until('the end of all runs', () => referenceLog(site).cut === 0);
    const { repeated } = referenceLog(site);
    expect(repeated).toBe(0);
    tell({
      fault: `1 worker killed in a run of a code by files, ${how}`,
      steps: 0,
      repeated,
      lost: 0,
      seconds,
    });
  });
});
