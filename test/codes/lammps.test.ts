import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LammpsSettings } from '../../src/reference/calculators/lammps/settings.js';
import { lammps } from '../../src/reference/calculators/lammps.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { cubicCrystal, largestDifference, noise } from '../reference/fixture.js';
import { EXAMPLES, hasLmp, LMP_SKIP, siliconPotential } from '../reference/lammps.js';
import { cube } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';
import { labelIn, labelOf, MPIRUN, onSmallDisk, processesIn, until } from './provoke.js';

const silicon8 = cube(5.431, ['Si'], 0.2);

function code(changes: Partial<LammpsSettings> = {}): Calculator {
  return lammps(siliconPotential(changes), { species: ['Si'], folder: EXAMPLES });
}

/** Seconds long, so that something can happen meanwhile: Ewald's sum over very many waves. */
const slow = {
  commands: [
    'pair_style born/coul/long 6',
    'pair_coeff 1 1 0.2 0.3 2.3 1 0',
    'set type 1 charge 1',
    'pair_modify table 0',
    'kspace_style ewald 1e-12',
    'kspace_modify gewald 2.4',
  ],
};
const silicon512: ReferenceStructure = (() => {
  const { lattice, positions } = cubicCrystal('diamond', 5.431, 4);
  return { lattice, species: Array<string>(512).fill('Si'), positions };
})();

describe.skipIf(!hasLmp)(`failures of LAMMPS, provoked${LMP_SKIP}`, () => {
  it.each([
    ['an unknown pair style', ['pair_style swx'], /Unrecognized pair style 'swx'/],
    ['no coefficients', ['pair_style sw'], /All pair coeffs are not set/],
    ['wrong arguments', ['pair_style lj/cut'], /Illegal pair_style command/],
  ])('%s: never retried, with its words', async (_, commands, words) => {
    const failure = await labelOf(code({ commands }), silicon8).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failureClass: 'input-wrong',
      symptom: 'bad-input',
      message: expect.stringMatching(words),
    });
  });

  it('a potential file that was cut: LAMMPS says so; one that changes after the check is never read', async () => {
    await inScratch(async ({ scratch, signal }) => {
      const file = join(scratch, 'Si.sw');
      const commands = ['pair_style sw', 'pair_coeff * * Si.sw Si'];
      writeFileSync(file, 'Si Si Si 2.1683 2.0951 1.80 21.0 1.20');
      const cut = lammps(siliconPotential({ commands }), { species: ['Si'], folder: scratch });
      const failure = await labelIn(join(scratch, 'a'), cut, silicon8, signal).catch((e: unknown) => e);
      expect(failure).toMatchObject({
        symptom: 'bad-input',
        message: expect.stringMatching(/LAMMPS refuses the input/),
      });
      const sound =
        'Si Si Si 2.1683 2.0951 1.80 21.0 1.20 -0.333333333333 7.049556277 0.6022245584 4.0 0.0 0.0\n';
      writeFileSync(file, sound);
      const calculator = lammps(siliconPotential({ commands }), { species: ['Si'], folder: scratch });
      expect(calculator.identity).not.toEqual(cut.identity);
      writeFileSync(file, 'garbage');
      const answer = await labelIn(join(scratch, 'b'), calculator, silicon8, signal);
      expect(answer).toMatchObject({ accepted: true });
    });
  });

  it('a file that LAMMPS would find in a folder of its own: refused before it can', async () => {
    process.env['LAMMPS_POTENTIALS'] = join(EXAMPLES, 'calculators');
    try {
      const commands = ['pair_style sw', 'pair_coeff * * Si.sw Si'];
      expect(() => code({ commands })).toThrow(/cannot be read/);
    } finally {
      delete process.env['LAMMPS_POTENTIALS'];
    }
  });

  it('more neighbours than there is room for: mended, and the label is the same', async () => {
    const { lattice, positions } = cubicCrystal('fcc', 5.31, 1);
    const argon: ReferenceStructure = {
      lattice,
      species: Array<string>(4).fill('Ar'),
      positions: positions.map((x, i) => x + 0.2 * noise(12, 7)[i]),
    };
    const far = (cutoff: number) =>
      lammps(
        {
          calculator: 'lammps',
          species: ['Ar'],
          commands: [`pair_style lj/smooth/linear ${cutoff}`, `pair_coeff 1 1 0.0104 3.4 ${cutoff}`],
        },
        { species: ['Ar'], folder: '/' },
      );
    const [near, wide] = [await labelOf(far(20), argon), await labelOf(far(40), argon)];
    expect(near.attempts.map(({ outcome }) => outcome)).toEqual(['accepted']);
    expect(wide.attempts.map(({ symptom }) => symptom)).toEqual(['many-neighbours', undefined]);
    expect(wide.attempts[1]).toMatchObject({ outcome: 'accepted', corrections: ['more-neighbours'] });
    if (!near.accepted || !wide.accepted) throw new Error('no label');
    expect(largestDifference(near.result.forces, wide.result.forces)).toBeLessThan(1e-4);
  });

  it('atoms on top of each other: the gate does not let NaN through', async () => {
    const positions = silicon8.positions.slice();
    positions.copyWithin(3, 0, 3);
    const answer = await labelOf(code(), { ...silicon8, positions });
    expect(answer).toMatchObject({ accepted: false });
    expect(answer.attempts[0]).toMatchObject({ outcome: 'rejected', symptom: 'gate-finite' });
  });

  it('SIGKILL, of a rank too: run again, not counted', async () => {
    for (const command of [['lmp'], [...MPIRUN, 'lmp']]) {
      const answer = await labelOf(code({ ...slow, command }), silicon512, async (folder) => {
        await until(() => processesIn(folder, 'lmp').length > 0);
        process.kill(processesIn(folder, 'lmp')[0], 'SIGKILL');
      });
      expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    }
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a full disk (SKIPPED without root): nothing counts against the structure',
    async ({ skip }) => {
      const mounted = await onSmallDisk('8k', async (disk, signal) => {
        const failure = await labelIn(join(disk, 'run'), code(), silicon8, signal).catch((e: unknown) => e);
        expect(failure).toMatchObject({ failureClass: 'store' });
      });
      skip(!mounted, 'nothing can be mounted here');
    },
  );

  it('its memory limit: given up with the reason', async () => {
    const answer = await labelOf(code({ ...slow, memory: 10 }), silicon512);
    expect(answer).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/memory limit of 10 MiB/),
    });
  });

  it('a program that prints garbage, one that hangs, one that ends with a code of its own', async () => {
    const shell = (script: string) => ({ command: ['/bin/sh', '-c', script, 'sh'] });
    const garbage = await labelOf(code(shell('head -c 100000 /dev/urandom')), silicon8);
    expect(garbage.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'no-output' });
    const half = await labelOf(code(shell('lmp "$@" | head -c 300')), silicon8);
    expect(half.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'bad-output' });
    const hang = await labelOf(code({ ...shell('sleep 60'), timeout: 1 }), silicon8);
    expect(hang.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
    const code7 = await labelOf(code(shell('exit 7')), silicon8);
    expect(code7).toMatchObject({ accepted: false, reason: expect.stringMatching(/exit code 7/) });
  });

  it('mpirun with two ranks gives the forces of one process', async () => {
    const [one, two] = [
      await labelOf(code(), silicon8),
      await labelOf(code({ command: [...MPIRUN, 'lmp'] }), silicon8),
    ];
    if (!one.accepted || !two.accepted) throw new Error('no label');
    expect(largestDifference(one.result.forces, two.result.forces)).toBeLessThan(1e-12);
  });
});
