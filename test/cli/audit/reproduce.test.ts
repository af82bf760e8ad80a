import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareLedgers } from '../../../src/campaign/agreement.js';
import { campaignFrom, only, openStage, type Played, playCampaign, QUICK, type Stage } from './played.js';

let stage: Stage;
let parent: Played;
beforeAll(async () => {
  stage = await openStage();
  parent = await playCampaign(stage, campaignFrom(stage, QUICK));
}, 60_000);
afterAll(() => stage.remove());

describe('a reproduction', () => {
  const again = (name: string, text = QUICK) =>
    playCampaign(stage, campaignFrom(stage, text.replace('name: quick', `name: ${name}`)));

  it('agrees with labels of the store in every decision and in the bits of the force constants', async () => {
    const second = await again('again');
    const agreement = compareLedgers(parent.entries, second.entries);
    expect(agreement.difference).toBeNull();
    expect(agreement.agreeing).toBe(agreement.entries.original);
    expect(agreement.agreeing).toBeGreaterThan(40);
    expect(agreement.forceConstants.again).toBe(agreement.forceConstants.original);
    expect(agreement.labels).toEqual({ computed: 0, adopted: only(parent.entries, 'labelled').length });
  });

  it('names the first thing in which it differs where something was really changed', async () => {
    const seed = compareLedgers(parent.entries, (await again('seeded', `${QUICK}seed: 2\n`)).entries);
    // Random displacements are the first thing that a seed changes.
    expect(seed.difference).toMatchObject({ type: 'asked', field: 'ref.hash' });
    const [first] = only(parent.entries, 'asked').filter((entry) => entry.group === 'random');
    expect(seed.difference?.original).toBe(first.sequence);

    const cold = compareLedgers(
      parent.entries,
      (await again('cold', QUICK.replace('window: 200', 'window: 201'))).entries,
    );
    // Up to the first μ_k everything agrees, force constants of the first refits included.
    expect(cold.agreeing).toBeGreaterThan(10);
    expect(cold.difference).toMatchObject({ type: 'explored' });
  }, 60_000);

  it('agrees with as much as there is of a campaign that has not ended', () => {
    const begun = parent.entries.slice(0, 30);
    expect(compareLedgers(begun, parent.entries)).toMatchObject({ unfinished: true, difference: null });
    expect(compareLedgers(parent.entries, begun).difference).toMatchObject({ again: null, field: '' });
  });
});
