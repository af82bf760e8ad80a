import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ase } from '../../src/reference/calculators/ase.js';
import type { GpawSettings } from '../../src/reference/calculators/gpaw/settings.js';
import { gpaw } from '../../src/reference/calculators/gpaw.js';
import { createCalculator } from '../../src/reference/catalogue.js';
import { createResidentPool } from '../../src/reference/resident/pool.js';
import type { Calculator, ReferenceContext, ReferenceStructure } from '../../src/reference/types.js';
import { calculatorConformance } from '../conformance/calculator.js';
import { largestDifference } from '../reference/fixture.js';
import { COARSE, GPAW_SKIP, gpawSettings, hasGpaw, setup, setupPath } from '../reference/gpaw.js';
import { cube, silicon8 } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';
import { labelIn, labelOf, MPIRUN, onSmallDisk, processesIn, says, until } from './provoke.js';

const { species } = silicon8;
/** Seconds long, so that something can happen meanwhile. */
const slow = { ...COARSE, mode: { name: 'pw', ecut: 350 } };
const command = [...MPIRUN, 'gpaw', 'python'];

function code(changes: Partial<GpawSettings> = {}): Calculator {
  return gpaw(gpawSettings(changes), { species, folder: '/' });
}

const label = (
  changes: Partial<GpawSettings> = {},
  meanwhile?: (folder: string) => Promise<void>,
  structure: ReferenceStructure = silicon8,
) => labelOf(code(changes), structure, meanwhile);

const evaluate = (calculator: Calculator, structure = silicon8) =>
  inScratch((context) => calculator.evaluate(structure, context)).catch((error: unknown) => error);

/** Far enough for a density to be saved. */
const iterating = says('run/gpaw.txt', 'iter:   6');
const ranksIn = (folder: string) => processesIn(join(folder, 'run'), 'gpaw');

describe.skipIf(!hasGpaw)(`GPAW itself${GPAW_SKIP}`, () => {
  const tight = { ...COARSE, convergence: { density: 1e-6, energy: 1e-6 } };
  const settings = gpawSettings({
    parameters: tight,
    setups: { Al: setup(setupPath('Al')), As: setup(setupPath('As')) },
  });
  calculatorConformance({
    name: 'gpaw (AlAs)',
    create: (context) => createCalculator(settings, context),
    structure: cube(5.66, ['Al', 'As']),
    unknownSpecies: 'Ge',
    // The grid of the exchange-correlation energy sees translations, and sums see where memory happens to lie.
    noise: { forces: 5e-3, energy: 2e-6, again: 1e-8 },
  });

  it('mpirun with two ranks gives the forces of one process to 1e-4 eV/Å, at several k-points too', async () => {
    const kpoints = { grid: [2, 1, 1], shift: [1, 1, 1] } as const;
    const changes = { parameters: tight, kpoints };
    const [one, two] = [await label(changes), await label({ ...changes, command })];
    if (!one.accepted || !two.accepted) throw new Error('no label');
    expect(largestDifference(one.result.forces, two.result.forces)).toBeLessThan(1e-4);
  });
});

