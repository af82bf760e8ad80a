import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaignContext } from '../../activities/tasks/context.js';
import { RESULT_FILES } from '../../activities/tasks/publish.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { registerCampaign } from '../../src/cli/campaigns/registry.js';
import { registerSelect } from '../../src/cli/commands/select.js';
import { homeOf } from '../../src/cli/home.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import { appendLedger, readLedger, writeLedgerLines } from '../../src/store/ledger.js';
import { argonStructures, recordFit } from '../support/recordedFit.js';
import { runCommand } from '../support/runCommand.js';

interface Selected {
  readonly candidates: readonly {
    readonly name: string;
    readonly options: unknown;
    readonly parameters: number;
  }[];
  readonly recommended: string;
  readonly leftOutStructures: readonly number[];
}

/** A campaign of argon with options of its own, trained on six structures and recorded as a real one is. */
describe('anharmony select CAMPAIGN', () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'anharmony-select-'));
    copyFileSync('examples/argon.POSCAR', join(folder, 'argon.POSCAR'));
    const file = join(folder, 'limited.yaml');
    const yaml = readFileSync('examples/argon.yaml', 'utf8')
      .replace('name: argon', 'name: limited')
      .replace(/cutoffs: \{.*\}/, 'cutoffs: { 2: 5.5, 3: 4.0, 4: 4.0 }\n  maximumSites: { 4: 2 }');
    writeFileSync(file, yaml);
    const home = homeOf({ home: folder });
    const store = await openFolderStore(home.store);
    const context = await campaignContext(store, await registerCampaign(store, loadCampaign(file)));
    const { ledger } = await recordFit(store, context, argonStructures(context.supercell, 6));
    const end = await appendLedger(store, null, ledger);
    mkdirSync(join(home.runs, 'limited'), { recursive: true });
    await writeLedgerLines(join(home.runs, 'limited', RESULT_FILES.ledger), await readLedger(store, end));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  async function select(...flags: readonly string[]): Promise<Selected & { readonly err: string }> {
    const argv = ['select', 'limited', '--home', folder, '--json', ...flags];
    const { out, err } = await runCommand(registerSelect, ...argv);
    return { ...(JSON.parse(out) as Selected), err };
  }
  const names = ({ candidates }: Selected) => candidates.map((c) => c.name).sort();

  it('starts from the campaign’s own cutoffs and options', async () => {
    const own = await select();
    expect(names(own)).toEqual(['2:5.5,3:4,4:4 sites 4:2 decay']);
    expect(own.candidates[0].options).toEqual({ maximumSites: { 4: 2 } });
    expect(own.err).toMatch(
      /^estimate: 1 expansion of up to about \d+ parameters: fits .*, leaving out 6 of 6 structures .*, memory \d+ MiB\n$/,
    );
  });

  it('puts the own expansion beside a grid that inherits what it does not name', async () => {
    const found = await select('--cutoffs', '2:5.5,3:0|4', '--maximum-sites', '3:2|3');
    expect(names(found)).toEqual([
      '2:5.5 decay',
      '2:5.5,3:4 decay',
      '2:5.5,3:4 sites 3:2 decay',
      '2:5.5,3:4,4:4 sites 4:2 decay',
    ]);
    const sizes = await select('--maximum-sites', '4:2|3|4');
    expect(names(sizes)).toEqual([
      '2:5.5,3:4,4:4 decay',
      '2:5.5,3:4,4:4 sites 4:2 decay',
      '2:5.5,3:4,4:4 sites 4:3 decay',
    ]);
    expect(new Set(sizes.candidates.map((c) => c.parameters)).size).toBe(3);
    expect(names(sizes)).toContain(sizes.recommended);
  });

  it('leaves out a seeded sample where it is asked for, and says which', async () => {
    const two = await select('--leave-out', '2');
    expect(two.leftOutStructures).toHaveLength(2);
    const four = await select('--leave-out', '4');
    expect(four.leftOutStructures).toEqual(expect.arrayContaining([...two.leftOutStructures]));
    expect((await select('--leave-out', '2')).leftOutStructures).toEqual(two.leftOutStructures);
    expect((await select('--leave-out', 'all')).leftOutStructures).toEqual([0, 1, 2, 3, 4, 5]);
    await expect(select('--leave-out', 'some')).rejects.toThrow(/--leave-out/);
  });

  it('names what it cannot use', async () => {
    await expect(select('--pair-cutoffs', '3:Ar-Kr:3')).rejects.toThrow(/pairCutoffs\.3\.Ar-Kr/);
    await expect(select('--maximum-sites', '5:2')).rejects.toThrow(/limits nothing/);
    await expect(select('--train', ':2')).rejects.toThrow(/a campaign has its own training set/);
  });
});
