import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outstanding } from '../../src/campaign/commands.js';
import { decide } from '../../src/campaign/decide.js';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignRules, CampaignState } from '../../src/campaign/state.js';
import { chooser, freshCampaign, play, revived } from './play.js';
import { only } from './played.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

/** Campaigns of many kinds. */
const cases = fc.record({
  seed: fc.nat(1000),
  walkers: fc.integer({ min: 1, max: 4 }),
  lookahead: fc.integer({ min: 1, max: 4 }),
  phononStructures: fc.constantFrom(0, 3),
  hasTestSet: fc.boolean(),
  structures: fc.integer({ min: 3, max: 40 }),
  initial: fc.constantFrom(2, 40),
  steps: fc.integer({ min: 2000, max: 30_000 }),
  stopAtConvergence: fc.boolean(),
  rejectsOneOf: fc.integer({ min: 2, max: 12 }),
  keeps: fc.integer({ min: 1, max: 3 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;
const draws = fc.array(fc.nat(100_000), { maxLength: 400 });

function natureOf(c: Case): Nature {
  const rejects = (structure: number) => structure > 1 && (structure * 7 + c.seed) % c.rejectsOneOf === 1;
  const outcome = (walker: number, round: number) =>
    (walker + round + c.seed) % 11 === 0 ? 'wrecked' : undefined;
  return { ...FRIENDLY, seed: c.seed, initial: c.initial, keeps: c.keeps, rejects, outcome };
}

function rulesOf(c: Case): CampaignRules {
  const rules = smallRules();
  return {
    ...rules,
    walkers: Array.from({ length: c.walkers }, (_, k) => ({ temperature: 300 + 100 * k })),
    lookahead: c.lookahead,
    phononStructures: c.phononStructures,
    hasTestSet: c.hasTestSet,
    limits: { steps: c.steps, structures: c.structures, roundSteps: 1000 },
    convergence: { ...rules.convergence, stopAtConvergence: c.stopAtConvergence },
  };
}

describe('the outcome does not depend on', () => {
  /** The same campaign twice, once undisturbed. */
  const sameOutcome = (options: { duplicates?: boolean; cuts?: boolean }) =>
    fc.assert(
      fc.property(cases, draws, (c, list) => {
        const quiet = createWorld(natureOf(c));
        const expected = play(freshCampaign(rulesOf(c)), quiet);
        const world = createWorld(natureOf(c));
        const found = play(freshCampaign(rulesOf(c)), world, { choose: chooser(list), ...options });
        expect(revived(found)).toEqual(revived(expected));
        expect(world.ledger(found.ledger.head)).toEqual(quiet.ledger(expected.ledger.head));
      }),
      { numRuns: 60 },
    );

  it('the order in which events arrive', () => sameOutcome({}));
  it('events that come twice, or late for commands no longer outstanding', () =>
    sameOutcome({ duplicates: true }));
  it('where it was cut and continued from its stored state', () => sameOutcome({ cuts: true }));
  it('all of that at once', () => sameOutcome({ duplicates: true, cuts: true }));

  it('the order, and these orders do differ (the test can fail)', () => {
    const world = createWorld();
    const orders = [() => 0, (n: number) => n - 1].map((choose) => {
      const order: string[] = [];
      play(freshCampaign(smallRules()), world, {
        choose,
        watch: (_, after) => after && order.push(after.id),
      });
      return order;
    });
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

describe('at every step of a campaign', () => {
  it('the state is plain JSON, and the same commands follow from it when it is read back', () => {
    fc.assert(
      fc.property(cases, draws, (c, list) => {
        const watch = (state: CampaignState) => {
          expect(outstanding(revived(state))).toEqual(outstanding(state));
          // No undefined where null is meant, no number that JSON has not, no Map.
          expect(revived(revived(state))).toEqual(state);
        };
        play(freshCampaign(rulesOf(c)), createWorld(natureOf(c)), { choose: chooser(list), watch });
      }),
      { numRuns: 25 },
    );
  });

  it('the commands returned with a state are those that follow from it', () => {
    const world = createWorld();
    const state = freshCampaign(smallRules());
    const [command] = outstanding(state).filter((c) => c.type === 'prepare');
    const next = decide(state, world.answer(command));
    expect(next.commands).toEqual(outstanding(next.state));
    expect(next.commands.length).toBeGreaterThan(1);
  });

  it('a command id means one command, and is never asked for again once answered', () => {
    fc.assert(
      fc.property(cases, draws, (c, list) => {
        const seen = new Map<string, string>();
        const answered = new Set<string>();
        const watch = (state: CampaignState, after: Command | null) => {
          if (after) answered.add(after.id);
          const ids = outstanding(state).map((command) => command.id);
          expect(new Set(ids).size).toBe(ids.length);
          for (const command of outstanding(state)) {
            expect(answered).not.toContain(command.id);
            // A batch of ledger entries may grow while it waits; all else is fixed when it is asked for.
            if (command.type === 'record') continue;
            const text = JSON.stringify(command);
            expect(seen.get(command.id) ?? text).toBe(text);
            seen.set(command.id, text);
          }
        };
        play(freshCampaign(rulesOf(c)), createWorld(natureOf(c)), { choose: chooser(list), watch });
        expect(seen.size).toBeGreaterThan(5);
      }),
      { numRuns: 25 },
    );
  });

  it('sequence numbers run without gaps, structures are numbered in the order of asking', () => {
    fc.assert(
      fc.property(cases, draws, (c, list) => {
        const world = createWorld(natureOf(c));
        const end = play(freshCampaign(rulesOf(c)), world, { choose: chooser(list) });
        const ledger = world.ledger(end.ledger.head);
        expect(ledger.map((entry) => entry.sequence)).toEqual(ledger.map((_, k) => k));
        expect(ledger).toHaveLength(end.ledger.sequence);
        const asked = only(ledger, 'asked').map((entry) => entry.structure);
        expect(asked).toEqual(asked.map((_, k) => k));
      }),
      { numRuns: 25 },
    );
  });

  it('the result is published once, and only when the ledger is complete', () => {
    fc.assert(
      fc.property(cases, draws, (c, list) => {
        let published = 0;
        const watch = (state: CampaignState, after: Command | null) => {
          const publishing = outstanding(state).some((command) => command.type === 'publish');
          if (publishing) expect(state.journal).toEqual([]);
          if (state.stage === 'publish' && state.journal.length > 0) expect(publishing).toBe(false);
          if (after?.type === 'publish') published++;
        };
        const end = play(freshCampaign(rulesOf(c)), createWorld(natureOf(c)), {
          choose: chooser(list),
          watch,
        });
        expect(end.stage).toBe('done');
        expect(end.journal).toEqual([]);
        expect(published).toBe(1);
      }),
      { numRuns: 25 },
    );
  });
});
