import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { computeLabel } from '../../src/reference/attempts.js';
import type { QuantumEspressoSettings } from '../../src/reference/calculators/quantumEspresso/settings.js';
import { quantumEspresso } from '../../src/reference/calculators/quantumEspresso.js';
import type { ReferenceFailure } from '../../src/reference/failures.js';
import { DEFAULT_GATE_LIMITS } from '../../src/reference/gateLimits.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { largestDifference } from '../reference/fixture.js';
import { hasPw, PSEUDO, PW_SKIP, pseudopotential, silicon8, siliconSettings } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';

const { species } = silicon8;
/** Seconds long, so that something can happen meanwhile. */
const slow = { system: { ecutwfc: 60 } };

function code(changes: Partial<QuantumEspressoSettings> = {}): Calculator {
  return quantumEspresso(siliconSettings(changes), { species, folder: '/' });
}

/** Computes a label; `meanwhile` sees the folder while pw.x runs. */
function label(
  calculator: Calculator,
  meanwhile: (folder: string) => Promise<void> = async () => undefined,
  structure: ReferenceStructure = silicon8,
) {
  return inScratch(async ({ scratch, signal }) => {
    const folder = join(scratch, 'run');
    const request = {
      calculator,
      structure,
      limits: DEFAULT_GATE_LIMITS,
      attempts: 2,
      signal,
      scratch: folder,
    };
    const [answer] = await Promise.all([computeLabel(request), meanwhile(folder)]);
    return answer;
  });
}

/** Processes of pw.x that work in this folder. */
function processesIn(folder: string): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const isPw = readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'pw.x';
      return isPw && readlinkSync(`/proc/${pid}/cwd`) === folder ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 600 && !condition(); i++) await pause(50);
  expect(condition()).toBe(true);
}

const iterating = (folder: string) => () =>
  existsSync(join(folder, 'pw.out')) &&
  readFileSync(join(folder, 'pw.out'), 'utf8').includes('iteration #  1');

