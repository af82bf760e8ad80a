import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { heldLabels } from '../../../activities/tasks/inherited.js';
import { parseChange } from '../../../src/campaign/changes.js';
import { forkCampaign } from '../../../src/campaign/edit.js';
import { verifyCampaign } from '../../../src/cli/audit/verify.js';
import { campaignFrom, only, openStage, type Played, playCampaign, QUICK, type Stage } from './played.js';

let stage: Stage;
let parent: Played;
beforeAll(async () => {
  stage = await openStage();
  parent = await playCampaign(stage, campaignFrom(stage, QUICK));
}, 60_000);
afterAll(() => stage.remove());

function fork(name: string, ...changes: readonly string[]) {
  const parentKey = { campaign: 'quick', ledger: parent.head.hash };
  return campaignFrom(stage, forkCampaign(QUICK, name, parentKey, changes.map(parseChange)));
}

describe('a fork', () => {
  it('begins with the labels of its parent’s MD, says so in its ledger, and is proven like any campaign', async () => {
    const child = await playCampaign(stage, fork('hot', 'md.temperature=60'));
    const fromMd = only(parent.entries, 'asked').filter((entry) => entry.group === 'md');
    expect(fromMd.length).toBeGreaterThan(4);
    expect(only(child.entries, 'forked')).toMatchObject([
      { sequence: 1, parent: 'quick', head: parent.head, taken: fromMd.length, left: [] },
    ]);
    expect(only(child.entries, 'forked')[0].fingerprint).toBe(parent.campaign.fingerprint);
    const imported = only(child.entries, 'asked').filter((entry) => entry.group === 'imported');
    expect(imported.map((entry) => entry.ref)).toEqual(fromMd.map((entry) => entry.ref));
    // Neither they nor the same first displacements are computed again.
    const adopted = only(child.entries, 'labelled').filter((entry) => entry.adopted);
    expect(adopted.length).toBeGreaterThanOrEqual(imported.length + 3);
    expect(only(child.entries, 'refitted')[0].counts.imported).toBe(imported.length);
    expect(
      (await verifyCampaign({ store: stage.store, head: child.head, recompute: true })).filter(
        (check) => !check.holds,
      ),
    ).toEqual([]);

    // A fork of the fork has them, and those of the fork.
    const own = only(child.entries, 'asked').filter((entry) => entry.group === 'md').length;
    const key = { campaign: 'hot', ledger: child.head.hash };
    const grandchild = campaignFrom(
      stage,
      forkCampaign(QUICK, 'hotter', key, [parseChange('md.temperature=70')]),
    );
    const begun = await playCampaign(stage, grandchild);
    expect(only(begun.entries, 'forked')[0].taken).toBe(imported.length + own);
  }, 60_000);

  it.each([
    ['reference.epsilon=0.0105', 'by a reference with other settings'],
    ['supercell=[3, 2, 2]', 'of another crystal or supercell'],
    ['reference.gate={largestForce: 1e-3}', 'refused by the gate'],
  ])('with %s leaves its parent’s labels, %s', async (change, reason) => {
    const { labels, inheritance } = await heldLabels(stage.store, fork('other', change).bundle);
    expect(labels).toEqual([]);
    expect(inheritance.taken).toBe(0);
    expect(inheritance.left.every((group) => group.reason.startsWith(reason))).toBe(true);
    expect(inheritance.left.reduce((sum, group) => sum + group.labels, 0)).toBe(
      only(parent.entries, 'asked').filter((entry) => entry.group === 'md').length,
    );
  });

  it('refuses a ledger that the store has not, or that is another campaign’s', async () => {
    const with_ = (campaign: string, ledger: string) =>
      heldLabels(stage.store, campaignFrom(stage, forkCampaign(QUICK, 'x', { campaign, ledger }, [])).bundle);
    await expect(with_('quick', '0'.repeat(64))).rejects.toThrow(
      /parent\.ledger: the store has no such entry/,
    );
    await expect(with_('slow', parent.head.hash)).rejects.toThrow(/parent\.campaign: .*another campaign/);
  });
});