describe.skipIf(!hasGpaw)(`GPAW another way${GPAW_SKIP}`, () => {
  const forcesOf = async (calculator: Calculator, context: ReferenceContext, structure = silicon8) =>
    (await calculator.evaluate(structure, context)).forces;

  it('stays in memory where it is to, of two ranks too: the same forces for structure after structure', async () => {
    const other = { ...silicon8, positions: silicon8.positions.map((x, i) => x + 0.02 * (i % 2)) };
    await inScratch(async ({ scratch, signal }) => {
      const residents = createResidentPool({ slots: 1, folder: join(scratch, 'pool') });
      try {
        for (const changes of [{}, { command }]) {
          const calculator = code({ ...changes, resident: true });
          for (const structure of [silicon8, other]) {
            const forces = await forcesOf(calculator, { scratch, signal, residents }, structure);
            const byFiles = await inScratch((context) => forcesOf(code(), context, structure));
            expect(largestDifference(forces, byFiles)).toBeLessThan(1e-3);
          }
        }
      } finally {
        await residents.close();
      }
    });
  });

  it('through ASE, by its own words and objects, gives the same forces', async () => {
    const calculator = ase(
      {
        calculator: 'ase',
        command: ['gpaw', 'python'],
        class: 'gpaw.GPAW',
        arguments: {
          mode: { class: 'gpaw.PW', arguments: [150] },
          xc: 'PBE',
          mixer: { class: 'gpaw.Mixer', arguments: [0.05, 5, 50] },
          eigensolver: { class: 'gpaw.Davidson', arguments: { niter: 2 } },
          convergence: { density: 1e-5 },
          symmetry: 'off',
          txt: 'gpaw.txt',
        },
      },
      { folder: '/' },
    );
    const [one, two] = await Promise.all(
      [calculator, code()].map((each) => inScratch((context) => forcesOf(each, context))),
    );
    expect(largestDifference(one, two)).toBeLessThan(1e-6);
  });
});

