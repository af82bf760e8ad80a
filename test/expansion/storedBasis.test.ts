import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { campaignContext } from '../../activities/tasks/context.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import type { Store } from '../../src/store/types.js';

describe('a basis that was built', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'anharmony-basis-'));
    copyFileSync('examples/argon.POSCAR', join(folder, 'argon.POSCAR'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The context of a campaign in a store that is opened anew, and how many bases it put there. */
  async function contextOf(name: string, expansion: string) {
    const path = join(folder, `${name}.yaml`);
    const text = readFileSync('examples/argon.yaml', 'utf8')
      .replace('name: argon', `name: ${name}`)
      .replace(/cutoffs: \{.*\}/, expansion);
    writeFileSync(path, text);
    const opened = await openFolderStore(join(folder, 'store'));
    let built = 0;
    const put: Store['put'] = (kind, bytes) => {
      if (kind === 'basis') built++;
      return opened.put(kind, bytes);
    };
    const store = new Proxy(opened, {
      get: (own, key) => (key === 'put' ? put : Reflect.get(own, key).bind?.(own)),
    });
    const campaign = await store.put('campaign-file', canonicalJson(loadCampaign(path).bundle));
    return { context: await campaignContext(store, campaign), built };
  }

  it('is stored by the hash of all it follows from and adopted by the next campaign, to the same bits', async () => {
    const cutoffs = 'cutoffs: { 2: 5.5, 3: 4.0 }';
    const first = await contextOf('first', cutoffs);
    const second = await contextOf('second', cutoffs);
    expect([first.built, second.built]).toEqual([1, 0]);
    expect(second.context.basis).toEqual(first.context.basis);
    const { primitive, space } = second.context;
    expect(space).toEqual(buildClusterSpace(primitive, { 2: 5.5, 3: 4 }));
  });

  it('is another one for other cutoffs and other options, and the same for options written another way', async () => {
    const limited = 'cutoffs: { 2: 5.5, 3: 4.0 }\n  rotational: [huang, born-huang]';
    const again = 'cutoffs: { 2: 5.5, 3: 4.0 }\n  rotational: [born-huang, huang]\n  maximumSites: {}';
    const other = await contextOf('other', limited);
    expect(other.built).toBe(1);
    expect((await contextOf('again', again)).built).toBe(0);
    expect((await contextOf('longer', 'cutoffs: { 2: 7.6, 3: 4.0 }')).built).toBe(1);
  });
});
