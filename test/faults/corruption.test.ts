import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { progressFiles, stepOf } from './progress.js';
import { clear, converged, type Fault, newSite, runCampaign, type Site, until, untilStruck } from './site.js';
import { tell } from './table.js';

const LABEL: Fault = { at: 'label', nth: 2, when: 'after', what: 'kill' };
const CHECKPOINT: Fault = { at: 'later progress', when: 'after', what: 'kill' };
const FORCE_FIELD: Fault = { at: 'force-field', when: 'after', what: 'kill' };

function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(path, bytes);
}

describe('6: what is torn or altered on the disk', () => {
  let site: Site;
  beforeAll(() => {
    site = newSite();
  });
  afterAll(() => clear(site));

  /** The file at whose naming the process was killed. */
  async function killedAt(fault: Fault): Promise<string> {
    const running = runCampaign(site, { faults: [fault] });
    const { path } = await untilStruck(site, fault);
    await running.finished;
    return path;
  }

  async function goesOn(fault: string, steps: number): Promise<void> {
    const since = Date.now();
    const running = runCampaign(site);
    const seconds = await secondsUntilWork(site, since);
    running.child.kill('SIGKILL');
    await running.finished;
    tell({ fault, steps, repeated: referenceLog(site).repeated, lost: 0, seconds });
  }

  it('a label with a flipped bit is found out and made whole again', async () => {
    const path = await killedAt(LABEL);
    const whole = readFileSync(path);
    flipBit(path);
    const running = runCampaign(site);
    await until('the label made whole', () => readFileSync(path).equals(whole));
    running.child.kill('SIGKILL');
    await running.finished;
    expect(referenceLog(site).repeated).toBe(0);
  });

  it('a truncated checkpoint is found out, the one before is used', async () => {
    const path = await killedAt(CHECKPOINT);
    const [previous] = progressFiles(site, '.previous');
    const steps = stepOf(path) - stepOf(previous);
    truncateSync(path, 1000);
    await goesOn('6 checkpoint truncated', steps);
    expect(steps).toBeLessThanOrEqual(5 * inject('pace'));
  });

  it('a force field with a flipped bit is refused by its name, and taken when it is put back', async () => {
    const path = await killedAt(FORCE_FIELD);
    const whole = readFileSync(path);
    // The retry writes the same file again: it is altered once it is known.
    const refitted: Fault = { at: 'refitted', when: 'before', what: 'kill' };
    await killedAt(refitted);
    flipBit(path);
    const refused = await runCampaign(site).finished;
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/force-field [0-9a-f]{64} is corrupt/);
    expect(refused.stdout).toMatch(/put it back from a backup/);
    writeFileSync(path, whole);
    await converged(runCampaign(site));
    const { began, ended, repeated } = referenceLog(site);
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
