import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareLedgers } from '../../src/campaign/agreement.js';
import { decide, tellAgain } from '../../src/campaign/decide.js';
import { scriptOf } from '../../src/campaign/script.js';
import type { CampaignState } from '../../src/campaign/state.js';
import { type Order, refusal, type Steering } from '../../src/campaign/steering.js';
import { chooser, freshCampaign, play } from './play.js';
import { createWorld, FRIENDLY, smallRules } from './world.js';

const RULES = smallRules({ walkers: [{ temperature: 300 }, { temperature: 400 }] });
const NATURE = { ...FRIENDLY, rejects: (structure: number) => structure % 9 === 8 };
const WHO = { by: 'ada@bench', at: '2026-02-03T04:05:06.000Z' };

/** Something that a person may say at a moment; `kind` chooses. */
function orderAt(state: CampaignState, kind: number): Order {
  const set = (limits: Partial<CampaignState['rules']['limits']>): Order => ({
    kind: state.verdict === null ? 'set' : 'extend',
    changes: [{ key: 'limits.time', value: '1 ns' }],
    after: state.changes.length,
    rules: { ...(state.nextRules ?? state.rules), limits: { ...state.rules.limits, ...limits } },
  });
  const [quarantined] = state.quarantine;
  switch (kind) {
    case 0:
      return set({ roundSteps: 1500 });
    case 1:
      return { kind: 'sample', walkers: [1] };
    case 2:
      return { kind: state.paused ? 'resume' : 'pause' };
    case 3:
      return quarantined
        ? { kind: 'resolve', structure: quarantined.id, answer: { kind: 'skip' } }
        : { kind: 'sample', walkers: [2] };
    default:
      // One that rests before its first MD ends at once, with whatever of its first labels and test set has come in.
      return state.paused && state.round === 0 ? { kind: 'resume' } : { kind: 'stop' };
  }
}

interface Told {
  readonly steering: Steering;
  readonly state: CampaignState;
}

/** Plays a campaign that a person meddles with at these moments (counted in events). */
function steeredCampaign(moments: readonly (readonly [number, number])[], draws: readonly number[]) {
  const world = createWorld(NATURE);
  const told: Told[] = [];
  let state = freshCampaign(RULES);
  const say = (order: Order) => {
    if (refusal(state, order) !== null) return;
    told.push({ steering: { ...WHO, order }, state });
    state = decide(state, { type: 'steered', command: '', ...WHO, order }).state;
  };
  for (const [events, kind] of moments) {
    let left = events;
    state = play(state, world, { choose: chooser(draws), until: () => left-- === 0 });
    say(orderAt(state, kind));
  }
  if (state.paused) say({ kind: 'resume' });
  state = play(state, world, { choose: chooser(draws) });
  return { state, told, ledger: world.ledger(state.ledger.head) };
}

describe('a campaign that was steered', () => {
  it('is the same once more when it is told the same at the same places, in whatever order things arrive', () => {
    const moments = fc.array(fc.tuple(fc.nat(60), fc.nat(4)), { maxLength: 5 });
    const draws = fc.array(fc.nat(100_000), { maxLength: 200 });
    let orders = 0;
    fc.assert(
      fc.property(moments, draws, draws, (when, list, other) => {
        const first = steeredCampaign(when, list);
        const world = createWorld(NATURE);
        const script = scriptOf(first.told);
        const start = tellAgain({ ...freshCampaign(RULES), script });
        const second = play(start, world, { choose: chooser(other) });
        expect(second.script ?? []).toEqual([]);
        expect(second.forceField).toEqual(first.state.forceField);
        expect(second.verdict?.kind).toBe(first.state.verdict?.kind);
        expect(compareLedgers(first.ledger, world.ledger(second.ledger.head)).difference).toBeNull();
        orders += script.length;
      }),
      { numRuns: 150 },
    );
    expect(orders).toBeGreaterThan(50);
  });

  it('is another without them (the test can fail)', () => {
    const { ledger, told } = steeredCampaign(
      [
        [30, 0],
        [40, 1],
      ],
      [],
    );
    expect(told).toHaveLength(2);
    const world = createWorld(NATURE);
    const plain = play(freshCampaign(RULES), world);
    expect(compareLedgers(ledger, world.ledger(plain.ledger.head)).difference).not.toBeNull();
  });
});