describe.skipIf(!hasGpaw)(`failures of GPAW, provoked${GPAW_SKIP}`, () => {
  let sound: Promise<Float64Array> | undefined;
  const soundForces = (): Promise<Float64Array> =>
    (sound ??= label().then((answer) => {
      if (!answer.accepted) throw new Error(answer.reason);
      return answer.result.forces;
    }));

  it('self-consistency that creeps: the ladder is climbed, and what comes out of it is the same label', async () => {
    const creeping = { mixer: { beta: 0.001, nmaxold: 1, weight: 1 }, maxiter: 25 };
    const answer = await label({ parameters: { ...COARSE, ...creeping } });
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'no-convergence' });
    expect(answer.attempts[0].evidence?.join()).toMatch(/KohnShamConvergenceError/);
    expect(answer.attempts[1].corrections).toEqual(['softer-mixing']);
    expect(answer).toMatchObject({ accepted: true });
    if (answer.accepted)
      expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(1e-3);
  });

  it('a small maxiter: more steps from the density, and the label is the label without', async () => {
    const answer = await label({ parameters: { ...COARSE, maxiter: 8 } });
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual(['slow-convergence', undefined]);
    expect(answer.attempts[1]).toMatchObject({ outcome: 'accepted', corrections: ['more-steps'] });
    expect(answer.attempts[1].changesPhysics).toBeUndefined();
    if (answer.accepted)
      expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(1e-3);
  });

  it('SIGKILL: run again from the density, not counted', async () => {
    const answer = await label({ parameters: slow }, async (folder) => {
      await until(iterating(folder));
      for (const pid of ranksIn(folder)) process.kill(pid, 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0]).toMatchObject({
      symptom: 'interrupted',
      reason: expect.stringMatching(/SIGKILL/),
    });
    expect(answer.attempts[1].corrections).toEqual(['resume']);
  });

  it('one rank of mpirun killed: the same', async () => {
    const answer = await label({ parameters: slow, command }, async (folder) => {
      await until(iterating(folder));
      const ranks = ranksIn(folder);
      expect(ranks).toHaveLength(2);
      process.kill(ranks[1], 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
  });

  it('a failure under mpirun ends all ranks and is told once', async () => {
    const answer = await label({ parameters: { ...COARSE, maxiter: 8 }, command });
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual(['slow-convergence', undefined]);
  });

  it('a campaign that is cancelled leaves no rank behind', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    await inScratch(async ({ scratch }) => {
      const calculator = code({ parameters: slow, command });
      const running = calculator.evaluate(silicon8, { scratch, signal: controller.signal });
      const ended = expect(running).rejects.toBe(reason);
      await until(iterating(scratch));
      expect(ranksIn(scratch)).toHaveLength(2);
      controller.abort(reason);
      await ended;
      await until(() => ranksIn(scratch).length === 0);
    });
  });

  it('its time limit, reached with a density saved: it goes on from there', async () => {
    // The first run does not end when it is through, as one that would need longer.
    const script = 'gpaw python "$@"; [ -e ended ] || { rm answer.json; touch ended; sleep 600; }';
    const answer = await label({ command: ['/bin/sh', '-c', script, 'sh'], timeout: 12 });
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'time-limit' });
    expect(answer.attempts[1]).toMatchObject({ outcome: 'accepted', corrections: ['continue'] });
    if (answer.accepted)
      expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(1e-3);
  });

  it('its memory limit: given up with the reason, at once', async () => {
    const answer = await label({ parameters: slow, memory: 60 });
    expect(answer).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/memory limit of 60 MiB/),
    });
    expect(answer.attempts).toHaveLength(1);
  });

  it.skipIf(process.getuid?.() !== 0).each(['64k', '400k'])(
    'a full disk of %s (SKIPPED without root): nothing counts against the structure',
    async (size) => {
      await onSmallDisk(size, async (disk, signal) => {
        const outcome = labelIn(join(disk, 'run'), code(), silicon8, signal);
        await expect(outcome).rejects.toMatchObject({ failureClass: 'store' });
      });
    },
  );

  it('a setup that changes after the check is never read: runs have the verified bytes', async () => {
    await inScratch(async ({ scratch }) => {
      const file = join(scratch, 'Si.gz');
      await cp(setupPath('Si'), file);
      const calculator = code({ setups: { Si: setup(file) }, environment: { GPAW_SETUP_PATH: '/nowhere' } });
      await writeFile(file, (await readFile(file)).subarray(0, 20_000));
      expect(await labelOf(calculator, silicon8)).toMatchObject({ accepted: true });
      expect(() => code({ setups: { Si: setup(file) } })).toThrow(/was cut/);
    });
  });

  it('a setup that is broken inside: the input is wrong', async () => {
    await inScratch(async ({ scratch }) => {
      const file = join(scratch, 'Si.xml');
      const xml = gunzipSync(await readFile(setupPath('Si'))).toString('latin1');
      await writeFile(file, `${xml.slice(0, 60_000)}\n</paw_setup>\n`);
      const failure = await evaluate(code({ setups: { Si: setup(file) } }));
      expect(failure).toMatchObject({ failureClass: 'input-wrong', symptom: 'bad-setup' });
    });
  });

  it.each([
    ['a keyword that the table let through', { experimental: { nonsense: 1 } }, /nonsense/],
    ['a functional that is none', { xc: 'nonsense' }, /Unknown functional/],
    ['an eigensolver that is none', { eigensolver: 'nonsense' }, /nonsense/],
  ])('%s: never retried, given up with its words', async (_, changes, words) => {
    const failure = await label({ parameters: { ...COARSE, ...changes } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failureClass: 'input-wrong', message: expect.stringMatching(words) });
  });

  it('atoms on top of each other: told; 0.3 Å apart: the gate does not let GPAW’s nonsense through', async () => {
    const moved = (by: number): ReferenceStructure => {
      const positions = silicon8.positions.slice();
      positions.set([positions[0] + by, positions[1], positions[2]], 3);
      return { ...silicon8, positions };
    };
    expect(await evaluate(code(), moved(0.01))).toMatchObject({ symptom: 'atoms-too-close' });
    expect((await label({}, undefined, moved(0.3))).accepted).toBe(false);
  });

  it('a position that is no number is no label', async () => {
    const positions = silicon8.positions.slice();
    positions[4] = Number.NaN;
    const outcome = await evaluate(code(), { ...silicon8, positions });
    expect(outcome).toBeInstanceOf(Error);
  });

  it('a program that prints garbage, and one that hangs', async () => {
    const garbage = await label({ command: ['/bin/sh', '-c', 'head -c 100000 /dev/urandom', 'sh'] });
    expect(garbage).toMatchObject({ accepted: false });
    const hang = await label({ command: ['/bin/sh', '-c', 'sleep 60', 'sh'], timeout: 1 });
    expect(hang.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });
});
