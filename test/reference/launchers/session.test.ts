import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/processes.js';
import { endRest, sessionProcesses } from '../../../src/reference/launchers/session.js';

const noProc = process.platform === 'linux' ? '' : ' (SKIPPED: needs /proc)';

describe.skipIf(noProc !== '')(`what a program has left in its session${noProc}`, () => {
  const leaders: ChildProcess[] = [];
  afterEach(() => {
    for (const { pid } of leaders.splice(0))
      for (const process_ of sessionProcesses(pid!)) process.kill(process_.pid, 'SIGKILL');
  });
  /** A shell that leads a session, with a child that outlives it. */
  async function leader() {
    const child = spawn('sh', ['-c', 'sleep 1000 & read line'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    leaders.push(child);
    await once(child, 'spawn');
    const session = child.pid!;
    while (sessionProcesses(session).length < 2) await sleep(10);
    return { child, session, identity: (await identityOf(session))! };
  }

  it('is killed when it has ended', async () => {
    const { child, session, identity } = await leader();
    child.stdin!.end();
    await once(child, 'exit');
    expect(sessionProcesses(session)).toHaveLength(1);
    await endRest(identity);
    for (let i = 0; i < 100 && sessionProcesses(session).length > 0; i++) await sleep(10);
    expect(sessionProcesses(session)).toEqual([]);
  });

  it('is left alone where the number is another process’s now: after a restart of the machine, or later', async () => {
    const { session, identity } = await leader();
    await endRest({ ...identity, boot: 'before the restart' });
    await endRest({ ...identity, started: '1' });
    await endRest({ ...identity, host: 'elsewhere' });
    await sleep(100);
    expect(sessionProcesses(session)).toHaveLength(2);
  });
});
