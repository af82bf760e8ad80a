import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AbinitSettings } from '../../src/reference/calculators/abinit/settings.js';
import { VARIABLES } from '../../src/reference/calculators/abinit/variables.js';
import { abinit } from '../../src/reference/calculators/abinit.js';
import type { Calculator, ReferenceStructure } from '../../src/reference/types.js';
import { ABINIT_PSEUDO, ABINIT_SKIP, hasAbinit, siliconAbinit } from '../reference/abinit.js';
import { largestDifference } from '../reference/fixture.js';
import { cube, pseudopotential, silicon8 } from '../reference/pw.js';
import { inScratch } from '../reference/scratch.js';
import { labelIn, labelOf, MPIRUN, onSmallDisk, processesIn, says, until } from './provoke.js';

const { species } = silicon8;
/** Seconds long, so that something can happen meanwhile. */
const slow: Partial<AbinitSettings> = {
  variables: { ecut: 14, tolvrs: 1e-14 },
  kpoints: { grid: [2, 2, 2], shift: [1, 1, 1] },
};

function code(changes: Partial<AbinitSettings> = {}): Calculator {
  return abinit(siliconAbinit(changes), { species, folder: '/' });
}
const label = (
  calculator: Calculator,
  meanwhile?: (folder: string) => Promise<void>,
  structure: ReferenceStructure = silicon8,
) => labelOf(calculator, structure, meanwhile);

/** Some steps are done, and their density is kept. */
const iterating = (folder: string) => () => existsSync(join(folder, 'runt_DEN_0001'));

/** Starts ABINIT with its input changed on the way, as somebody might who knows no table of variables. */
const edited = (script: string) => ({
  command: ['/bin/sh', '-c', `sed -i '${script}' run.abi; exec abinit "$@"`, 'sh'],
});

