import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import { progressFiles, stepOf } from './progress.js';
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

const ZOMBIE: Fault = { at: 'progress', nth: 2, when: 'before', what: 'hold' };
const SUCCESSOR: Fault = { at: 'progress', nth: 4, when: 'after', what: 'hold' };

describe('a worker that is frozen', () => {
  let site: Site;
  afterEach(() => clear(site));

  it('5: beyond the heartbeat timeout, thawed beside its successor: it writes nothing any more', async () => {
    site = newSite();
    await serve(site);
    const zombie = await work(site, [], { faults: [ZOMBIE] });
    await hand(site);
    await untilStruck({ ...site, running: [zombie] }, ZOMBIE);
    process.kill(zombie.child.pid!, 'SIGSTOP');
    const frozen = Date.now();
    release(site, ZOMBIE);
    const successor = await work(site, [], { faults: [SUCCESSOR] });
    const seconds = await secondsUntilWork(site, frozen);
    await untilStruck({ ...site, running: [successor] }, SUCCESSOR);
    const [file] = progressFiles(site, '.bin');
    const before = readFileSync(file);
    process.kill(zombie.child.pid!, 'SIGCONT');
    // It stands just before the naming of a checkpoint, and goes on with MD.
    await sleep(3000);
    const after = readFileSync(file);
    // A name that was under way may still be given: the file is whole, and its writer stops at the next.
    expect(stepOf(file)).toBeGreaterThan(0);
    const again = readFileSync(file);
    expect(again.equals(after)).toBe(true);
    release(site, SUCCESSOR);
    await converged(begin(site, ['watch', 'small', '--format', 'plain']));
    await until('its end', () => progressFiles(site, '').length === 0, 20);
    const { began, ended, repeated } = referenceLog(site);
    const steps = after.equals(before) ? 0 : 500;
    tell({
      fault: '5 worker frozen in MD, its successor at work, thawed',
      steps,
      repeated,
      lost: began - ended,
      seconds,
    });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });

  it('5: in a reference run, thawed beside its successor: it leaves the program and its answer to that', async () => {
    site = newSite();
    await serve(site);
    holdReference(site, true);
    const zombie = await work(site);
    await hand(site);
    await until('a reference run', () => referenceLog(site).began > 0);
    process.kill(zombie.child.pid!, 'SIGSTOP');
    const claimed = () => scratchClaims(site);
    const before = claimed();
    await work(site);
    await until('its successor at the same runs', () => claimed().every((claim, k) => claim !== before[k]));
    process.kill(zombie.child.pid!, 'SIGCONT');
    // Longer than it would go on with a task that nobody asks it for.
    await sleep(35_000);
    const { began, ended } = referenceLog(site);
    expect(ended).toBe(0);
    const since = Date.now();
    holdReference(site, false);
    const seconds = await secondsUntilWork(site, since);
    await converged(begin(site, ['watch', 'small', '--format', 'plain']));
    const log = referenceLog(site);
    tell({
      fault: '5 worker frozen in a reference run, its successor waiting for it, thawed',
      steps: 0,
      repeated: log.repeated,
      lost: log.cut,
      seconds,
    });
    expect(log).toMatchObject({ cut: 0, repeated: 0 });
    expect(began).toBe(before.length);
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});

/** Whose the folders of the runs under way are. */
function scratchClaims({ home }: Site): readonly string[] {
  const folder = join(home, 'work/scratch');
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name, 'claim'), 'utf8'));
}
