import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumeCampaign } from '../../src/campaign/begin.js';
import { outstanding } from '../../src/campaign/commands.js';
import { decide } from '../../src/campaign/decide.js';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignRules, CampaignState, Stage } from '../../src/campaign/state.js';
import { chooser, freshCampaign, type Play, play, revived } from './play.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

const STAGES: readonly Stage[] = ['prepare', 'label', 'refit', 'displace', 'explore', 'screen', 'publish'];

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

const types = (entries: readonly LedgerEntryBody[]) => entries.map((entry) => entry.type);
function only<T extends LedgerEntryBody['type']>(entries: readonly LedgerEntryBody[], type: T) {
  return entries.filter((entry): entry is Extract<LedgerEntryBody, { type: T }> => entry.type === type);
}

function campaign(nature: Partial<Nature> = {}, rules: Partial<CampaignRules> = {}) {
  const world = createWorld({ ...FRIENDLY, ...nature });
  const state = play(freshCampaign(smallRules(rules)), world);
  return { state, ledger: world.ledger(state.ledger.head) };
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

  const long = 'x'.repeat(160);
  it.each<[string, Partial<Nature>, (lost: number) => boolean]>([
    ['where all goes well', {}, (lost) => lost === 0],
    ['where every label takes two attempts', { stumbles: true, trouble: long }, (lost) => lost === 0],
    [
      'where besides as many fail as may',
      { stumbles: true, trouble: long, rejects: (k) => k > 2004 && k % 90 === 5 },
      (lost) => lost > 20,
    ],
  ])(
    'state, inputs and results stay below 64 KiB, %s: 8 walkers, lookahead 4, 2,000 initial structures and 2,000 from MD',
    (_, nature, isExpected) => {
      const rules = smallRules({
        walkers: Array.from({ length: 8 }, () => ({ temperature: 300 })),
        lookahead: 4,
        limits: { steps: 10_000_000, structures: 2000, roundSteps: 2000 },
        convergence: { ...smallRules().convergence, stopAtConvergence: false },
      });
      const largest = new Map<string, number>();
      const weigh = (what: string, value: unknown): void => {
        largest.set(what, Math.max(largest.get(what) ?? 0, JSON.stringify(value).length));
      };
      const watch: Play['watch'] = (state, command, event) => {
        weigh(`state in ${state.stage}`, state);
        if (command) weigh(`input of ${command.type}`, command);
        if (event) weigh(`result ${event.type}`, event);
      };
      const world = createWorld({ ...FRIENDLY, greedy: true, initial: 2000, ...nature });
      const end = play(freshCampaign(rules), world, { watch });
      expect(end.picked).toBeGreaterThanOrEqual(2000);
      expect(end.training.md).toBe(end.picked - end.quarantined);
      expect(isExpected(end.quarantine.length), String(end.quarantine.length)).toBe(true);
      expect(end.structures).toBe(1 + 2000 + 3 + end.picked);
      for (const [what, bytes] of largest) expect(bytes, what).toBeLessThan(65_536);
    },
    30_000,
  );
});

