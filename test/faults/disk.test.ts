import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { hashBytes } from '../../src/store/canonical.js';
import { untilSaid } from '../e2e/cli.js';
import { expectUndisturbed, outcomeOf, referenceLog, secondsUntilWork } from './outcome.js';
import {
  clear,
  converged,
  type Fault,
  holdReference,
  newSite,
  release,
  runCampaign,
  type Site,
  until,
  untilStruck,
} from './site.js';
import { tell } from './table.js';

const CHECKPOINT: Fault = { at: 'progress', nth: 2, when: 'after', what: 'hold' };
const LEDGER: Fault = { at: 'refitted', when: 'before', what: 'hold' };
const MOUNTS = process.getuid?.() === 0 && canMount();

function canMount(): boolean {
  const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
if (!MOUNTS) console.warn('SKIPPED, fault 7 (disk full): mounting a small disk needs root');

/** Writes to a disk until it is full. */
function fill(folder: string): void {
  for (let size = 1 << 16; size >= 1; size >>= 1)
    for (let k = 0; k < 1000; k++) {
      try {
        writeFileSync(join(folder, 'ballast'), Buffer.alloc(size), { flag: 'a' });
      } catch {
        break;
      }
    }
}

const free = (folder: string): void => rmSync(join(folder, 'ballast'));

/** Every object has the content that its name says, and nothing half-written lies about. */
function expectWhole(store: string): void {
  for (const half of readdirSync(join(store, 'objects')))
    for (const name of readdirSync(join(store, 'objects', half)))
      expect(hashBytes(readFileSync(join(store, 'objects', half, name)))).toBe(half + name);
  expect(readdirSync(join(store, 'temporary'))).toEqual([]);
}

describe('the disk', () => {
  let site: Site;
  let mounted: string | undefined;
  afterEach(async () => {
    for (const { child } of site.running) child.kill('SIGKILL');
    if (mounted !== undefined) execFileSync('umount', ['-l', mounted]);
    mounted = undefined;
    await clear(site);
  });

  it.runIf(MOUNTS)(
    '7: is full when label, ledger and checkpoint are written: it waits, says so, and goes on',
    async () => {
      site = newSite();
      const store = join(site.home, 'store');
      mkdirSync(store, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', store]);
      mounted = store;
      holdReference(site, true);
      const running = runCampaign(site, { faults: [LEDGER, CHECKPOINT] });

      const words = () => running.output().match(/waiting .*no room left/g)?.length ?? 0;
      const whileFull = async (what: string, letGo: () => void): Promise<void> => {
        fill(store);
        const said = words();
        letGo();
        const told = () => words() > said;
        await until('its word about the disk', told).catch((error) => {
          throw new Error(`${what}: ${error}\n${running.output()}`);
        });
        expectWhole(store);
        free(store);
        const seconds = await secondsUntilWork(site, Date.now());
        tell({
          fault: `7 disk full when a ${what} is written`,
          steps: 0,
          repeated: referenceLog(site).repeated,
          lost: 0,
          seconds,
        });
      };
      await until('a reference run', () => referenceLog(site).began === 1);
      await whileFull('label', () => holdReference(site, false));
      await untilStruck(site, LEDGER);
      await whileFull('ledger entry', () => release(site, LEDGER));
      await untilStruck(site, CHECKPOINT);
      await whileFull('checkpoint', () => release(site, CHECKPOINT));
      await converged(running);
      expect(referenceLog(site).repeated).toBe(0);
      expectUndisturbed(outcomeOf(site), inject('undisturbed'));
    },
  );

  it('8: the store is not there for a while: it waits, says so, makes nothing in its place, and goes on', async () => {
    site = newSite();
    const store = join(site.home, 'store');
    const running = runCampaign(site, { faults: [CHECKPOINT] });
    await untilStruck(site, CHECKPOINT);
    renameSync(store, `${store}-away`);
    // A disk that is not mounted shows the empty folder below it.
    mkdirSync(store);
    release(site, CHECKPOINT);
    await untilSaid(running, /waiting .*store/);
    expect(readdirSync(store)).toEqual([]);
    rmSync(store, { recursive: true });
    renameSync(`${store}-away`, store);
    const seconds = await secondsUntilWork(site, Date.now());
    await converged(running);
    const { began, ended, repeated } = referenceLog(site);
    tell({ fault: '8 store folder gone for a while', steps: 0, repeated, lost: began - ended, seconds });
    expect({ began, repeated }).toEqual({ began: ended, repeated: 0 });
    expect(statSync(store).isDirectory()).toBe(true);
    expectUndisturbed(outcomeOf(site), inject('undisturbed'));
  });
});
