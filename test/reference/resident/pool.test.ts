import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createResidentPool, type ResidentPool } from '../../../src/reference/resident/pool.js';
import { largestDifference } from '../fixture.js';
import { gaussianForces } from '../programs/gaussianForces.mjs';
import { forces, isAlive, neonArgon, request, served, until } from './clients.js';

let folder: string;
let pool: ResidentPool;
const { signal } = new AbortController();
const open = (slots = 1, rest: { idle?: number; uses?: number } = {}): ResidentPool => {
  pool = createResidentPool({ slots, folder, ...rest });
  return pool;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'anharmony-residents-'));
});
afterEach(async () => {
  await pool.close();
  // Neither a folder nor a socket of a program is left.
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync('/tmp').filter((name) => name.startsWith(`ipi_anharmony_${process.pid}_`))).toEqual([]);
  await rm(folder, { recursive: true });
});

describe('a program that stays', () => {
  it.each(['unix', 'inet'] as const)('serves one structure after another: %s', async (transport) => {
    open();
    const first = await forces(pool, request('sound', { transport }));
    const second = await forces(pool, request('sound', { transport, structure: neonArgon(6) }));
    expect(served(second)).toEqual({ pid: served(first).pid, structure: 2 });
    for (const [answer, seed] of [
      [first, 5],
      [second, 6],
    ] as const) {
      const { lattice, positions } = neonArgon(seed);
      const expected = gaussianForces([...lattice], [...positions]);
      expect(answer.energy).toBeCloseTo(expected.energy, 11);
      expect(largestDifference(answer.forces, Float64Array.from(expected.forces))).toBeLessThan(1e-12);
    }
    // Each is judged by its own output alone.
    expect(first.texts.stdout.trim()).toBe('structure 1');
    expect(second.texts.stdout.trim()).toBe('structure 2');
  });

  it('one that needs no INIT, and one that leaves with its answer', async () => {
    open();
    expect(served(await forces(pool, request('ready'))).structure).toBe(1);
    expect(served(await forces(pool, request('ready'))).structure).toBe(2);
    expect(served(await forces(pool, request('leaves'))).structure).toBe(1);
    expect(served(await forces(pool, request('leaves'))).structure).toBe(1);
  });

  it('two structures for one program: one after the other, and never more programs than slots', async () => {
    open();
    const [a, b] = await Promise.all([forces(pool, request('sound')), forces(pool, request('sound'))]);
    expect(served(a).pid).toBe(served(b).pid);
    expect([served(a).structure, served(b).structure].sort()).toEqual([1, 2]);
  });

  it('another program takes the place of an idle one where slots are few', async () => {
    open();
    const first = served(await forces(pool, request('sound')));
    const second = served(await forces(pool, request('ready')));
    expect(second.pid).not.toBe(first.pid);
    expect(isAlive(first.pid)).toBe(false);
    expect(isAlive(second.pid)).toBe(true);
  });

  it('side by side in as many processes as there are slots, which serve what follows', async () => {
    open(2);
    const slow = (seed: number) => request('sound', { env: { SLOW: '200' }, structure: neonArgon(seed) });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((seed) => forces(pool, slow(seed))));
    expect(new Set(answers.map((answer) => served(answer).pid)).size).toBe(2);
  });

  it('goes when it has been idle for long, after many structures, and after one that is its only', async () => {
    open(1, { idle: 0.2, uses: 2 });
    const first = served(await forces(pool, request('sound')));
    await until(() => !isAlive(first.pid));
    const second = served(await forces(pool, request('sound')));
    expect(served(await forces(pool, request('sound')))).toEqual({ pid: second.pid, structure: 2 });
    const third = served(await forces(pool, request('sound', { once: true })));
    expect(third).not.toMatchObject({ pid: second.pid });
    await until(() => !isAlive(second.pid) && !isAlive(third.pid));
  });

  it('goes with the pool, even one that does not want to', async () => {
    open(2);
    const stubborn = served(await forces(pool, request('stubborn')));
    const sound = served(await forces(pool, request('sound')));
    await pool.close();
    expect([stubborn.pid, sound.pid].map(isAlive)).toEqual([false, false]);
  });
});