describe.skipIf(!hasAbinit)(`failures of ABINIT, provoked${ABINIT_SKIP}`, () => {
  // Not while tests are collected: that is done where the program is missing, too.
  let sound: ReturnType<typeof label> | undefined;
  const soundForces = async (): Promise<Float64Array> => {
    sound ??= label(code());
    const answer = await sound;
    if (!answer.accepted) throw new Error(answer.reason);
    return answer.result.forces;
  };

  it('nstep too small, exit code 0, forces printed: never a label before it is mended, and then the same', async () => {
    const answer = await label(code(edited('s/^nstep 60/nstep 4/')));
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual(['slow-convergence', undefined]);
    const mended = await label(code({ variables: { ecut: 5, nstep: 10, tolvrs: 1e-16 } }));
    expect(mended.attempts.map(({ symptom }) => symptom)).toEqual(['slow-convergence', undefined]);
    if (!mended.accepted) throw new Error('no label');
    expect(largestDifference(mended.result.forces, await soundForces())).toBeLessThan(1e-5);
  });

  it('self-consistency that creeps: the ladder is climbed, and what comes out of it is the same label', async () => {
    const creeping = { ecut: 5, iscf: 2, diemix: 0.01, nstep: 20 };
    const answer = await label(code({ variables: creeping }));
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'no-convergence' });
    expect(answer.attempts[1].corrections).toEqual(['nline-6']);
    expect(answer.attempts[2]).toMatchObject({
      outcome: 'accepted',
      corrections: ['nline-6', 'pulay-mixing'],
    });
    if (!answer.accepted) throw new Error('no label');
    expect(largestDifference(answer.result.forces, await soundForces())).toBeLessThan(1e-5);
  });

  it('SIGKILL: run again from the density that was kept, not counted', async () => {
    const kept = { density: false };
    const [answer, untouched] = [
      await label(code(slow), async (folder) => {
        await until(iterating(folder));
        for (const pid of processesIn(folder, 'abinit')) process.kill(pid, 'SIGKILL');
        await until(says('run.abi', 'irdden 1')(folder));
        await until(says('abinit.log', 'Version')(folder));
        kept.density = existsSync(join(folder, 'runi_DEN'));
      }),
      await label(code(slow)),
    ];
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
    expect(answer.attempts[0].reason).toMatch(/SIGKILL/);
    expect(answer.attempts[1].corrections).toEqual(['resume']);
    expect(kept.density).toBe(true);
    if (!answer.accepted || !untouched.accepted) throw new Error('no label');
    expect(largestDifference(answer.result.forces, untouched.result.forces)).toBeLessThan(1e-6);
  });

  it('one rank of mpirun killed: the same', async () => {
    const answer = await label(code({ ...slow, command: [...MPIRUN, 'abinit'] }), async (folder) => {
      await until(iterating(folder));
      process.kill(processesIn(folder, 'abinit')[0], 'SIGKILL');
    });
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'accepted']);
  });

  it('a campaign that is cancelled leaves no rank behind', async () => {
    const controller = new AbortController();
    const reason = new Error('cancelled');
    await inScratch(async ({ scratch }) => {
      const calculator = code({ ...slow, command: [...MPIRUN, 'abinit'] });
      const ended = expect(
        calculator.evaluate(silicon8, { scratch, signal: controller.signal }),
      ).rejects.toBe(reason);
      await until(iterating(scratch));
      expect(processesIn(scratch, 'abinit')).toHaveLength(2);
      controller.abort(reason);
      await ended;
      await until(() => processesIn(scratch, 'abinit').length === 0);
    });
  });

  it('its time limit: it stops by itself and goes on where it was', async () => {
    // A limit of its own, far below the one at which it would be killed.
    const shorter = ['/bin/sh', '-c', 'exec abinit run.abi --timelimit 0:0:2', 'sh'];
    const answer = await label(code({ ...slow, command: shorter }));
    expect(answer.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'time-limit' });
    expect(answer.attempts[1].corrections).toEqual(['continue']);
  });

  it('its memory limit: mended by settings that need less, then given up with the reason', async () => {
    const answer = await label(code({ ...slow, memory: 20 }));
    expect(answer).toMatchObject({
      accepted: false,
      reason: expect.stringMatching(/memory limit of 20 MiB/),
    });
    expect(answer.attempts.map(({ corrections }) => corrections)).toEqual([undefined, ['less-memory']]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a full disk (SKIPPED without root): nothing counts against the structure',
    async ({ skip }) => {
      for (const size of ['100k', '200k', '300k']) {
        const mounted = await onSmallDisk(size, async (disk, signal) => {
          const failure = await labelIn(join(disk, 'run'), code(), silicon8, signal).catch((e: unknown) => e);
          expect(failure).toMatchObject({ failureClass: 'store' });
        });
        skip(!mounted, 'nothing can be mounted here');
      }
    },
  );

  it.each([
    [
      'a variable that is none',
      's/^nsym 1/foobar 1/',
      /FOOBAR.*not one of the registered input variable names/,
    ],
    ['a value that is none', 's/^nsym 1/nsym 1\\nixc 99999/', /input variable ixc is 99999/],
    ['a missing pseudopotential', 's/^pseudos.*/pseudos "nix.psp8"/', /nix.psp8/],
  ])('%s: never retried, with its words', async (_, script, words) => {
    const failure = await label(code(edited(script))).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failureClass: 'input-wrong',
      symptom: 'bad-input',
      message: expect.stringMatching(words),
    });
  });

  it('NaN in a position: never retried, with its words', async () => {
    const positions = silicon8.positions.with(4, Number.NaN);
    const failure = await label(code(), undefined, { ...silicon8, positions }).catch((e: unknown) => e);
    expect(failure).toMatchObject({
      symptom: 'bad-input',
      message: expect.stringMatching(/NAN.*not one of the registered/),
    });
  });

  it('missing k-points, of which ABINIT makes some of its own: found', async () => {
    const failure = await label(code(edited('/^ngkpt\\|^shiftk\\|^nshiftk/d'))).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ failureClass: 'input-wrong', symptom: 'wrong-kpoints' });
  });

  it('another cutoff, other atoms, or another pseudopotential than asked for: found', async () => {
    const outcome = (script: string) => label(code(edited(script))).catch((error: unknown) => error);
    expect(await outcome('s/^ecut 5/ecut 5.5/')).toMatchObject({ symptom: 'wrong-settings' });
    expect(await outcome('s/^acell.*/acell 3*1.01/')).toMatchObject({
      attempts: [{ symptom: 'wrong-atoms' }, { symptom: 'wrong-atoms' }],
    });
    expect(await outcome(`s#^pseudos.*#pseudos "/usr/share/abinit/psp/14si.4.hgh"#`)).toMatchObject({
      symptom: 'wrong-pseudopotential',
    });
  });

  it('a pseudopotential that was cut, and one that changes after the check', async () => {
    await inScratch(async ({ scratch, signal }) => {
      const file = join(scratch, '14si.pspgth');
      writeFileSync(file, readFileSync(ABINIT_PSEUDO.Si).subarray(0, 200));
      const cut = code({ pseudopotentials: { Si: pseudopotential(file) } });
      const failure = await labelIn(join(scratch, 'a'), cut, silicon8, signal).catch((e: unknown) => e);
      expect(failure).toMatchObject({ failureClass: 'input-wrong', symptom: 'bad-input' });
      cpSync(ABINIT_PSEUDO.Si, file);
      const calculator = code({ pseudopotentials: { Si: pseudopotential(file) } });
      writeFileSync(file, 'garbage');
      expect(await labelIn(join(scratch, 'b'), calculator, silicon8, signal)).toMatchObject({
        accepted: true,
      });
      const aluminium = { Si: pseudopotential(ABINIT_PSEUDO.Al) };
      expect(() => code({ pseudopotentials: aluminium })).toThrow(/of another element/);
    });
  });

  it('a restart file that was cut: from scratch', async () => {
    const answer = await label(code(slow), async (folder) => {
      await until(iterating(folder));
      for (const pid of processesIn(folder, 'abinit')) process.kill(pid, 'SIGSTOP');
      for (const name of readdirSync(folder).filter((n) => n.startsWith('runt_DEN')))
        writeFileSync(join(folder, name), readFileSync(join(folder, name)).subarray(0, 30_000));
      for (const pid of processesIn(folder, 'abinit')) process.kill(pid, 'SIGKILL');
    });
    expect(answer.attempts.map(({ symptom }) => symptom)).toEqual([
      'interrupted',
      'unreadable-restart',
      undefined,
    ]);
    expect(answer).toMatchObject({ accepted: true });
  });

  it('atoms 0.17 Å apart, exit code 0: the gate does not let ABINIT’s nonsense through', async () => {
    const positions = silicon8.positions.slice();
    positions.set([positions[0] + 0.17, positions[1], positions[2]], 3);
    const answer = await label(code(), undefined, { ...silicon8, positions });
    expect(answer.accepted).toBe(false);
  });

  it('a program that prints garbage, and one that hangs', async () => {
    const garbage = await label(code({ command: ['/bin/sh', '-c', 'head -c 100000 /dev/urandom', 'sh'] }));
    expect(garbage.attempts[0]).toMatchObject({ outcome: 'failed', symptom: 'exit-code' });
    const hang = await label(code({ command: ['/bin/sh', '-c', 'sleep 60', 'sh'], timeout: 1 }));
    expect(hang.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });
});

