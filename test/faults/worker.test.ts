import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { stepsToRedo } from './progress.js';
import {
  clear,
  type Fault,
  holdReference,
  newSite,
  runCampaign,
  type Site,
  until,
  untilStruck,
} from './site.js';
import { tell } from './table.js';

type Moment = readonly [string, Fault];

/** Moments at which the process of `run` is killed, in the order in which one campaign meets them. */
const BEFORE: readonly Moment[] = [
  ['in the preparation', { at: 'structure', when: 'after', what: 'kill' }],
  ['between preparation and labels', { at: 'structure', nth: 3, when: 'after', what: 'kill' }],
];
const AFTER: readonly Moment[] = [
  ['when a label is stored, not yet known by name', { at: 'label', when: 'after', what: 'kill' }],
  ['when a label is known by name, not yet reported', { at: 'link label', when: 'after', what: 'kill' }],
  ['in a refit', { at: 'training-set', when: 'after', what: 'kill' }],
  ['between refit and displacements', { at: 'force-field', when: 'after', what: 'kill' }],
  ['in MD, just before a checkpoint', { at: 'progress', nth: 3, when: 'before', what: 'kill' }],
  ['in MD, just after a checkpoint', { at: 'progress', nth: 2, when: 'after', what: 'kill' }],
  ['between MD and label', { at: 'trace', when: 'after', what: 'kill' }],
  ['while the ledger is written', { at: 'explored', when: 'before', what: 'kill' }],
  ['between refit and MD', { at: 'refitted', when: 'after', what: 'kill' }],
];

describe('1: a worker that is killed (with its server, which is started again)', () => {
  let site: Site;
  beforeAll(() => {
    site = newSite();
  });
  afterAll(() => clear(site));

  const killed = async (moment: string, fault: Fault): Promise<void> => {
    const before = referenceLog(site);
    const first = runCampaign(site, { faults: [fault] });
    await untilStruck(site, fault);
    await first.finished;
    const steps = fault.at === 'progress' && fault.when === 'before' ? stepsToRedo(site) : 0;
    const since = Date.now();
    const second = runCampaign(site);
    const seconds = await secondsUntilWork(site, since);
    second.child.kill('SIGKILL');
    await second.finished;
    const repeated = referenceLog(site).repeated - before.repeated;
    tell({ fault: `1 worker killed ${moment}`, steps, repeated, lost: 0, seconds });
    expect(repeated).toBe(0);
  };

  it.each(BEFORE)('%s', killed);

  it('in a reference run, which goes on without it', async () => {
    holdReference(site, true);
    const before = referenceLog(site);
    const first = runCampaign(site);
    await until('a reference run', () => referenceLog(site).began > before.began, 120);
    first.child.kill('SIGKILL');
    await first.finished;
    const killed = Date.now();
    const second = runCampaign(site);
    await until('its successor at work', () => / heartbeat /.test(second.output()), 60);
    holdReference(site, false);
    const seconds = await secondsUntilWork(site, killed);
    second.child.kill('SIGKILL');
    await second.finished;
    const { repeated } = referenceLog(site);
    expect(repeated).toBe(0);
    tell({ fault: '1 worker killed in a reference run', steps: 0, repeated, lost: 0, seconds });
  });

  it.each(AFTER)('%s', killed);

  it('when the campaign has ended, before its report, and changes nothing', async () => {
    const fault: Fault = { at: 'finished', when: 'after', what: 'kill' };
    const first = runCampaign(site, { faults: [fault] });
    await untilStruck(site, fault);
    await first.finished;
    const killed = Date.now();
    const last = await runCampaign(site).finished;
    const seconds = (Date.now() - killed) / 1e3;
    expect(last.code, last.stdout + last.stderr).toBe(0);
    const { began, ended, repeated } = referenceLog(site);
    tell({ fault: '1 worker killed before the report', steps: 0, repeated, lost: began - ended, seconds });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
