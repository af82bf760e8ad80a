import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { computeLabel } from '../../../src/reference/attempts.js';
import { vasp } from '../../../src/reference/calculators/vasp.js';
import type { ReferenceFailure } from '../../../src/reference/failures.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import { sessionsIn } from '../../../src/reference/launchers/session.js';
import { Superseded } from '../../../src/reference/launchers/types.js';
import { temporaryFolder } from '../../e2e/cli.js';
import { killWorker } from '../killedWorker.js';
import { fakeVasp, interleaved, libraryFolder, vaspSettings } from '../vasp.js';

const noProc = process.platform === 'linux' ? '' : ' (SKIPPED: needs /proc)';
const folder = libraryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('a program by files whose worker is killed', () => {
  let place: string;
  let scratch: string;
  let remove: () => void;
  beforeEach(() => {
    ({ path: place, remove } = temporaryFolder());
    scratch = join(place, 'scratch');
  });
  afterEach(async () => {
    for (const session of sessionsIn(scratch)) process.kill(-session, 'SIGKILL');
    remove();
  });

  /** A program that waits as long as a file is there, runs as its modes say, and then does what `after` says. */
  const settings = (after: string, ...modes: readonly string[]) => {
    const [node, program] = fakeVasp();
    const wait = `touch began; while [ -e ${join(place, 'hold')} ]; do sleep 0.02; done`;
    const command = ['sh', '-c', `${wait}; "$0" "$@"; ${after}`, node, program, ...modes];
    return vaspSettings({ command });
  };
  const wanted = (of: ReturnType<typeof vaspSettings>, limit = 30) =>
    computeLabel({
      calculator: vasp({ ...of, timeout: limit }, { species: interleaved.species, folder }),
      structure: interleaved,
      limits: DEFAULT_GATE_LIMITS,
      attempts: 1,
      signal: new AbortController().signal,
      scratch,
      onEnded: async () => {
        runs = runsMade();
      },
    });
  /** Runs that read their input, before the folder is removed. */
  let runs = 0;
  const runsMade = (): number => {
    const history = join(scratch, 'history.json');
    return existsSync(history) ? (JSON.parse(readFileSync(history, 'utf8')) as unknown[]).length : 0;
  };
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 1000 && !condition(); i++) await sleep(10);
    expect(condition()).toBe(true);
  };
  const hold = (held: boolean): void => {
    if (held) writeFileSync(join(place, 'hold'), '');
    else rmSync(join(place, 'hold'));
  };
  const killedWorker = async (of: ReturnType<typeof vaspSettings>): Promise<void> => {
    hold(true);
    const wanted = { settings: of, structure: interleaved, folder, scratch };
    await killWorker(wanted, () => existsSync(join(scratch, 'began')));
  };

  it('is waited for, and its answer is the label', async () => {
    const of = settings('', 'ok');
    await killedWorker(of);
    const label = wanted(of);
    await sleep(300);
    hold(false);
    const evidence = [expect.stringMatching(/its worker died.*its answer is whole/)];
    const attempts = [{ number: 1, outcome: 'accepted', evidence }];
    expect(await label).toMatchObject({ accepted: true, attempts });
    expect(runs).toBe(1);
  });

  it.skipIf(noProc !== '')(
    `is found where nobody has written down which process it is${noProc}`,
    async () => {
      const of = settings('', 'ok');
      await killedWorker(of);
      writeFileSync(join(scratch, 'process.json'), JSON.stringify({ name: '1' }));
      const label = wanted(of);
      await sleep(300);
      hold(false);
      expect(await label).toMatchObject({ accepted: true });
      expect(runs).toBe(1);
    },
  );

  it('may have ended before anybody came', async () => {
    const of = settings('touch over', 'ok');
    await killedWorker(of);
    hold(false);
    await until(() => existsSync(join(scratch, 'over')));
    expect(await wanted(of)).toMatchObject({ accepted: true });
    expect(runs).toBe(1);
  });

  it('is run again where it was killed too', async () => {
    const of = settings('', 'ok');
    await killedWorker(of);
    for (const session of sessionsIn(scratch)) process.kill(-session, 'SIGKILL');
    hold(false);
    expect(await wanted(of)).toMatchObject({ accepted: true, attempts: [{ number: 1 }] });
    expect(runs).toBe(1);
  });

  it('that says why it failed is not run again as it was', async () => {
    const of = settings('', 'brmix', 'ok');
    await killedWorker(of);
    hold(false);
    const { attempts } = await wanted(of);
    expect(attempts.map(({ outcome, symptom }) => symptom ?? outcome)).toEqual(['mixing', 'accepted']);
    expect(runs).toBe(2);
  });

  it('that leaves no answer and no reason is run again', async () => {
    const of = settings('touch over', 'silent', 'ok');
    await killedWorker(of);
    hold(false);
    await until(() => existsSync(join(scratch, 'over')));
    expect(await wanted(of)).toMatchObject({ accepted: true, attempts: [{ number: 1 }] });
    expect(runs).toBe(2);
  });

  it('is held to its time limit', async () => {
    const of = settings('', 'hang');
    await killedWorker(of);
    hold(false);
    const { attempts } = await wanted(of, 1);
    expect(attempts.map(({ symptom }) => symptom)).toEqual(['timeout']);
    expect(sessionsIn(scratch)).toEqual([]);
  });

  it('is not taken for the answer of another attempt', async () => {
    const of = settings('touch over', 'ok');
    await killedWorker(of);
    hold(false);
    await until(() => existsSync(join(scratch, 'over')));
    const record = join(scratch, 'process.json');
    writeFileSync(record, readFileSync(record, 'utf8').replace('"name":"1"', '"name":"2"'));
    expect(await wanted(of)).toMatchObject({ accepted: true });
    expect(runs).toBe(2);
  });

  it('or was frozen, which is left to the next one by the first', async () => {
    const of = settings('', 'ok');
    hold(true);
    const first = wanted(of).catch((error: unknown) => error);
    await until(() => existsSync(join(scratch, 'began')));
    const second = wanted(of);
    expect(await first).toBeInstanceOf(Superseded);
    hold(false);
    expect(await second).toMatchObject({ accepted: true });
    expect(runs).toBe(1);
    expect(existsSync(scratch)).toBe(false);
  });

  it('or which is killed itself once its answer is there, is not run again', async () => {
    const { attempts } = await wanted(settings('kill -KILL $$', 'ok'));
    expect(attempts).toMatchObject([{ outcome: 'accepted', evidence: [expect.stringMatching(/SIGKILL/)] }]);
    expect(runs).toBe(1);
  });

  it('or which failed on a full disk, as was seen, is run again', async () => {
    const of = settings('', 'disk', 'ok');
    const full = await wanted(of).catch((error: ReferenceFailure) => error);
    expect(full).toMatchObject({ failureClass: 'store' });
    expect(await wanted(of)).toMatchObject({ accepted: true });
    expect(runs).toBe(2);
  });
});
