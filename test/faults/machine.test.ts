import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { stepsToRedo } from './progress.js';
import {
  begin,
  clear,
  converged,
  type Fault,
  hand,
  holdReference,
  lose,
  newSite,
  runCampaign,
  type Site,
  serve,
  serverOf,
  siteAt,
  until,
  untilStruck,
  work,
} from './site.js';
import { tell } from './table.js';

const BEFORE_CHECKPOINT: Fault = { at: 'progress', nth: 3, when: 'before', what: 'kill' };

describe('machines', () => {
  const sites: Site[] = [];
  const place = (site: Site): Site => {
    sites.push(site);
    return site;
  };
  afterEach(async () => {
    for (const site of sites.splice(0)) await clear(site);
  });

  it('4: one is lost; its folder is copied and the campaign goes on elsewhere', async () => {
    const site = place(newSite());
    holdReference(site, true);
    const first = runCampaign(site);
    await until('a reference run', () => referenceLog(site).began === 1);
    await lose(first);
    const other = place(siteAt(site, mkdtempSync(join(tmpdir(), 'anharmony-e2e-'))));
    cpSync(site.path, other.path, { recursive: true });
    rmSync(site.path, { recursive: true });
    holdReference(other, false);
    const lost = Date.now();
    const second = runCampaign(other);
    const seconds = await secondsUntilWork(other, lost);
    await converged(second);
    const { began, ended, repeated } = referenceLog(other);
    tell({ fault: '4 machine lost in a reference run', steps: 0, repeated, lost: 0, seconds });
    // The run that was under way died with its machine, and was made again.
    expect({ began, repeated }).toEqual({ began: ended + 1, repeated: 0 });
    expectUndisturbed(outcomeOf(other), inject('undisturbed'));
  });

  it('14: two share only the store; the one that does MD is lost', async () => {
    const site = place(newSite());
    await serve(site);
    const env = { TEMPORAL_ADDRESS: serverOf(site).address };
    // The other machine: folders of its own, but for the store.
    const other = place(newSite());
    mkdirSync(other.home);
    mkdirSync(join(site.home, 'store'), { recursive: true });
    symlinkSync(join(site.home, 'store'), join(other.home, 'store'));
    const lost = await work(site, ['--roles', 'md'], { faults: [BEFORE_CHECKPOINT], env });
    await work(site, ['--roles', 'workflow,fit'], { env });
    await work(other, ['--roles', 'reference'], { env });
    await hand(site, env);
    await untilStruck({ ...site, running: [lost] }, BEFORE_CHECKPOINT);
    await lost.finished;
    const steps = stepsToRedo(site);
    const since = Date.now();
    await work(other, ['--roles', 'md'], { env });
    const seconds = await secondsUntilWork(site, since);
    await converged(begin(site, ['watch', 'small', '--format', 'plain'], { env }));
    const { began, ended, repeated } = referenceLog(site, other);
    tell({ fault: '14 one of two machines lost in MD', steps, repeated, lost: began - ended, seconds });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