describe('a program that goes wrong', () => {
  it('says how, and a fresh one serves what comes next', async () => {
    open(3);
    const ways = {
      half: ['ended', { exitCode: 0 }],
      killed: ['ended', { killedBy: 'SIGKILL' }],
      crash: ['ended', { exitCode: 7 }],
      garbage: ['protocol', {}],
      flood: ['protocol', {}],
      nan: ['protocol', {}],
      few: ['protocol', {}],
      absurd: ['protocol', {}],
      endless: ['protocol', {}],
      negative: ['protocol', {}],
    } as const;
    await Promise.all(
      Object.entries(ways).map(async ([mode, [failure, end]]) => {
        const answer = await pool.evaluate(request(mode), signal);
        expect(answer, mode).toMatchObject({ answered: false, failure, end });
      }),
    );
    expect(served(await forces(pool, request('sound'))).structure).toBe(1);
  });

  it('is ended at the time limit, whether it hangs, says nothing or never connects', async () => {
    open(3);
    await Promise.all(
      ['hang', 'deaf', 'absent'].map(async (mode) => {
        const answer = await pool.evaluate(request(mode, { timeout: 1 }), signal);
        expect(answer, mode).toMatchObject({ answered: false, failure: 'ended', end: { timedOut: true } });
        expect(answer.seconds).toBeLessThan(5);
      }),
    );
  });

  it('one that is not there', async () => {
    open();
    const asked = request('sound');
    const missing = { ...asked, program: { ...asked.program, argv: ['/nowhere/pw.x'] } };
    expect(await pool.evaluate(missing, signal)).toMatchObject({ answered: false, failure: 'missing' });
  });

  it('its words are kept: what it printed before and after the structure came', async () => {
    open();
    const { texts } = await pool.evaluate(request('crash'), signal);
    expect(texts).toMatchObject({ stdout: 'iteration 1\n', stderr: 'SCF did not like it\n' });
  });

  it('one that dies while it is idle costs nobody an attempt', async () => {
    open();
    const first = served(await forces(pool, request('sound')));
    process.kill(first.pid, 'SIGKILL');
    const second = served(await forces(pool, request('sound')));
    expect(second.structure).toBe(1);
  });

  it('an abort in the middle: the program is gone before the reason comes', async () => {
    open();
    const controller = new AbortController();
    const reason = new Error('cancelled');
    const running = pool.evaluate(request('hang'), controller.signal);
    const ended = expect(running).rejects.toBe(reason);
    const pid = await until(() => processes().length === 1).then(() => processes()[0]);
    controller.abort(reason);
    await ended;
    expect(isAlive(pid)).toBe(false);
    expect(served(await forces(pool, request('sound'))).structure).toBe(1);
  });
});

/** Of the pool's programs, as their records tell. */
function processes(): readonly number[] {
  return readdirSync(folder)
    .map((name) => join(folder, name, 'process.json'))
    .filter(existsSync)
    .map((path) => (JSON.parse(readFileSync(path, 'utf8')) as { process?: { pid: number } }).process?.pid)
    .filter((pid) => pid !== undefined);
}

describe('a worker that is killed', () => {
  const OWNER = fileURLToPath(new URL('../programs/residentOwner.mjs', import.meta.url));

  it.each(['sound', 'stubborn'])('its programs go with it or with the next worker: %s', async (mode) => {
    const worker = spawn(process.execPath, [OWNER, folder, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
    const pid = await new Promise<number>((resolve) => {
      worker.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    });
    expect(isAlive(pid)).toBe(true);
    worker.kill('SIGKILL');
    // Its connection is closed: most programs go by themselves.
    if (mode === 'sound') await until(() => !isAlive(pid));
    else await until(() => !isAlive(worker.pid!));
    expect(isAlive(pid)).toBe(mode === 'stubborn');
    open();
    // Those of a living worker stay.
    const own = served(await forces(pool, request('sound')));
    expect(isAlive(pid)).toBe(false);
    const other = createResidentPool({ slots: 1, folder });
    await other.close();
    expect(isAlive(own.pid)).toBe(true);
    expect(served(await forces(pool, request('sound')))).toEqual({ pid: own.pid, structure: 2 });
    expect(readdirSync('/tmp').filter((name) => name.startsWith(`ipi_anharmony_${worker.pid}_`))).toEqual([]);
  });
});
