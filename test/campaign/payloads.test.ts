import { describe, expect, it } from 'vitest';
import { decide } from '../../src/campaign/decide.js';
import { freshCampaign, type Play, play } from './play.js';
import { only } from './played.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

const WHO = { by: 'ada@bench', at: '2026-02-03T04:05:06.000Z' };

describe('what the server carries', () => {
  const trouble = 'x'.repeat(160);
  const kinds: readonly [string, Partial<Nature>][] = [
    ['all goes well', {}],
    ['every label takes two attempts', { stumbles: true, trouble }],
    ['besides as many fail as may', { stumbles: true, trouble, rejects: (k) => k > 2004 && k % 83 === 5 }],
  ];
  // All that a campaign file may have.
  const walks = [1, 4, 8, 16, 32].map((walkers) => [walkers, 32 / walkers] as const);
  it.each(walks.flatMap((walk) => kinds.map((kind) => [...walk, ...kind] as const)))(
    'stays below 64 KiB: %i walkers, lookahead %i, 2,000 initial structures and 2,000 from MD, where %s',
    (walkers, lookahead, _, nature) => {
      const rules = smallRules({
        walkers: Array.from({ length: walkers }, () => ({ temperature: 300 })),
        lookahead,
        limits: { steps: 10_000_000, structures: 2000, roundSteps: 2000 },
        convergence: { ...smallRules().convergence, stopAtConvergence: false },
      });
      const largest = new Map<string, number>();
      const weigh = (what: string, value: unknown): void => {
        largest.set(what, Math.max(largest.get(what) ?? 0, JSON.stringify(value).length));
      };
      const watch: Play['watch'] = (state, command, event) => {
        // It is handed on when the ledger has what was decided.
        weigh(`state in ${state.stage}`, { ...state, journal: [] });
        if (command) weigh(`input of ${command.type}`, command);
        if (event) weigh(`result ${event.type}`, event);
      };
      const world = createWorld({ ...FRIENDLY, greedy: true, initial: 2000, ...nature });
      const end = play(freshCampaign(rules), world, { watch });
      expect(end.picked).toBeGreaterThanOrEqual(2000);
      expect(end.training.md).toBe(end.picked - end.quarantined);
      expect(end.quarantine.length).toBe(nature.rejects ? 24 : 0);
      expect(end.structures).toBe(1 + 2000 + 3 + end.picked);
      for (const [what, bytes] of largest) expect(bytes, what).toBeLessThan(65_536);
    },
    30_000,
  );

  it('of the ledger goes out in parts, however much waits while a store is slow', () => {
    const world = createWorld();
    let state = play(freshCampaign(smallRules()), world, { until: (s) => s.stage === 'explore' });
    for (let k = 0; k < 100; k++) {
      const slots = 1 + (k % 4);
      const changes = [{ key: 'reference.slots', value: slots }];
      const rules = { ...state.rules, slots };
      const order = { kind: 'set', changes, after: state.changes.length, rules } as const;
      state = decide(state, { type: 'steered', command: '', ...WHO, order }).state;
    }
    expect(JSON.stringify(state.journal).length).toBeGreaterThan(65_536);
    const records: number[] = [];
    const end = play(state, world, {
      watch: (_, command) =>
        void (command?.type === 'record' && records.push(JSON.stringify(command).length)),
    });
    expect(Math.max(...records)).toBeGreaterThan(16_384);
    expect(Math.max(...records)).toBeLessThan(65_536);
    const ledger = world.ledger(end.ledger.head);
    expect(only(ledger, 'steered')).toHaveLength(100);
    expect(ledger.map(({ sequence }) => sequence)).toEqual(ledger.map((_, k) => k));
  });
});
