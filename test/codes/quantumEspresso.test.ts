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
import { killWorker } from '../reference/killedWorker.js';
import { hasPw, PSEUDO, PW_SKIP, pseudopotential, silicon8, siliconSettings } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';
import { labelIn, labelOf, MPIRUN, onSmallDisk, processesIn, says, until } from './provoke.js';

const { species } = silicon8;
/** Seconds long, so that something can happen meanwhile. */
const slow = { system: { ecutwfc: 60 } };

function code(changes: Partial<QuantumEspressoSettings> = {}): Calculator {
  return quantumEspresso(siliconSettings(changes), { species, folder: '/' });
}

const label = (
  calculator: Calculator,
  meanwhile?: (folder: string) => Promise<void>,
  structure: ReferenceStructure = silicon8,
) => labelOf(calculator, structure, meanwhile);

const iterating = says('pw.out', 'iteration #  1');

describe.skipIf(!hasPw)(`failures of pw.x, provoked${PW_SKIP}`, () => {
  // Not while tests are collected: that is done where the program is missing, too.
  let sound: ReturnType<typeof label> | undefined;
  const soundForces = async (): Promise<Float64Array> => {
    sound ??= label(code());
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
      for (const pid of processesIn(folder, 'pw.x')) process.kill(pid, 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0]).toMatchObject({
      symptom: 'interrupted',
      reason: expect.stringMatching(/SIGKILL/),
    });
    expect(answer.attempts[1].corrections).toEqual(['resume']);
  });

  it('one rank of mpirun killed: the same', async () => {
    const command = [...MPIRUN, 'pw.x'];
    const answer = await label(code({ ...slow, command }), async (folder) => {
      await until(iterating(folder));
      process.kill(processesIn(folder, 'pw.x')[0], 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
  });

  it('its worker killed: the next one waits for all ranks, and takes the answer as it is', async () => {
    const command = [...MPIRUN, 'pw.x'];
    const settings = siliconSettings({ ...slow, command });
    await inScratch(async (context) => {
      const scratch = join(context.scratch, 'run');
      const wanted = { settings, structure: silicon8, folder: '/', scratch };
      await killWorker(wanted, iterating(scratch));
      const ranks = processesIn(scratch, 'pw.x');
      expect(ranks).toHaveLength(2);
      const answer = await labelIn(scratch, code({ ...slow, command }), silicon8, context.signal);
      const evidence = [expect.stringMatching(/its worker died.*its answer is whole/)];
      expect(answer).toMatchObject({ accepted: true, attempts: [{ outcome: 'accepted', evidence }] });
      const anew = await label(code({ ...slow, command }));
      if (!answer.accepted || !anew.accepted) throw new Error('no label');
      expect(largestDifference(answer.result.forces, anew.result.forces)).toBeLessThan(1e-6);
    });
  });

  it('a campaign that is cancelled leaves no rank behind', async () => {
    const command = [...MPIRUN, 'pw.x'];
    const controller = new AbortController();
    const reason = new Error('cancelled');
    await inScratch(async ({ scratch }) => {
      const running = code({ ...slow, command }).evaluate(silicon8, { scratch, signal: controller.signal });
      const ended = expect(running).rejects.toBe(reason);
      await until(iterating(scratch));
      const ranks = processesIn(scratch, 'pw.x');
      expect(ranks).toHaveLength(2);
      controller.abort(reason);
      await ended;
      await until(() => processesIn(scratch, 'pw.x').length === 0);
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
    // Thousands of quick steps, more than there is time for on any machine: it looks at its clock between two.
    const creeping = { mixing_beta: 0.001, mixing_ndim: 1, electron_maxstep: 20_000 };
    const answer = await label(code({ electrons: creeping, timeout: 4 }));
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'time-limit' });
    expect(answer.attempts[1]).toMatchObject({ corrections: ['continue'] });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a disk that is full sooner or later (SKIPPED without root): nothing counts against the structure, no bad label',
    async ({ skip }) => {
      const outcomes: string[] = [];
      // In the input, in the log, in the density, in the wavefunctions, not at all.
      for (const size of [40, 150, 300, 400, 450, 500, 550, 600, 900]) {
        const mounted = await onSmallDisk(`${size}k`, async (disk, signal) => {
          const answer = await labelIn(join(disk, 'run'), code(), silicon8, signal).catch(
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
        });
        skip(!mounted, 'nothing can be mounted here');
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
    const command = [...MPIRUN, 'pw.x'];
    const [one, two] = [await label(code()), await label(code({ command }))];
    if (!one.accepted || !two.accepted) throw new Error('no label');
    expect(largestDifference(one.result.forces, two.result.forces)).toBeLessThan(1e-4);
  });
});
