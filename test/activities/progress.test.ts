import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TaskStopped } from '../../activities/protocol.js';
import { openProgress } from '../../activities/tasks/progress.js';
import { explore } from '../../src/exploration/explore.js';
import type { ExplorationProgress } from '../../src/exploration/types.js';
import { toyInput, toyModel } from '../exploration/toyModel.js';

let store: string;
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'anharmony-progress-'));
});
afterEach(() => rmSync(store, { recursive: true }));

/** Three checkpoints of a toy walker, one after another. */
function checkpoints(): readonly ExplorationProgress[] {
  const kept: ExplorationProgress[] = [];
  explore(toyInput({ lookahead: 50, untilStep: 300 }), toyModel(), {
    wantsCheckpoint: (step) => step % 100 === 0,
    onCheckpoint: (progress) => kept.push(progress),
  });
  return kept.slice(0, 3);
}

const stepOf = (progress: ExplorationProgress | undefined) => progress?.checkpoint.state.step;

describe('the progress of a walker on disk', () => {
  const [first, second, third] = checkpoints();

  it('is the last that was written; the one before where that is torn; none where both are', () => {
    const file = openProgress(store, 'silicon', 1, 'command');
    expect(file.read()).toBeUndefined();
    for (const progress of [first, second, third]) file.write(progress);
    expect(file.read()).toStrictEqual(third);
    const folder = join(store, 'progress/silicon');
    truncateSync(join(folder, '1-command.bin'), 1000);
    expect(stepOf(file.read())).toBe(stepOf(second));
    truncateSync(join(folder, '1-command.bin.previous'), 0);
    expect(file.read()).toBeUndefined();
  });

  it('belongs to the last attempt that opened it: one before it can write no more', () => {
    const zombie = openProgress(store, 'silicon', 1, 'command');
    zombie.write(first);
    const successor = openProgress(store, 'silicon', 1, 'command');
    successor.write(second);
    const before = readFileSync(join(store, 'progress/silicon/1-command.bin'));
    expect(() => zombie.write(third)).toThrow(TaskStopped);
    expect(readFileSync(join(store, 'progress/silicon/1-command.bin')).equals(before)).toBe(true);
    successor.write(third);
    expect(stepOf(successor.read())).toBe(stepOf(third));
  });

  it('of a command goes when the walker has another, and only then', () => {
    openProgress(store, 'silicon', 1, 'old').write(first);
    openProgress(store, 'silicon', 2, 'old').write(first);
    openProgress(store, 'silicon', 1, 'new');
    const names = readdirSync(join(store, 'progress/silicon'));
    expect(names.filter((name) => name.startsWith('1-old'))).toEqual([]);
    expect(names.filter((name) => name.startsWith('2-old')).length).toBeGreaterThan(0);
  });
});
