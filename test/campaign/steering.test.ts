import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerTo } from '../../src/campaign/answers.js';
import { outstanding, wanted } from '../../src/campaign/commands.js';
import { decide } from '../../src/campaign/decide.js';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignRules, CampaignState } from '../../src/campaign/state.js';
import { type Order, refusal } from '../../src/campaign/steering.js';
import { chooser, freshCampaign, type Play, play, revived } from './play.js';
import { createWorld, FRIENDLY, type Nature, smallRules, type World } from './world.js';

const WHO = { by: 'ada@bench', at: '2026-02-03T04:05:06.000Z' };
const RULES = smallRules({ walkers: [{ temperature: 300 }, { temperature: 400 }] });
const undisturbed = play(freshCampaign(RULES), createWorld());

function tell(state: CampaignState, order: Order): CampaignState {
  expect(refusal(state, order)).toBeNull();
  return decide(state, { type: 'steered', command: '', ...WHO, order }).state;
}

function until(stage: CampaignState['stage'], world: World, rules = RULES, round = 2): CampaignState {
  return play(freshCampaign(rules), world, { until: (s) => s.stage === stage && s.round >= round });
}

function setTo(state: CampaignState, rules: Partial<CampaignRules>, kind: 'set' | 'extend' = 'set'): Order {
  const changes = [{ key: 'acquisition.every', value: 2 }];
  return { kind, changes, after: state.changes.length, rules: { ...state.rules, ...rules } };
}

/** Goes on with a campaign and remembers the commands that were answered. */
function goOn(state: CampaignState, world: World, options: Play = {}): [CampaignState, Command[]] {
  const commands: Command[] = [];
  const end = play(state, world, { ...options, watch: (_, command) => command && commands.push(command) });
  return [end, commands];
}

function decisions(world: World, { ledger }: CampaignState): Omit<LedgerEntryBody, 'sequence'>[] {
  return world
    .ledger(ledger.head)
    .filter(({ type }) => type !== 'steered')
    .map(({ sequence: _, ...body }) => body);
}