describe('a campaign', () => {
  it('follows the flowchart to convergence', () => {
    const { state, ledger } = campaign();
    expect(state.verdict?.kind).toBe('converged');
    expect(state.assessment?.converged).toBe(true);
    const story = types(ledger).filter((type) => !['asked', 'attempt', 'labelled', 'warned'].includes(type));
    expect(story.slice(0, 6)).toEqual([
      'started',
      'prepared',
      'test-set',
      'refitted',
      'displaced',
      'refitted',
    ]);
    expect(story.slice(-4)).toEqual(['explored', 'assessed', 'finished', 'history']);
    // Synthetic structures leave at the fifth structure from MD; the verdict rests on at least 15 of them.
    for (const { counts, counted } of only(ledger, 'refitted')) {
      if (counts.md >= 5) expect(counts.random + counts.phonon).toBe(0);
      else expect(counts.random + counts.phonon).toBeGreaterThan(0);
      expect(counted).toBe(counts.md >= 15);
    }
    expect(state.training.md).toBeGreaterThanOrEqual(15);
    expect(state.walkers[0].step).toBeGreaterThanOrEqual(5000);
  });

  it('labels the ideal supercell first and does not train on it', () => {
    const { ledger } = campaign();
    const [ideal] = only(ledger, 'asked');
    expect(ideal).toMatchObject({ structure: 0, group: 'ideal' });
    for (const { added } of only(ledger, 'refitted')) expect(added).not.toContain(0);
  });

  it('hands the picks of several walkers on in the order of (step, walker), screened together', () => {
    const walkers = [300, 400, 500].map((temperature) => ({ temperature }));
    const { ledger } = campaign({ keeps: 2 }, { walkers, lookahead: 3 });
    const rounds = only(ledger, 'screened');
    expect(rounds.length).toBeGreaterThan(1);
    const asked = only(ledger, 'asked').filter((entry) => entry.pick !== null);
    for (const { kept, dropped } of rounds) {
      const batch = asked.filter((entry) => [...kept, ...dropped].includes(entry.structure));
      const keys = batch.map(({ pick }) => [pick!.step, pick!.walker]);
      expect(keys).toEqual([...keys].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
      expect(dropped.length).toBe(Math.floor((kept.length + dropped.length) / 2));
    }
    const labelled = only(ledger, 'labelled').map((entry) => entry.structure);
    for (const { dropped } of rounds)
      for (const structure of dropped) expect(labelled).not.toContain(structure);
  });

  it('tells explorers and screening how many structures from MD there are before their own', () => {
    const seen: string[] = [];
    const world = createWorld({ ...FRIENDLY, greedy: true, rejects: (structure) => structure === 8 });
    const walkers = [{ temperature: 300 }, { temperature: 400 }];
    const record = (command: Command) => {
      if (command.type === 'explore') seen.push(`explore ${command.pickedBefore}`);
      if (command.type === 'screen') seen.push(`screen ${command.picked}`);
    };
    play(freshCampaign(smallRules({ walkers, lookahead: 2 })), world, {
      watch: (_, after) => after && record(after),
    });
    // Four picks a round; structure 8 (from MD) is quarantined and has to be made up for.
    expect(seen.slice(0, 9)).toEqual([
      ...['explore 0', 'explore 0', 'screen 0'],
      ...['explore 3', 'explore 3', 'screen 3'],
      ...['explore 7', 'explore 7', 'screen 7'],
    ]);
  });

  it('counts walkers from 1, each at its own temperature', () => {
    const seen = new Map<number, unknown>();
    const watch = (_: CampaignState, after: Command | null) => {
      if (after?.type === 'explore') seen.set(after.walker, after.temperature);
    };
    play(
      freshCampaign(smallRules({ walkers: [{ temperature: 300 }, { temperature: 900 }] })),
      createWorld(),
      { watch },
    );
    expect([...seen]).toEqual([
      [1, 300],
      [2, 900],
    ]);
  });

  it('does not screen the picks of one walker', () => {
    expect(types(campaign().ledger)).not.toContain('screened');
  });

  it('gives every walker its own round: no walker is stopped by another, none runs beyond its limit', () => {
    const walkers = [300, 400].map((temperature) => ({ temperature }));
    const limits = { steps: 12_345, structures: 1000, roundSteps: 1000 };
    const { state, ledger } = campaign({ bayesianError: () => 1 }, { walkers, limits });
    for (const entry of only(ledger, 'explored')) {
      expect(entry.toStep).toBeGreaterThan(entry.fromStep);
      expect(entry.toStep).toBeLessThanOrEqual(12_345);
      expect(entry.toStep - entry.fromStep).toBeLessThanOrEqual(2000);
    }
    expect(state.walkers.map((w) => w.step)).toEqual([12_345, 12_345]);
    expect(state.cost.mdSteps).toBe(2 * 12_345);
  });

  it('goes on without phonon displacements where none are wanted', () => {
    const { state, ledger } = campaign({}, { phononStructures: 0 });
    expect(only(ledger, 'asked').filter((entry) => entry.group === 'phonon')).toEqual([]);
    expect(state.verdict?.kind).toBe('converged');
  });

  it('counts what it cost', () => {
    const { state, ledger } = campaign();
    expect(state.cost.refits).toBe(only(ledger, 'refitted').length);
    expect(state.cost.mdSteps).toBe(state.walkers[0].step);
    expect(state.cost.referenceRuns).toBe(only(ledger, 'labelled').filter((entry) => !entry.adopted).length);
  });
});

describe('where the reference fails', () => {
  it('quarantines a rejected structure with its attempts and goes on without it', () => {
    const { state, ledger } = campaign({ rejects: (structure) => structure === 9 });
    expect(state.verdict?.kind).toBe('converged');
    expect(state.quarantined).toBe(1);
    expect(only(ledger, 'quarantined').map((entry) => entry.structure)).toEqual([9]);
    expect(only(ledger, 'attempt').filter((entry) => entry.structure === 9)).toHaveLength(2);
    for (const { added } of only(ledger, 'refitted')) expect(added).not.toContain(9);
  });

  it('goes on where some of the initial structures are rejected', () => {
    expect(campaign({ rejects: (structure) => structure === 1 || structure === 3 }).state.verdict?.kind).toBe(
      'converged',
    );
    expect(campaign({ rejects: (_, group) => group === 'phonon' }).state.verdict?.kind).toBe('converged');
  });

  it('stalls when the ideal supercell is rejected', () => {
    const { state, ledger } = campaign({ rejects: (structure) => structure === 0 });
    expect(state.verdict).toMatchObject({
      kind: 'stalled',
      reason: expect.stringContaining('ideal supercell'),
    });
    expect(state.forceField).toBeNull();
    expect(ledger.at(-2)?.type).toBe('finished');
  });

  it('stalls when all initial structures are rejected', () => {
    const { state } = campaign({ rejects: (_, group) => group === 'random' });
    expect(state.verdict).toMatchObject({ kind: 'stalled', reason: expect.stringContaining('initial') });
  });

  it('stalls after three rounds in a row without one accepted label', () => {
    const { state, ledger } = campaign({ rejects: (_, group) => group === 'md', greedy: true });
    expect(state.verdict).toMatchObject({ kind: 'stalled', reason: expect.stringContaining('3 rounds') });
    expect(state.barrenRounds + 1).toBe(3);
    expect(only(ledger, 'explored')).toHaveLength(3);
    expect(state.quarantined).toBe(6);
  });

  it('does not stall when barren rounds are not in a row', () => {
    // Two structures a round from number 6 on; two barren rounds, one good, two barren, then all good.
    const barren = [6, 7, 8, 9, 12, 13, 14, 15];
    const { state } = campaign({ rejects: (structure) => barren.includes(structure), greedy: true });
    expect(state.verdict?.kind).toBe('converged');
    expect(state.quarantined).toBe(8);
  });
});

describe('where MD fails', () => {
  it('labels the structure before a wreck and goes on', () => {
    const { state, ledger } = campaign({ outcome: (_, round) => (round === 2 ? 'wrecked' : undefined) });
    expect(state.verdict?.kind).toBe('converged');
    expect(only(ledger, 'explored')[1]).toMatchObject({
      outcome: 'wrecked',
      detail: 'atom 3 left its site',
      picks: 1,
    });
    expect(only(ledger, 'asked').filter((entry) => entry.pick?.rule === 'wreck')).toHaveLength(1);
  });

  it('stalls where a walker is stuck, after all walkers have ended their round', () => {
    const walkers = [300, 400].map((temperature) => ({ temperature }));
    const outcome = (walker: number, round: number) => (walker === 1 && round === 2 ? 'stuck' : undefined);
    const { state, ledger } = campaign({ outcome }, { walkers });
    expect(state.verdict).toMatchObject({ kind: 'stalled', reason: expect.stringContaining('walker 1 ') });
    expect(only(ledger, 'explored').filter((entry) => entry.round === 2)).toHaveLength(2);
  });
});

describe('limits', () => {
  const hopeless = { bayesianError: () => 0.02 };
  it('of MD time end a campaign as exhausted, saying what is missing', () => {
    const { state } = campaign(
      { ...hopeless, quietFrom: 15 },
      { limits: { steps: 40_000, structures: 1000, roundSteps: 1000 } },
    );
    expect(state.verdict?.kind).toBe('exhausted');
    expect(state.verdict?.reason).toMatch(/MD time limit; still missing: .*μ at most 0.35/);
    expect(state.walkers[0].step).toBe(40_000);
  });

  it('of structures likewise, counting what was asked for', () => {
    const { state } = campaign(hopeless, { limits: { steps: 1e6, structures: 7, roundSteps: 1000 } });
    expect(state.verdict).toMatchObject({
      kind: 'exhausted',
      reason: expect.stringContaining('limit of 7 structures'),
    });
    expect(state.picked).toBeGreaterThanOrEqual(7);
    expect(state.picked).toBeLessThan(7 + smallRules().lookahead);
  });

  it('are where a campaign that does not stop at convergence ends, converged', () => {
    const convergence = { ...smallRules().convergence, stopAtConvergence: false };
    const limits = { steps: 40_000, structures: 1000, roundSteps: 1000 };
    const { state, ledger } = campaign({ quietFrom: 16 }, { convergence, limits });
    expect(state.verdict?.kind).toBe('converged');
    expect(state.walkers[0].step).toBe(40_000);
    expect(only(ledger, 'assessed').filter((entry) => entry.assessment.converged).length).toBeGreaterThan(1);
  });
});

describe('a refit just before the limit', () => {
  const convergence = { ...smallRules().convergence, stopAtConvergence: false };
  const rules = { convergence, limits: { steps: 40_000, structures: 1000, roundSteps: 1000 } };
  /** A wreck in the last round brings a label, and with it a refit after which too little MD is left. */
  function late(nature: Partial<Nature>) {
    const last = campaign({ quietFrom: 16, ...nature }, rules).state.round;
    const outcome = (_: number, round: number) => (round === last ? ('wrecked' as const) : undefined);
    const { state, ledger } = campaign({ quietFrom: 16, ...nature, outcome }, rules);
    expect(state.round).toBe(last + 1);
    expect(only(ledger, 'assessed').at(-1)?.assessment.ratio).toBeNull();
    return { state, before: only(ledger, 'assessed').at(-2)!.assessment };
  }

  it('does not undo what was judged before it, and that is said', () => {
    const { state, before } = late({});
    expect(before.converged).toBe(true);
    expect(state.verdict?.kind).toBe('converged');
    expect(state.verdict?.reason).toMatch(
      /when it was last judged; its last refit came less than 1000 MD steps before the limit/,
    );
  });

  it('is no convergence where none was seen', () => {
    const { state, before } = late({ bayesianError: () => 0.02 });
    expect(before.converged).toBe(false);
    expect(state.verdict?.kind).toBe('exhausted');
    expect(state.verdict?.reason).toMatch(/enough MD since the last refit/);
  });

  it('is not mentioned where there was none', () => {
    const { state } = campaign({ quietFrom: 16 }, rules);
    expect(state.verdict?.reason).toBe('ran to its limit, converged');
  });
});

describe('an end from outside', () => {
  const undisturbed = campaign({ keeps: 2 }, { walkers: [{ temperature: 300 }, { temperature: 400 }] }).state;
  const ends = fc.record({
    kind: fc.constantFrom('cancelled' as const, 'failed' as const),
    stage: fc.constantFrom(...STAGES),
    after: fc.nat(30),
  });

  /** Plays until the n-th state in a stage, ends it there, publishes, and goes on. */
  function interrupted(kind: 'cancelled' | 'failed', stage: Stage, after: number, list: readonly number[]) {
    const world = createWorld({ ...FRIENDLY, keeps: 2 });
    const start = freshCampaign(smallRules({ walkers: [{ temperature: 300 }, { temperature: 400 }] }));
    let left = after;
    let latest = start;
    const until = (state: CampaignState) => {
      if (state.stage === stage) latest = state;
      return state.stage === stage && left-- === 0;
    };
    play(start, world, { choose: chooser(list), until });
    const stopped = decide(latest, {
      type: 'ended',
      command: 'x',
      verdict: { kind, reason: 'the reason' },
    }).state;
    const ended = play(stopped, world, { choose: chooser(list) });
    return {
      world,
      latest,
      stopped,
      ended,
      resume: () => play(resumeCampaign(revived(ended)), world, { choose: chooser(list) }),
    };
  }

  it('publishes what there is, says why, and goes on to the same force field when run again', () => {
    fc.assert(
      fc.property(ends, draws, ({ kind, stage, after }, list) => {
        const { world, ended, resume } = interrupted(kind, stage, after, list);
        expect(ended.stage).toBe('done');
        expect(ended.journal).toEqual([]);
        const over = stage === 'publish';
        // Once the verdict stands, nothing from outside changes it.
        expect(ended.verdict?.kind).toBe(over ? 'converged' : kind);
        const last = world.ledger(ended.ledger.head).at(-2);
        if (over) return;
        expect(last).toMatchObject(
          kind === 'failed'
            ? { type: 'faulted', message: 'the reason' }
            : { type: 'finished', verdict: { kind } },
        );
        const resumed = resume();
        expect(resumed.stage).toBe('done');
        expect(resumed.verdict).toEqual(undisturbed.verdict);
        expect(resumed.forceField).toEqual(undisturbed.forceField);
        expect(resumed.training).toEqual(undisturbed.training);
        expect(resumed.cost).toEqual(undisturbed.cost);
        expect(resumed.interrupted).toBeUndefined();
        const ledger = world.ledger(resumed.ledger.head);
        expect(types(ledger)).toContain('resumed');
        expect(ledger.map((entry) => entry.sequence)).toEqual(ledger.map((_, k) => k));
      }),
      { numRuns: 80 },
    );
  });

  it('is believed once: later news of the same fault changes nothing', () => {
    const { stopped } = interrupted('failed', 'label', 3, []);
    const again = decide(stopped, {
      type: 'ended',
      command: 'y',
      verdict: { kind: 'failed', reason: 'another' },
    });
    expect(again.state).toEqual(stopped);
  });

  it('comes to nothing when the campaign is done', () => {
    const end: CampaignState = undisturbed;
    const late = decide(end, {
      type: 'ended',
      command: 'y',
      verdict: { kind: 'cancelled', reason: 'too late' },
    });
    expect(late.state).toEqual(end);
    expect(late.commands).toEqual([]);
  });

  it('ignores answers to what was under way before it', () => {
    const { world, latest, stopped } = interrupted('cancelled', 'label', 4, []);
    const open = outstanding(latest).filter((command) => command.type === 'label');
    expect(open.length).toBeGreaterThan(0);
    for (const command of open) expect(decide(stopped, world.answer(command)).state).toEqual(stopped);
  });

  it('before anything is known ends without a force field, and can be resumed', () => {
    const { ended, resume } = interrupted('failed', 'prepare', 0, []);
    expect(ended.forceField).toBeNull();
    expect(resume().forceField).toEqual(undisturbed.forceField);
  });
});

describe('a result that could not be written', () => {
  it('is written when the campaign is run again, and nothing else is done', () => {
    const world = createWorld();
    const stopped = play(freshCampaign(smallRules()), world, {
      until: (s) => s.stage === 'publish' && s.journal.length === 0,
    });
    const resumed = resumeCampaign({ ...stopped, publishProblem: 'no space left' });
    expect(resumed.publishProblem).toBeUndefined();
    expect(outstanding(resumed).map((command) => command.type)).toEqual(['publish']);
    const end = play(resumed, world);
    expect(end).toMatchObject({ stage: 'done', verdict: { kind: 'converged' } });
  });

  it('does not keep a cancelled campaign from going on', () => {
    const world = createWorld();
    const exploring = play(freshCampaign(smallRules()), world, { until: (s) => s.stage === 'explore' });
    const cancelled = decide(exploring, {
      type: 'ended',
      command: 'x',
      verdict: { kind: 'cancelled', reason: 'x' },
    }).state;
    const problem = {
      ...play(cancelled, world, { until: (s) => s.journal.length === 0 }),
      publishProblem: 'no space left',
    };
    const end = play(resumeCampaign(revived(problem)), world);
    expect(end.verdict?.kind).toBe('converged');
    expect(end.publishProblem).toBeUndefined();
  });

  it('does not reopen a campaign that has come to its own end', () => {
    const { state } = campaign();
    expect(resumeCampaign(state)).toEqual(state);
  });
});