describe.skipIf(!hasPw)(`failures of pw.x, provoked${PW_SKIP}`, () => {
  const sound = label(code());
  const soundForces = async (): Promise<Float64Array> => {
    const answer = await sound;
    if (!answer.accepted) throw new Error(answer.reason);
    return answer.result.forces;
  };

  it('self-consistency that creeps: the ladder is climbed, and what comes out of it is the same label', async () => {
    const creeping = { mixing_ndim: 1, mixing_beta: 0.001, electron_maxstep: 30 };
    const answer = await label(code({ electrons: creeping }));
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'no-convergence' });
    expect(answer.attempts[1].corrections).toEqual(['softer-mixing']);
    expect(answer.attempts[2].corrections).toEqual(['softer-mixing', 'local-mixing']);
    expect(answer.attempts.length).toBeLessThanOrEqual(6);
    if (answer.accepted)
      expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(5e-4);
  });

  it('a tiny electron_maxstep: the label after the correction is the label without', async () => {
    const answer = await label(code({ electrons: { electron_maxstep: 2 } }));
    expect(answer).toMatchObject({ accepted: true });
    if (answer.accepted)
      expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(5e-4);
  });

  it('SIGKILL: run again, not counted', async () => {
    const answer = await label(code(slow), async (folder) => {
      await until(iterating(folder));
      for (const pid of processesIn(folder)) process.kill(pid, 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0]).toMatchObject({
      symptom: 'interrupted',
      reason: expect.stringMatching(/SIGKILL/),
    });
    expect(answer.attempts[1].corrections).toEqual(['resume']);
  });

  it('one rank of mpirun killed: the same', async () => {
    const command = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', '-np', '2', 'pw.x'];
    const answer = await label(code({ ...slow, command }), async (folder) => {
      await until(iterating(folder));
      process.kill(processesIn(folder)[0], 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
  });

  it('a campaign that is cancelled leaves no rank behind', async () => {
    const command = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', '-np', '2', 'pw.x'];
    const controller = new AbortController();
    const reason = new Error('cancelled');
    await inScratch(async ({ scratch }) => {
      const running = code({ ...slow, command }).evaluate(silicon8, { scratch, signal: controller.signal });
      const ended = expect(running).rejects.toBe(reason);
      await until(iterating(scratch));
      const ranks = processesIn(scratch);
      expect(ranks).toHaveLength(2);
      controller.abort(reason);
      await ended;
      await until(() => processesIn(scratch).length === 0);
    });
  });

  it('stopped by itself, as at its time limit: it goes on where it was', async () => {
    const answer = await label(code(slow), async (folder) => {
      await until(iterating(folder));
      await writeFile(join(folder, 'pwscf.EXIT'), '');
    });
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'time-limit' });
    expect(answer.attempts[1]).toMatchObject({ outcome: 'accepted', corrections: ['continue'] });
  });

  it('its memory limit: mended by settings that need less, then given up with the reason', async () => {
    const answer = await label(code({ ...slow, memory: 20 }));
    expect(answer).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/memory limit of 20 MiB/),
    });
    expect(answer.attempts.map(({ corrections }) => corrections)).toEqual([undefined, ['less-memory']]);
  });

  it('its own time limit: pw.x stops by itself before it is stopped, and goes on where it was', async () => {
    // Hundreds of quick steps: it looks at its clock between two.
    const creeping = { mixing_beta: 0.02, mixing_ndim: 1, electron_maxstep: 2000 };
    const answer = await label(code({ electrons: creeping, timeout: 4 }));
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'time-limit' });
    expect(answer.attempts[1]).toMatchObject({ corrections: ['continue'] });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a disk that is full sooner or later (SKIPPED without root): nothing counts against the structure, no bad label',
    async () => {
      const outcomes: string[] = [];
      // In the input, in the log, in the density, in the wavefunctions, not at all.
      for (const size of [40, 150, 300, 400, 450, 500, 550, 600, 900]) {
        await inScratch(async ({ scratch, signal }) => {
          const disk = join(scratch, 'disk');
          mkdirSync(disk);
          execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'tmpfs', disk]);
          try {
            const request = {
              calculator: code(),
              structure: silicon8,
              limits: DEFAULT_GATE_LIMITS,
              attempts: 2,
              signal,
            };
            const answer = await computeLabel({ ...request, scratch: join(disk, 'run') }).catch(
              (error: unknown) => error as ReferenceFailure,
            );
            if (answer instanceof Error) {
              expect(answer.failureClass, `${size} KiB: ${answer.symptom}`).toBe('store');
              outcomes.push('full');
            } else {
              if (!answer.accepted) throw new Error(`${size} KiB: ${answer.reason}`);
              expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(1e-10);
              outcomes.push('accepted');
            }
          } finally {
            spawnSync('umount', ['-l', disk]);
          }
        });
      }
      expect(new Set(outcomes)).toEqual(new Set(['full', 'accepted']));
    },
  );

  it('a pseudopotential that changes after the check is never read: runs have the verified bytes', async () => {
    await inScratch(async ({ scratch, signal }) => {
      const file = join(scratch, 'Si.UPF');
      await cp(PSEUDO.Si, file);
      const calculator = code({ pseudopotentials: { Si: pseudopotential(file) } });
      await writeFile(file, (await readFile(file, 'utf8')).slice(0, 20_000));
      const run = join(scratch, 'run');
      const request = {
        calculator,
        structure: silicon8,
        limits: DEFAULT_GATE_LIMITS,
        attempts: 1,
        signal,
        scratch: run,
      };
      expect(await computeLabel(request)).toMatchObject({ accepted: true });
      expect(() => code({ pseudopotentials: { Si: { ...pseudopotential(PSEUDO.Si), file } } })).toThrow(
        /was cut/,
      );
    });
  });

  it.each([
    [
      'a typo that the table of keywords let through',
      { system: { ecutwfc: 12, dmft: 'no' } },
      /bad line in namelist/,
    ],
    ['a functional that is none', { system: { ecutwfc: 12, input_dft: 'nonsense' } }, /./],
  ])('%s: never retried or given up with its words', async (_, changes, words) => {
    const outcome = await label(code(changes)).catch((error: unknown) => error);
    const text = outcome instanceof Error ? outcome.message : JSON.stringify(outcome);
    expect(text).toMatch(words);
    expect(outcome).not.toMatchObject({ accepted: true });
  });

  it('atoms 0.3 Å apart: the gate does not let pw.x’s nonsense through', async () => {
    const positions = silicon8.positions.slice();
    positions.set([positions[0] + 0.3, positions[1], positions[2]], 3);
    const answer = await label(code(), undefined, { ...silicon8, positions });
    expect(answer.accepted).toBe(false);
  });

  it('a program that prints garbage, and one that hangs', async () => {
    const garbage = await label(code({ command: ['/bin/sh', '-c', 'head -c 100000 /dev/urandom', 'sh'] }));
    expect(garbage).toMatchObject({ accepted: false });
    const hang = await label(code({ command: ['/bin/sh', '-c', 'sleep 60', 'sh'], timeout: 1 }));
    expect(hang.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });
});

describe.skipIf(!hasPw)(`the physics of the settings${PW_SKIP}`, () => {
  it('mpirun with two ranks gives the forces of one process to 1e-4 eV/Å', async () => {
    const command = ['mpirun', '--allow-run-as-root', '--bind-to', 'none', '-np', '2', 'pw.x'];
    const [one, two] = [await label(code()), await label(code({ command }))];
    if (!one.accepted || !two.accepted) throw new Error('no label');
    expect(largestDifference(one.result.forces, two.result.forces)).toBeLessThan(1e-4);
  });
});
