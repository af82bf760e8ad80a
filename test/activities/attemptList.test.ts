import { describe, expect, it } from 'vitest';
import { getAttempts, listOf, putAttempts, refused } from '../../activities/tasks/attemptList.js';
import type { TaskEnvironment } from '../../activities/tasks/environment.js';
import { record } from '../../activities/tasks/record.js';
import type { Attempt, JournalEntry, LedgerEntryBody } from '../../src/campaign/ledger.js';
import { readLedger } from '../../src/store/ledger.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import type { Store } from '../../src/store/types.js';

const made = (number: number, outcome: Attempt['outcome'], reason?: string): Attempt => ({
  number,
  host: 'here',
  program: 'PWSCF 6.7MaX',
  started: '2026-01-02T03:04:05.000Z',
  seconds: 60,
  outcome,
  ...(reason && { reason, evidence: Array(30).fill(`${reason}: `.padEnd(200, '.')) }),
});
const THREE = [
  made(1, 'interrupted', 'the machine was lost'),
  made(2, 'failed', 'not converged'),
  made(3, 'accepted'),
];
const CAMPAIGN = { kind: 'campaign-file', hash: 'a', bytes: 1 } as const;
const LABEL = { kind: 'label', hash: 'b'.repeat(64), bytes: 1 } as const;

describe('a list of attempts', () => {
  it('is small, however much programs printed, and leads back to all of it', async () => {
    const store = openMemoryStore();
    const list = (await putAttempts(store, THREE))!;
    expect(JSON.stringify(list).length).toBeLessThan(300);
    expect(await getAttempts(store, list)).toEqual(THREE);
    expect(listOf(THREE)).toEqual(list);
  });

  it('says in short what was wrong before the one that was accepted', () => {
    expect(listOf(THREE)!.trouble).toBe('attempt 2 failed: not converged');
    expect(listOf([made(1, 'accepted')])).not.toHaveProperty('trouble');
    // Why there is no label is said with the structure.
    expect(listOf([made(1, 'failed', 'not converged')])).not.toHaveProperty('trouble');
    expect(listOf([])).toBeNull();
    const { reason } = refused('x'.repeat(1000));
    expect(reason).toHaveLength(160);
    expect(reason.endsWith('x…')).toBe(true);
  });
});

describe('record', () => {
  const journal = async (store: Store): Promise<readonly JournalEntry[]> => {
    const list = (await putAttempts(store, THREE))!;
    return [
      { sequence: 0, type: 'warned', message: 'before' },
      { sequence: 1, type: 'attempts', structure: 7, accepted: true, seconds: 180, ...list },
      { sequence: 4, type: 'labelled', structure: 7, label: LABEL, adopted: false },
    ];
  };
  const write = (store: Store, entries: readonly JournalEntry[]) =>
    record({ store } as TaskEnvironment, {
      campaign: CAMPAIGN,
      name: 'x',
      command: { type: 'record', id: 'record-0', head: null, entries },
    });

  it('gives each attempt its own place in the ledger, with all that is known of it', async () => {
    const store = openMemoryStore();
    const { head, sequence } = await write(store, await journal(store));
    expect(sequence).toBe(4);
    const ledger = await readLedger<LedgerEntryBody>(store, head);
    expect(ledger.map(({ previous: _, ...body }) => body)).toEqual([
      { sequence: 0, type: 'warned', message: 'before' },
      ...THREE.map((attempt, k) => ({ sequence: 1 + k, type: 'attempt', structure: 7, attempt })),
      { sequence: 4, type: 'labelled', structure: 7, label: LABEL, adopted: false },
    ]);
  });

  it('may end with attempts', async () => {
    const store = openMemoryStore();
    expect((await write(store, (await journal(store)).slice(0, 2))).sequence).toBe(3);
  });

  it('writes nothing where a list is gone', async () => {
    const store = openMemoryStore();
    const entries = await journal(store);
    await expect(write(openMemoryStore(), entries)).rejects.toThrow(/attempt-list/);
  });
});
