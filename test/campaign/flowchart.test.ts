import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/campaign/messages.js';
import type { CampaignState } from '../../src/campaign/state.js';
import { freshCampaign, play } from './play.js';
import { campaign, only, types } from './played.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

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
