import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { homeOf, taskQueues } from '../../src/cli/home.js';

describe('the task queues of a home', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'anharmony-home-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const home = () => homeOf({ home: join(folder, 'home') });

  it('are the same for all that come at once to a store that is new', async () => {
    // One after another, while the first are still at it.
    const queues = await Promise.all(
      Array.from({ length: 40 }, async (_, k) => {
        await sleep(k / 4);
        return taskQueues(home());
      }),
    );
    expect(new Set(queues.map(({ md }) => md)).size).toBe(1);
    expect(await taskQueues(home())).toEqual(queues[0]);
  });

  it('are made anew where a crash has left the identity empty', async () => {
    mkdirSync(home().store, { recursive: true });
    writeFileSync(join(home().store, 'identity'), '');
    const queues = await taskQueues(home());
    expect(queues.md).toMatch(/^anharmony-[0-9a-f]{8}-md$/);
    expect(await taskQueues(home())).toEqual(queues);
  });

  it('differ from those of another home', async () => {
    const [one, other] = [
      await taskQueues(home()),
      await taskQueues(homeOf({ home: join(folder, 'other') })),
    ];
    expect(one.md).not.toBe(other.md);
  });
});
