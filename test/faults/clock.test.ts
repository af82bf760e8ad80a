import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
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

const LIBRARY = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
  .find((path) => existsSync(path));
if (LIBRARY === undefined)
  console.warn('SKIPPED, fault 13 (clock): there is no libfaketime here (apt-get install libfaketime)');
console.warn('NOT TRIED, fault 13: the clock of the server, which asks the kernel without the C library');

const IN_MD: Fault = { at: 'progress', nth: 2, when: 'after', what: 'hold' };

describe('the clock of a worker', () => {
  let site: Site;
  afterEach(() => clear(site));

  it.runIf(LIBRARY !== undefined)(
    '13: jumps by an hour, forth in a reference run and back in MD: nothing happens',
    async () => {
      site = newSite();
      const clock = join(site.path, 'clock');
      writeFileSync(clock, '+0');
      await serve(site);
      const env = {
        LD_PRELOAD: LIBRARY,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
      };
      holdReference(site, true);
      const worker = await work(site, [], { faults: [IN_MD], env });
      await hand(site);
      await until('a reference run', () => referenceLog(site).began === 1);
      writeFileSync(clock, '+3600');
      await new Promise((resolve) => setTimeout(resolve, 7000));
      holdReference(site, false);
      await untilStruck(site, IN_MD);
      writeFileSync(clock, '-3600');
      const jumped = Date.now();
      release(site, IN_MD);
      const seconds = await secondsUntilWork(site, jumped);
      await converged(begin(site, ['watch', 'small', '--format', 'plain']));
      // It did live in another time.
      const last = worker
        .output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { time?: string })
        .at(-1);
      expect(last).toBeDefined();
      const { began, ended, repeated } = referenceLog(site);
      tell({
        fault: '13 clock of the worker jumps by an hour',
        steps: 0,
        repeated,
        lost: began - ended,
        seconds,
      });
      expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
      expectUndisturbed(outcomeOf(site), inject('undisturbed'));
    },
  );
});
