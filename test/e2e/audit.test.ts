import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import { getLabel, originOfLabel, putLabel } from '../../src/store/artifacts/label.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import { parseLedgerLines } from '../../src/store/ledger.js';
import { QUICK } from '../cli/audit/played.js';
import {
  type Finished,
  forceConstants,
  killTree,
  root,
  run,
  start,
  temporaryFolder,
  untilSaid,
} from './cli.js';

/** `fork`, `reproduce`, `gc` and `audit --html` as a user calls them: real processes, a real server, a real store. */
describe('a campaign that has ended', () => {
  const folder = temporaryFolder();
  const here = (...args: string[]) => run(args, folder.path);
  let original: Finished;

  beforeAll(async () => {
    copyFileSync(join(root, 'examples/argon.POSCAR'), join(folder.path, 'argon.POSCAR'));
    writeFileSync(join(folder.path, 'quick.yaml'), QUICK);
    original = await here('run', 'quick.yaml');
    expect(original.code, original.stdout + original.stderr).toBe(0);
  }, 300_000);
  afterAll(() => folder.remove());

  it('is forked: the file is shown first, then written beside that of the parent and started', async () => {
    const change = ['fork', 'quick', '--name', 'warm', '--set', 'md.temperature=60'];
    const shown = await here(...change, '--dry-run');
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stderr).toMatch(/labels: (\d+) of \1 from MD of quick hold/);
    expect(existsSync(join(folder.path, 'warm.yaml'))).toBe(false);

    const forked = await here(...change);
    expect(forked.code, forked.stderr).toBe(0);
    expect(forked.stdout).toMatch(/^warm\.yaml\ncampaign warm: started/);
    const text = readFileSync(join(folder.path, 'warm.yaml'), 'utf8');
    expect(text).toBe(shown.stdout);
    expect(text).toContain('crystal: argon.POSCAR # fcc');
    // The same again changes nothing; another change under the same name is refused.
    expect((await here(...change)).stdout).toContain('campaign warm: found running');
    const other = await here('fork', 'quick', '--name', 'warm', '--set', 'md.temperature=70');
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/"warm" is taken by another configuration/);

    const ended = await here('run', 'warm.yaml');
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    expect((await here('audit', 'warm')).stdout).toMatch(
      /^ +1 {2}forked from quick \(its ledger up to [0-9a-f]{12}…\)/m,
    );
  }, 300_000);

  it('refuses a fork that `check` would refuse, and says how many labels of it would not hold', async () => {
    const wrong = await here('fork', 'quick', '--name', 'x', '--set', 'expansion.cutoffs.2=50');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/expansion\.cutoffs/);
    const none = await here('fork', 'quick', '--name', 'x', '--set', 'reference.sigma=3.41', '--dry-run');
    expect(none.stderr).toMatch(/labels: 0 of \d+ from MD of quick hold/);
    expect(none.stderr).toMatch(/\d+ labels left, by a reference with other settings/);
    expect((await here('fork', 'nobody', '--name', 'x')).code).toBe(2);
  }, 90_000);

  it('is reproduced to the same bits, and a label that was changed is found and named', async () => {
    const second = await here('reproduce', 'quick');
    expect(second.code, second.stdout + second.stderr).toBe(0);
    expect(second.stdout).toMatch(/^quick-again beside quick: \d+ labels from the store, 0 computed$/m);
    expect(second.stdout).toMatch(/^agrees {3}ledger: all \d+ decisions and results/m);
    expect(second.stdout).toMatch(/^agrees {3}force constants: sha256:[0-9a-f]{64}, to the same bits$/m);
    expect(forceConstants(second)).toBe(forceConstants(original));

    const structure = await falsifyLabel(folder.path);
    const false_ = await here('reproduce', 'quick', '--name', 'falsified');
    expect(false_.code).toBe(1);
    expect(false_.stdout).toMatch(/^DIFFERS {2}ledger: .* \(labelled\): label\.hash was "[0-9a-f]{64}"/m);
    expect(false_.stdout).toMatch(/^DIFFERS {2}force constants: /m);
    expect((await here('audit', 'falsified')).stdout).toContain(`structure ${structure}: label`);

    const fresh = await here('reproduce', 'quick', '--name', 'fresh', '--fresh-labels', '--format', 'json');
    expect(fresh.code, fresh.stdout + fresh.stderr).toBe(0);
    expect(JSON.parse(fresh.stdout.trim().split('\n').at(-1)!)).toMatchObject({
      msg: 'agreement',
      campaign: 'fresh',
      difference: null,
      labels: { adopted: 0 },
    });
  }, 300_000);

  it('is as provable as before when gc has freed what can be computed again', async () => {
    const shown = await here('gc');
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout).toMatch(/^force fields older than the latest two +\d+ +[\d.]+ MiB/m);
    expect(shown.stdout).toContain('nothing was freed: --yes does it');
    const freed = await here('gc', '--yes');
    expect(freed.stdout).toMatch(/^freed [\d.]+ MiB$/m);
    expect((await here('gc')).stdout).toMatch(/^nothing to free$/m);
    const proof = await here('verify', 'quick', '--recompute');
    expect(proof.code, proof.stdout + proof.stderr).toBe(0);
    expect(proof.stdout).toMatch(/\d+ older force fields were freed and are computed again/);
    expect((await here('report', 'quick')).code).toBe(0);
  }, 180_000);

  it('is one page for whoever audits it', async () => {
    const page = await here('audit', 'quick', '--html', 'audit.html');
    expect(page.code, page.stderr).toBe(0);
    expect(page.stdout).toBe('audit.html\n');
    expect(readFileSync(join(folder.path, 'audit.html'), 'utf8')).toContain('Audit of quick');
  }, 90_000);

  it('does not let gc run beside one that is under way', async () => {
    writeFileSync(
      join(folder.path, 'long.yaml'),
      `${QUICK.replace('name: quick', 'name: long').replace('minTime: 1 ps', 'stopAtConvergence: false').replace('20 ps', '20 ns')}`,
    );
    const running = start(['run', 'long.yaml'], folder.path);
    try {
      await untilSaid(running, / pick walker=1/);
      const refused = await here('gc', '--yes');
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/nothing is freed while campaigns of this store are under way: long/);
      const looked = await here('gc', '--dry-run');
      expect(looked.code, looked.stderr).toBe(0);
    } finally {
      killTree(running.child.pid!);
      await running.finished;
    }
  }, 180_000);
});

/** Puts another label where the store finds that of a structure from MD; returns the structure's number. */
async function falsifyLabel(folder: string): Promise<number> {
  const home = join(folder, '.anharmony/store');
  const ledger = parseLedgerLines<LedgerEntryBody>(
    readFileSync(join(folder, 'runs/quick/ledger.jsonl'), 'utf8'),
  );
  const asked = ledger.flatMap((entry) => (entry.type === 'asked' && entry.group === 'md' ? [entry] : []))[1];
  const labelled = ledger.find((entry) => entry.type === 'labelled' && entry.structure === asked.structure);
  if (labelled?.type !== 'labelled') throw new Error('no label');
  const store = await openFolderStore(home);
  const label = await getLabel(store, labelled.label);
  const forces = label.forces.slice();
  forces[0] += 1e-4;
  forces[3] -= 1e-4;
  const other = await putLabel(store, { ...label, forces }, await originOfLabel(store, labelled.label));
  const links = join(home, 'links/label');
  const link = readdirSync(links).find((name) =>
    readFileSync(join(links, name), 'utf8').includes(labelled.label.hash),
  )!;
  writeFileSync(join(links, link), JSON.stringify(other));
  return asked.structure;
}