describe.skipIf(!hasAbinit)(`the physics of the settings${ABINIT_SKIP}`, () => {
  it('mpirun with two ranks gives the forces of one process to 1e-6 eV/Å', async () => {
    const [one, two] = [await label(code()), await label(code({ command: [...MPIRUN, 'abinit'] }))];
    if (!one.accepted || !two.accepted) throw new Error('no label');
    expect(largestDifference(one.result.forces, two.result.forces)).toBeLessThan(1e-6);
  });

  it('takes a grid with points that are their own partners', async () => {
    const kpoints = { grid: [2, 1, 3] as const, shift: [0, 1, 0] as const };
    expect(await label(code({ kpoints }))).toMatchObject({ accepted: true });
  });

  it('Γ alone, where levels cross: smearing helps, where the campaign allows it, and marks the label', async () => {
    const settings = { kpoints: 'gamma' as const, corrections: { changePhysics: true } };
    const answer = await label(code(settings));
    expect(answer.accepted).toBe(true);
    expect(answer.attempts.map(({ symptom }) => symptom)).toContain('no-convergence');
    expect(answer.attempts.at(-1)).toMatchObject({ outcome: 'accepted', changesPhysics: true });
    expect(answer.attempts.at(-1)?.corrections).not.toContain('pulay-mixing');
  });

  it.each([
    ['psp8', '/usr/share/abinit/psp/Si.psp8', {}],
    ['HGH', '/usr/share/abinit/psp/14si.4.hgh', {}],
    ['Troullier–Martins', '/usr/share/abinit/psp/14si.pspnc', {}],
    ['FHI', '/usr/share/abinit/psp/14si.fhi', {}],
    ['PAW in XML', '/usr/share/abinit/psp/Si.xml', { pawecutdg: 10 }],
  ])('reads pseudopotentials in %s', async (_, file, more) => {
    const settings = { variables: { ecut: 6, ...more }, pseudopotentials: { Si: pseudopotential(file) } };
    const answer = await label(code(settings));
    expect(answer).toMatchObject({ accepted: true });
  });

  it('smearing: forces are the slope of the free energy', async () => {
    const settings = siliconAbinit({ variables: { ecut: 5, occopt: 7, tsmear: '0.02 Ha', tolvrs: 1e-14 } });
    const calculator = abinit(settings, { species, folder: '/' });
    const at = async (shift: number) => {
      const positions = silicon8.positions.slice();
      positions[4] += shift;
      const answer = await label(calculator, undefined, { ...silicon8, positions });
      if (!answer.accepted) throw new Error(answer.reason);
      return answer.result;
    };
    const [here, up, down] = [await at(0), await at(0.01), await at(-0.01)];
    expect(here.forces[4] + (up.energy - down.energy) / 0.02).toBeCloseTo(0, 2);
  });

  it('aluminium arsenide: each atom keeps its own force where the species are mixed', async () => {
    const structure = cube(5.66, ['Al', 'As']);
    const order = [0, 4, 1, 5, 2, 6, 3, 7];
    const mixed: ReferenceStructure = {
      lattice: structure.lattice,
      species: order.map((i) => structure.species[i]),
      positions: Float64Array.from(order.flatMap((i) => [...structure.positions.subarray(3 * i, 3 * i + 3)])),
    };
    const settings = siliconAbinit({
      pseudopotentials: { As: pseudopotential(ABINIT_PSEUDO.As), Al: pseudopotential(ABINIT_PSEUDO.Al) },
    });
    const calculator = abinit(settings, { species: structure.species, folder: '/' });
    const [a, b] = [await labelOf(calculator, structure), await labelOf(calculator, mixed)];
    if (!a.accepted || !b.accepted) throw new Error('no label');
    const back = Float64Array.from(order.flatMap((i) => [...a.result.forces.subarray(3 * i, 3 * i + 3)]));
    expect(largestDifference(b.result.forces, back)).toBeLessThan(1e-6);
  });

  it('knows every variable of the table', { timeout: 600_000 }, async () => {
    await inScratch(async ({ scratch }) => {
      const files = code().inputFiles!(silicon8);
      for (const [name, content] of Object.entries(files)) writeFileSync(join(scratch, name), content);
      const lines = String(files['run.abi']).split('\n');
      const unknown = VARIABLES.filter((name) => {
        const others = lines.filter((line) => line.split(' ')[0] !== name);
        writeFileSync(join(scratch, 'run.abi'), `${others.join('\n')}\n${name} 1\n`);
        const { stdout } = spawnSync('abinit', ['run.abi', '--dry-run'], { cwd: scratch, encoding: 'utf8' });
        return new RegExp(`Found token: .${name}.`, 'i').test(stdout);
      });
      expect(unknown).toEqual([]);
    });
  });
});
