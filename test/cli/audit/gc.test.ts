import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeResults } from '../../../activities/tasks/publish.js';
import { compareLedgers } from '../../../src/campaign/agreement.js';
import { resumeCampaign } from '../../../src/campaign/begin.js';
import { wholeStory } from '../../../src/cli/audit/gather.js';
import { storyLines } from '../../../src/cli/audit/story.js';
import { verifyCampaign } from '../../../src/cli/audit/verify.js';
import { registerCampaign } from '../../../src/cli/campaigns/registry.js';
import { type Plan, planCollection } from '../../../src/cli/gc/plan.js';
import { removeFile } from '../../../src/store/folderInventory.js';
import { campaignFrom, only, openStage, type Played, playCampaign, QUICK, type Stage } from './played.js';

/** Long enough after everything was written that nobody can be writing it. */
const LATER = 7_200_000;

let stage: Stage;
let parent: Played;
beforeAll(async () => {
  stage = await openStage();
  parent = await playCampaign(stage, campaignFrom(stage, QUICK));
}, 60_000);
afterAll(() => stage.remove());

describe('what gc frees', () => {
  /** Objects that nothing names. */
  const unnamed = (plan: Plan) =>
    plan.freeable.filter((f) => f.kind === 'objects that nothing names').map((f) => f.file.path.slice(-62));

  it('is no loss: proof, report, audit and a campaign that goes on are as before', async () => {
    // A campaign that is cut in its third round.
    let rounds = 0;
    const campaign = campaignFrom(stage, QUICK.replace('name: quick', 'name: cut'));
    const cut = await playCampaign(stage, campaign, {
      meddle: (perform) => (command) => {
        if (command.type === 'explore' && ++rounds === 3)
          return Promise.resolve({
            type: 'ended',
            command: command.id,
            verdict: { kind: 'cancelled', reason: 'by a person' },
          });
        return perform(command);
      },
    });
    expect(cut.state.verdict?.kind).toBe('cancelled');

    const told = async () => storyLines(await wholeStory(stage.store, parent, 9, { timestep: 5 })).join('\n');
    const before = await told();
    const plan = await planCollection(stage.home, stage.store, Date.now() + LATER);
    expect(plan.unfinished).toEqual(['cut']);
    const factors = plan.freeable.filter((f) => f.kind === 'force fields older than the latest two');
    expect(factors.length).toBeGreaterThan(3);
    for (const { file } of plan.freeable) expect(await removeFile(file.path)).toBe(true);
    const second = await planCollection(stage.home, stage.store, Date.now() + LATER);
    expect(second.freeable).toEqual([]);
    expect(second.kept).toEqual(plan.kept);

    const checks = await verifyCampaign({ store: stage.store, head: parent.head, recompute: true });
    expect(checks.filter((check) => !check.holds)).toEqual([]);
    expect(checks[1].detail).toMatch(/\d+ older force fields were freed/);
    expect(await told()).toBe(before);
    const { folder } = await writeResults(stage.environment, {
      campaign: parent.ref,
      head: parent.head,
      forceField: parent.state.forceField!.ref,
      verdict: parent.state.verdict,
    });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('</html>');

    const resumed = await playCampaign(stage, campaign, { from: resumeCampaign(cut.state) });
    expect(resumed.state.forceField?.parametersHash).toBe(parent.state.forceField?.parametersHash);
    expect(compareLedgers(parent.entries, resumed.entries).difference).toBeNull();
  }, 60_000);

  it('leaves alone what a campaign that has not ended may have under way', async () => {
    // A trace that no ledger names yet, as a walker leaves it while others still run.
    const trace = only(parent.entries, 'explored')[0].trace;
    const bytes = await stage.store.get(trace);
    bytes[bytes.length - 1] ^= 1;
    const { hash } = await stage.store.put('trace', bytes);
    const path = hash.slice(2);
    const campaign = campaignFrom(stage, QUICK.replace('name: quick', 'name: waiting'));
    const begun = await planCollection(stage.home, stage.store, Date.now() + LATER);
    expect(unnamed(begun)).toEqual([path]);
    expect(begun.unfinished).toEqual([]);
    await registerCampaign(stage.store, campaign);
    const plan = await planCollection(stage.home, stage.store, Date.now() + LATER);
    expect(plan.unfinished).toEqual(['waiting']);
    expect(unnamed(plan)).toEqual([]);
    expect(plan.leftAlone.map((file) => file.path.slice(-62))).toEqual([path]);
    // And in the first hour, whoever it belongs to.
    expect(unnamed(await planCollection(stage.home, stage.store, Date.now()))).toEqual([]);
  });

  it('is nothing where a document of the store is damaged: what it named cannot be told any more', async () => {
    const other = await openStage();
    try {
      const ref = await other.store.put('ledger-entry', new TextEncoder().encode('{"sequence":0}'));
      writeFileSync(
        join(other.home.store, 'objects', ref.hash.slice(0, 2), ref.hash.slice(2)),
        '{"sequence":1}',
      );
      await expect(planCollection(other.home, other.store, Date.now())).rejects.toThrow(
        /cannot be told: .* is corrupt/,
      );
    } finally {
      other.remove();
    }
  });
});
