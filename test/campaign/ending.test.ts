import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resumeCampaign } from '../../src/campaign/begin.js';
import { outstanding } from '../../src/campaign/commands.js';
import { decide } from '../../src/campaign/decide.js';
import type { CampaignState, Stage } from '../../src/campaign/state.js';
import { chooser, freshCampaign, play, revived } from './play.js';
import { campaign, types } from './played.js';
import { createWorld, FRIENDLY, smallRules } from './world.js';

const STAGES: readonly Stage[] = ['prepare', 'label', 'refit', 'displace', 'explore', 'screen', 'publish'];
const draws = fc.array(fc.nat(100_000), { maxLength: 400 });

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
