import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { residentsOver, serveResidents } from '../../activities/residents.js';
import type { ResidentAnswer, ResidentRequest, Residents } from '../../src/reference/resident/types.js';
import { request } from '../reference/resident/clients.js';

/** Answers with the request's own number of seconds, or never. */
function residents() {
  const seen: ResidentRequest[] = [];
  const aborted: unknown[] = [];
  const pool: Residents = {
    evaluate: (asked, signal) => {
      seen.push(asked);
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(asked);
          reject(signal.reason);
        });
        if (asked.timeout < 100) resolve({ answered: true, seconds: asked.timeout } as ResidentAnswer);
      });
    },
  };
  return { pool, seen, aborted };
}

describe('the way from a thread to the programs of its worker', () => {
  it('requests and answers cross it, each to its own', async () => {
    const { port1, port2 } = new MessageChannel();
    const { pool, seen } = residents();
    serveResidents(pool, port1);
    const there = residentsOver(port2);
    const { signal } = new AbortController();
    const asked = [3, 1, 2].map((timeout) => request('sound', { timeout, logEnds: /done/ }));
    const answers = await Promise.all(asked.map((one) => there.evaluate(one, signal)));
    expect(answers.map(({ seconds }) => seconds)).toEqual([3, 1, 2]);
    expect(seen).toEqual(asked);
    port2.close();
  });

  it('an abort reaches the program, and its reason comes back when it is over', async () => {
    const { port1, port2 } = new MessageChannel();
    const { pool, aborted } = residents();
    serveResidents(pool, port1);
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const running = residentsOver(port2).evaluate(request('hang', { timeout: 1000 }), controller.signal);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(aborted).toHaveLength(1);
    port2.close();
  });

  it('a thread that is ended in the middle has cancelled', async () => {
    const { port1, port2 } = new MessageChannel();
    const { pool, aborted } = residents();
    serveResidents(pool, port1);
    const url = new URL('../../dist/activities/residents.js', import.meta.url);
    const code = `
      import { workerData } from 'node:worker_threads';
      const { residentsOver } = await import(${JSON.stringify(url.href)});
      residentsOver(workerData.port).evaluate(workerData.asked, new AbortController().signal);`;
    const asked = request('hang', { timeout: 1000 });
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
      workerData: { port: port2, asked },
      transferList: [port2],
    });
    await once(worker, 'online');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(aborted).toHaveLength(0);
    await worker.terminate();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(aborted).toHaveLength(1);
  });
});