describe('a pause', () => {
  it('changes nothing but when things happen, wherever it falls', () => {
    const story = decisions(createWorldOf(undisturbed), undisturbed);
    fc.assert(
      fc.property(
        fc.nat(120),
        fc.nat(20),
        fc.array(fc.nat(1000), { maxLength: 60 }),
        (after, late, draws) => {
          const world = createWorld();
          let events = 0;
          const before = play(freshCampaign(RULES), world, { until: () => events++ === after });
          if (before.verdict !== null) return;
          let paused = tell(before, { kind: 'pause' });
          expect(outstanding(paused).every(({ type }) => type === 'record')).toBe(true);
          // What was under way may still come in.
          const choose = chooser(draws);
          for (let k = 0; k < late && wanted(paused).length > 0 && paused.verdict === null; k++) {
            const command = wanted(paused)[choose(wanted(paused).length)];
            paused = decide(paused, world.answer(command)).state;
          }
          if (paused.verdict !== null) return;
          const end = play(tell(revived(paused), { kind: 'resume' }), world);
          expect(end.forceField).toEqual(undisturbed.forceField);
          expect(end.cost).toEqual(undisturbed.cost);
          expect(decisions(world, end)).toEqual(story);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is refused where there is one, and so is going on where there is none', () => {
    const state = until('explore', createWorld());
    expect(refusal(state, { kind: 'resume' })).toBe('it is not paused');
    expect(refusal(tell(state, { kind: 'pause' }), { kind: 'pause' })).toContain('ada@bench');
  });
});

describe('other settings', () => {
  it('hold from the next round on, and the ledger says from which', () => {
    const world = createWorld();
    const state = until('explore', world);
    const acquisition = { ...RULES.acquisition, every: 2 };
    const [end, commands] = goOn(tell(state, setTo(state, { acquisition, lookahead: 1 })), world);
    const explored = commands.filter((c) => c.type === 'explore');
    expect(explored.filter((c) => c.round <= state.round).length).toBeGreaterThan(0);
    for (const { round, acquisition: used, lookahead } of explored) {
      expect(used.every).toBe(round <= state.round ? 1 : 2);
      expect(lookahead).toBe(round <= state.round ? 2 : 1);
    }
    const entry = world.ledger(end.ledger.head).find(({ type }) => type === 'steered');
    expect(entry).toMatchObject({ ...WHO, round: state.round + 1, order: { kind: 'set' } });
  });

  it('are refused where somebody else has changed some meanwhile', () => {
    const state = until('explore', createWorld());
    const order = setTo(state, { slots: 3 });
    expect(refusal(tell(state, order), order)).toContain('somebody else');
  });

  it('keep a campaign from ending by the rules of before', () => {
    const stricter = { ...RULES.convergence, ratio: 0.2, levelledRatio: 0.2 };
    const world = createWorld();
    // The last round of the undisturbed campaign is the one that ends it.
    const last = until('explore', world, RULES, undisturbed.round);
    const end = play(tell(last, setTo(last, { convergence: stricter })), world);
    expect(end.verdict?.kind).toBe('converged');
    expect(end.training.md).toBeGreaterThan(undisturbed.training.md);
    expect(end.assessment!.ratio).toBeLessThanOrEqual(0.2);
  });
});

describe('walkers', () => {
  const temperatures = (...list: number[]) => ({ walkers: list.map((temperature) => ({ temperature })) });

  it('heat by a new leg of their trajectory, those that are told to', () => {
    const world = createWorld();
    const state = until('explore', world);
    const next = play(tell(state, setTo(state, temperatures(300, 900))), world, {
      until: (s) => s.round > state.round,
    });
    const [one, two] = next.walkers;
    expect(one.temperature).toBe(300);
    expect(two.temperature).toEqual([
      { from: 400, to: 400, steps: two.step },
      { from: 900, to: 900, steps: 1 },
    ]);
  });

  it('leave and come, with numbers that nobody had before', () => {
    const world = createWorld();
    const state = until('explore', world);
    const one = play(tell(state, setTo(state, temperatures(300))), world, {
      until: (s) => s.round > state.round,
    });
    expect(one.walkers.map((w) => w.walker)).toEqual([1]);
    const three = play(tell(one, setTo(one, temperatures(300, 400, 500))), world, {
      until: (s) => s.round > one.round,
    });
    expect(three.walkers.map((w) => [w.walker, w.step, w.temperature])).toEqual([
      [1, three.walkers[0].step, 300],
      [3, 0, 400],
      [4, 0, 500],
    ]);
    expect(play(three, world).verdict?.kind).toBe('converged');
  });

  it('give their structure once when a person wants it', () => {
    const world = createWorld();
    const state = until('explore', world);
    const [end, commands] = goOn(tell(state, { kind: 'sample', walkers: [2] }), world);
    const sampled = commands.filter((c) => c.type === 'explore' && c.sample);
    expect(sampled).toMatchObject([{ walker: 2, round: state.round + 1 }]);
    expect(end.verdict?.kind).toBe('converged');
    expect(refusal(state, { kind: 'sample', walkers: [7] })).toBe('it has no walker 7, but 1, 2');
  });
});

describe('a quarantined structure', () => {
  const failing = (mended: { yes: boolean }): Nature => ({
    ...FRIENDLY,
    greedy: true,
    rejects: (structure) => structure === 9 && !mended.yes,
  });

  it('goes to the reference again and into the training set when its label comes', () => {
    const mended = { yes: false };
    const world = createWorld(failing(mended));
    const state = play(freshCampaign(RULES), world, {
      until: (s) => s.quarantine.length > 0 && s.stage === 'explore',
    });
    expect(state).toMatchObject({ quarantined: 1, quarantine: [{ id: 9, group: 'md' }] });
    mended.yes = true;
    const order: Order = {
      kind: 'resolve',
      structure: 9,
      answer: { kind: 'retry', changes: [], reference: null },
    };
    const told = tell(state, order);
    expect(answerTo(told, order)).toContain('structure 9');
    expect(refusal(told, order)).toContain('already');
    const [end, commands] = goOn(told, world);
    expect(commands.filter((c) => c.type === 'label' && c.structure === 9).map((c) => c.id)).toEqual([
      expect.stringMatching(/^label-9-again-\d+$/),
    ]);
    expect(commands.some((c) => c.type === 'refit' && c.additions.some((a) => a.id === 9))).toBe(true);
    expect(end).toMatchObject({ quarantined: 0, quarantine: [], verdict: { kind: 'converged' } });
  });

  it('comes back to the quarantine when it fails again, as often as it is asked for', () => {
    const world = createWorld(failing({ yes: false }));
    let state = play(freshCampaign(RULES), world, {
      until: (s) => s.quarantine.length > 0 && s.stage === 'explore',
    });
    const order: Order = {
      kind: 'resolve',
      structure: 9,
      answer: { kind: 'retry', changes: [], reference: null },
    };
    for (let k = 0; k < 4; k++) {
      state = play(tell(state, order), world, {
        until: (s) => s.stage === 'explore' && s.quarantine.some((q) => q.id === 9 && !q.retry),
      });
      expect(state.quarantined).toBe(1);
      expect(state.verdict).toBeNull();
    }
    expect(play(state, world).verdict?.kind).toBe('converged');
  });

  it('is left out, or ends the campaign, where a person says so', () => {
    const world = createWorld(failing({ yes: false }));
    const state = play(freshCampaign(RULES), world, {
      until: (s) => s.quarantine.length > 0 && s.stage === 'explore',
    });
    const skipped = tell(state, { kind: 'resolve', structure: 9, answer: { kind: 'skip' } });
    expect(skipped.quarantine).toEqual([]);
    expect(refusal(skipped, { kind: 'resolve', structure: 9, answer: { kind: 'skip' } })).toContain(
      'none is',
    );
    const given = tell(state, { kind: 'resolve', structure: 9, answer: { kind: 'abort' } });
    expect(given.verdict).toEqual({
      kind: 'stopped',
      reason: 'given up by ada@bench because of structure 9',
    });
    expect(play(given, world).stage).toBe('done');
  });

  it('is one too many when the reference fails on everything', () => {
    const world = createWorld({ ...FRIENDLY, greedy: true, rejects: (n) => n > 8 && n % 8 !== 0 });
    const end = play(
      freshCampaign(smallRules({ lookahead: 16, limits: { ...RULES.limits, structures: 500 } })),
      world,
    );
    expect(end.verdict?.kind).toBe('stalled');
    expect(end.verdict?.reason).toContain('quarantined');
  });
});

describe('an end that a person wants', () => {
  it('comes when the round is over, with all that is known', () => {
    const world = createWorld();
    const state = until('explore', world);
    const [end, commands] = goOn(tell(state, { kind: 'stop' }), world);
    expect(end.verdict).toEqual({ kind: 'stopped', reason: 'stopped by ada@bench' });
    expect(new Set(commands.map((c) => c.type))).toEqual(
      new Set(['record', 'explore', 'archive', 'publish']),
    );
    expect(end.walkers.every((w) => w.step > 0)).toBe(true);
  });

  it('comes at once to a campaign at rest', () => {
    const world = createWorld();
    const state = tell(tell(until('explore', world), { kind: 'pause' }), { kind: 'stop' });
    expect(state.verdict?.kind).toBe('stopped');
    expect(play(state, world).stage).toBe('done');
  });
});

describe('a campaign that has ended', () => {
  it('takes no order but more time or structures', () => {
    expect(refusal(undisturbed, { kind: 'pause' })).toContain('anharmony extend');
    expect(refusal(undisturbed, setTo(undisturbed, {}))).toContain('anharmony extend');
  });

  it('goes on where it was, with the same walkers, and ends again', () => {
    const world = createWorld();
    const first = play(freshCampaign(RULES), world);
    const steps = Math.max(...first.walkers.map((w) => w.step)) + 10_000;
    const longer = {
      limits: { ...RULES.limits, steps },
      convergence: { ...RULES.convergence, stopAtConvergence: false },
    };
    const woken = tell(first, setTo(first, longer, 'extend'));
    expect(woken).toMatchObject({ stage: 'explore', verdict: null, round: first.round + 1 });
    const end = play(woken, world);
    expect(end.verdict?.reason).toMatch(/limit/);
    expect(end.walkers.map((w) => w.step)).toEqual([steps, steps]);
    expect(end.training.md).toBeGreaterThan(first.training.md);
    const ledger = world.ledger(end.ledger.head);
    expect(ledger.map((entry) => entry.sequence)).toEqual(ledger.map((_, k) => k));
    expect(ledger.filter(({ type }) => type === 'history')).toHaveLength(2);
  });

  it('gives up a walker that was wrecked in one place for a new one', () => {
    const world = createWorld({ ...FRIENDLY, outcome: (w, r) => (w === 2 && r === 3 ? 'stuck' : undefined) });
    const stalled = play(freshCampaign(RULES), world);
    expect(stalled.verdict?.kind).toBe('stalled');
    const woken = tell(stalled, setTo(stalled, {}, 'extend'));
    expect(woken.walkers.map((w) => [w.walker, w.checkpoint === null])).toEqual([
      [1, false],
      [3, true],
    ]);
    expect(play(woken, world).verdict?.kind).toBe('converged');
  });
});

/** The world in which an undisturbed campaign was played is the same as any other. */
function createWorldOf(state: CampaignState): World {
  const world = createWorld();
  expect(play(freshCampaign(RULES), world).ledger).toEqual(state.ledger);
  return world;
}
