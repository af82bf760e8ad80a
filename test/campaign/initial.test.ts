import { describe, expect, it } from 'vitest';
import type { TaskEnvironment } from '../../activities/tasks/environment.js';
import { take } from '../../activities/tasks/take.js';
import { BATCH } from '../../src/campaign/initial.js';
import type { Command, InitialStructure } from '../../src/campaign/messages.js';
import { putStructureList } from '../../src/store/artifacts/structureList.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import { freshCampaign, play } from './play.js';
import { only } from './played.js';
import { createWorld, FRIENDLY, type Nature, smallRules } from './world.js';

/** What a campaign with 40 random displacements asks for, and its end. */
function story(rejects: Nature['rejects'] = () => false, nature: Partial<Nature> = {}) {
  const commands: Command[] = [];
  const world = createWorld({ ...FRIENDLY, initial: 40, rejects, ...nature });
  const end = play(freshCampaign(smallRules()), world, {
    watch: (_, command) => void (command && commands.push(command)),
  });
  const refits = commands.flatMap((c) => (c.type === 'refit' ? [c.additions.map(({ id }) => id)] : []));
  return { end, commands, refits, ledger: world.ledger(end.ledger.head) };
}
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, k) => from + k);

describe('initial structures', () => {
  it('come in batches, each fitted before the next is asked for', () => {
    const { commands, refits, ledger } = story();
    const takes = commands.flatMap((c) => (c.type === 'take' ? [[c.from, c.count]] : []));
    expect(takes).toEqual([
      [0, BATCH],
      [BATCH, 8],
      [0, 3],
    ]);
    expect(refits.slice(0, 3)).toEqual([numbers(1, 32), numbers(33, 40), numbers(41, 43)]);
    const aside = ['label', 'test-set', 'record'];
    const order = commands.map((c) => c.type).filter((type) => !aside.includes(type));
    expect(order.slice(0, 8)).toEqual([
      ...['prepare', 'take', 'refit', 'take', 'refit'],
      ...['displace', 'take', 'refit'],
    ]);
    const asked = ledger.flatMap((e) => (e.type === 'asked' && e.group !== 'md' ? [e.structure] : []));
    expect(asked).toEqual(numbers(0, 43));
  });

  it('of a batch that the reference refuses are left out, whichever batch it is', () => {
    const first = story((structure) => structure >= 1 && structure <= 20);
    expect(first.refits.slice(0, 3)).toEqual([numbers(21, 32), numbers(33, 40), numbers(41, 43)]);
    expect(first.end.verdict?.kind).toBe('converged');
    const second = story((structure) => structure > 32 && structure <= 40);
    expect(second.refits.slice(0, 2)).toEqual([numbers(1, 32), numbers(41, 43)]);
    expect(second.end.verdict?.kind).toBe('converged');
  });

  it('of existing data that the gate refuses are left out: no answer of a person could change them', () => {
    const refused = (structure: number) => structure >= 1 && structure <= 36;
    const { end, refits, ledger } = story(refused, { initial: 80, initially: 'imported' });
    expect(refits.slice(0, 2)).toEqual([numbers(37, 64), numbers(65, 80)]);
    expect(only(ledger, 'quarantined').map((e) => e.structure)).toEqual(numbers(1, 36));
    expect(end.quarantine).toEqual([]);
    expect(only(ledger, 'attempt').every((e) => e.structure === 0 || e.structure > 80)).toBe(true);
    expect(end.cost.referenceRuns).toBe(only(ledger, 'labelled').filter((e) => !e.adopted).length);
    expect(end.verdict?.kind).toBe('converged');
  });

  it('that are all refused leave nothing to go on with', () => {
    const { end, refits } = story((structure) => structure >= 1);
    expect(refits).toEqual([]);
    expect(end.verdict).toMatchObject({
      kind: 'stalled',
      reason: expect.stringMatching(/32 structures are quarantined/),
    });
  });

  it('are read from their list, from where it was left', async () => {
    const store = openMemoryStore();
    const structures = numbers(1, 40).map((k): InitialStructure => {
      const structure = { kind: 'structure', hash: String(k), bytes: 1 } as const;
      return { group: 'random', structure };
    });
    const list = await putStructureList(store, { structures });
    const next = async (from: number, count: number) => {
      const command = { type: 'take', id: 'take', list, from, count } as const;
      return (await take({ store } as TaskEnvironment, { campaign: list, name: 'x', command })).structures;
    };
    expect([...(await next(0, 32)), ...(await next(32, 8))]).toEqual(structures);
  });
});
