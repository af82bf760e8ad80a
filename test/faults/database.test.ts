import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { isAlive } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { progressFiles, stepOf } from './progress.js';
import {
  begin,
  clear,
  converged,
  type Fault,
  holdReference,
  lose,
  newSite,
  runCampaign,
  type Site,
  serverOf,
  until,
  untilStruck,
} from './site.js';
import { tell } from './table.js';

const IN_MD: Fault = { at: 'progress', nth: 6, when: 'after', what: 'kill' };

describe('the server’s database', () => {
  let site: Site;
  beforeEach(() => {
    site = newSite();
  });
  afterEach(() => clear(site));

  it.each(['lost', 'one of before, out of a backup'])(
    '4: is %s, while the store is whole: MD is done again, no reference run is',
    async (what) => {
      const folder = join(site.home, 'server');
      const backup = join(site.path, 'backup');
      holdReference(site, true);
      const first = runCampaign(site);
      await until('a reference run', () => referenceLog(site).began === 1);
      await lose(first);
      cpSync(folder, backup, { recursive: true });
      holdReference(site, false);
      const second = runCampaign(site, { faults: [IN_MD] });
      await untilStruck(site, IN_MD);
      await second.finished;
      const server = serverOf(site).pid;
      if (isAlive(server)) process.kill(server, 'SIGKILL');
      await until('the end of the server', () => !isAlive(server));
      const steps = Math.max(...progressFiles(site, '.bin').map(stepOf));
      rmSync(folder, { recursive: true });
      if (what !== 'lost') cpSync(backup, folder, { recursive: true });
      const lost = Date.now();
      const third = runCampaign(site);
      const seconds = await secondsUntilWork(site, lost);
      await converged(third);
      const { began, ended, repeated } = referenceLog(site);
      tell({ fault: `4 the server’s database is ${what}`, steps, repeated, lost: 0, seconds });
      // The first run died with its worker, and was made again; what had ended since was on record.
      expect({ began, repeated }).toEqual({ began: ended + 1, repeated: 0 });
      expectUndisturbed(outcomeOf(site), inject('undisturbed'));
      expect(await begin(site, ['verify', 'small']).finished).toMatchObject({ code: 0 });
    },
  );
});
