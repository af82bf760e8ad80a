import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/store/canonical.js';
import {
  appendLedger,
  type LedgerBody,
  LedgerError,
  parseLedgerLines,
  readLedger,
  writeLedgerLines,
} from '../../src/store/ledger.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';

interface Asked extends LedgerBody {
  readonly step: number;
}
const body = (sequence: number): Asked => ({ sequence, type: 'asked', step: sequence * 50 });

describe('ledger', () => {
  it('chains entries: each holds the hash of the one before', async () => {
    const store = openMemoryStore();
    const head = await appendLedger(store, null, [body(0), body(1), body(2)]);
    const entries = await readLedger<Asked>(store, head);
    expect(entries.map((entry) => entry.step)).toEqual([0, 50, 100]);
    expect(entries[0].previous).toBeNull();
    expect(entries[1].previous).toBe(hashOf(entries[0]));
    expect(entries[2].previous).toBe(hashOf(entries[1]));
    expect(head?.hash).toBe(hashOf(entries[2]));
  });

  it('is the same chain in one call or several, and a retried call changes nothing', async () => {
    const store = openMemoryStore();
    const whole = await appendLedger(store, null, [body(0), body(1), body(2)]);
    const first = await appendLedger(store, null, [body(0)]);
    expect(await appendLedger(store, first, [body(1), body(2)])).toEqual(whole);
    expect(await appendLedger(store, first, [body(1), body(2)])).toEqual(whole);
    expect(await appendLedger(store, whole, [])).toEqual(whole);
    expect(await readLedger(store, null)).toEqual([]);
  });

  it('refuses gaps and repetitions', async () => {
    const store = openMemoryStore();
    const head = await appendLedger(store, null, [body(0)]);
    await expect(appendLedger(store, head, [body(2)])).rejects.toBeInstanceOf(LedgerError);
    await expect(appendLedger(store, head, [body(0)])).rejects.toBeInstanceOf(LedgerError);
    await expect(appendLedger(store, head, [body(1), body(1)])).rejects.toBeInstanceOf(LedgerError);
  });

  it('writes lines that verify on their own and shows any change to them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'anharmony-ledger-'));
    const store = openMemoryStore();
    const head = await appendLedger(store, null, [body(0), body(1), body(2)]);
    const entries = await readLedger<Asked>(store, head);
    const path = join(folder, 'ledger.jsonl');
    await writeLedgerLines(path, entries);
    const lines = await readFile(path, 'utf8');
    await rm(folder, { recursive: true });

    expect(parseLedgerLines(lines)).toEqual(entries);
    expect(parseLedgerLines('')).toEqual([]);
    const [a, b, c] = lines.trimEnd().split('\n');
    const broken = [
      [a, b.replace('"step":50', '"step":51'), c],
      [a, c],
      [b, a, c],
      [a, b, b],
      [b, c],
      [a, 'not json', c],
    ];
    for (const text of broken) expect(() => parseLedgerLines(`${text.join('\n')}\n`)).toThrow(LedgerError);
    expect(() => parseLedgerLines(lines.slice(0, -1))).toThrow('cut off');
  });

  it('finds a chain whose numbers do not run', async () => {
    const store = openMemoryStore();
    const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
    const first = await store.put('ledger-entry', encode({ sequence: 0, type: 'started', previous: null }));
    const third = await store.put(
      'ledger-entry',
      encode({ sequence: 2, type: 'asked', previous: first.hash }),
    );
    await expect(readLedger(store, third)).rejects.toThrow('entry 2 follows entry 0');
  });
});
