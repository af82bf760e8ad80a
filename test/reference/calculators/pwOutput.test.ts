import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PW_LADDER } from '../../../src/reference/calculators/quantumEspresso/ladder.js';
import {
  convergenceSlope,
  readPwLog,
  readPwOutput,
} from '../../../src/reference/calculators/quantumEspresso/output.js';
import { type PwRun, readRun } from '../../../src/reference/calculators/quantumEspresso/run.js';
import { diagnose } from '../../../src/reference/ladder.js';
import { BOHR, HARTREE } from '../../../src/units.js';

/** Recorded from pw.x 6.7 on eight silicon atoms; symmetries and eigenvalues left out of the XML. */
const FIXTURES = fileURLToPath(new URL('../fixtures/pw', import.meta.url));
const fixture = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');
const MD5 = '2de5a83d12544a9ea852f39b88f19b1f';

describe('the XML of pw.x', () => {
  const output = readPwOutput(fixture('sound.xml'));

  it('gives eV and Å from Hartree atomic units', () => {
    // The text output of the same run, Ry and Ry/bohr.
    expect(output.energy).toBeCloseTo((-62.97030903 * HARTREE) / 2, 6);
    expect(output.forces[0]).toBeCloseTo((-0.02255889 * HARTREE) / 2 / BOHR, 6);
    expect(output.forces[23]).toBeCloseTo((-0.00894018 * HARTREE) / 2 / BOHR, 6);
    expect(output.forces).toHaveLength(24);
    expect(output.structure.lattice[4]).toBeCloseTo(5.431, 10);
    expect(output.structure.positions[0]).toBeCloseTo(0.05, 10);
    expect(output.structure.species).toEqual(Array.from({ length: 8 }, () => 'Si'));
  });

  it('says how it converged, and with what', () => {
    expect(output).toMatchObject({ program: 'PWSCF 6.7MaX', converged: true, steps: 9, kpoints: 4 });
    expect(output.scfError).toBeCloseTo(6.4e-10, 11);
  });

  it('that is cut, empty or another one is refused', () => {
    expect(() => readPwOutput(fixture('sound.xml').slice(0, 4000))).toThrow(/not XML/);
    expect(() => readPwOutput('')).toThrow();
    expect(() => readPwOutput('<a><b>1</b></a>')).toThrow(/no <output>/);
  });
});

describe('the text output of pw.x', () => {
  it('says which pseudopotentials were read and what the forces lack', () => {
    const log = readPwLog(fixture('sound.out'), 8);
    expect(log).toMatchObject({ done: true, pseudopotentials: [MD5] });
    // 0.000031 Ry/bohr over 24 components.
    expect(log.forceCorrection).toBeCloseTo((0.000031 * HARTREE) / 2 / BOHR / Math.sqrt(24), 8);
  });

  it('says how fast self-consistency falls', () => {
    expect(convergenceSlope(fixture('unconverged.out'))).toBeLessThan(-1);
    expect(Math.abs(convergenceSlope(fixture('flat.out')))).toBeLessThan(0.1);
    expect(convergenceSlope('')).toBe(0);
  });
});

describe('the table of symptoms', () => {
  it.each([
    ['unconverged.out', 'stdout', 'slow-convergence'],
    ['flat.out', 'stdout', 'no-convergence'],
    ['time-limit.out', 'stdout', 'time-limit'],
    ['typo.CRASH', 'crash', 'bad-input'],
    ['nan.CRASH', 'crash', 'bad-input'],
    ['missing-upf.CRASH', 'crash', 'bad-input'],
  ])('knows %s', (name, where, symptom) => {
    const found = diagnose(PW_LADDER.rules, { stdout: '', [where]: fixture(name) });
    expect(found?.rule.symptom).toBe(symptom);
    expect(found?.evidence[0].length).toBeGreaterThan(10);
  });

  it.each([
    ['stdout', '     Error in routine cdiaghg (159):\n problems computing cholesky', 'diagonalization'],
    ['stdout', ' Error in routine c_bands (1):\n     too many bands are not converged', 'diagonalization'],
    ['crash', '     from  electrons : error #         1\n     charge is wrong', 'wrong-physics'],
    ['stderr', 'Error allocating 123456 bytes\nError: allocation failed', 'memory'],
    ['stderr', 'forrtl: No space left on device', 'disk-full'],
    ['crash', '     from  read_rhog : error #  1\n     error reading file', 'unreadable-restart'],
  ])('knows in %s: %s', (where, text, symptom) => {
    expect(diagnose(PW_LADDER.rules, { stdout: '', [where]: text })?.rule.symptom).toBe(symptom);
  });

  it('finds nothing in a sound run', () => {
    const texts = { stdout: fixture('sound.out'), stderr: '', crash: '' };
    expect(diagnose(PW_LADDER.rules, texts)).toBeUndefined();
  });

  it('changes the physics in marked corrections alone: electrons’ numbers may change, the system’s may not', () => {
    for (const { corrections } of PW_LADDER.rules) {
      for (const { set, scale, changesPhysics } of corrections) {
        const touched = Object.keys({ ...set, ...scale }).some((key) => !key.startsWith('electrons.'));
        expect(touched).toBe(changesPhysics === true);
      }
    }
  });
});

describe('a run that claims success', () => {
  const structure = readPwOutput(fixture('sound.xml')).structure;
  const end = { exitCode: 0, killedBy: null, timedOut: false, outOfMemory: false, peakMemory: 5, seconds: 2 };
  const run: PwRun = {
    end,
    structure,
    pseudopotentials: [
      { species: 'Si', name: 'Si.upf', bytes: Buffer.from(''), sha256: '', md5: MD5, augmented: false },
    ],
    kpoints: { grid: [2, 2, 2], shift: [1, 1, 1] },
    settings: { 'electrons.conv_thr': 1.6e-9 },
    timeout: 60,
    memory: undefined,
  };
  const read = async (changes: Partial<PwRun> = {}, files: Readonly<Record<string, string>> = {}) => {
    const folder = await mkdtemp(join(tmpdir(), 'anharmony-pw-'));
    try {
      await copyFile(join(FIXTURES, 'sound.out'), join(folder, 'pw.out'));
      await copyFile(join(FIXTURES, 'sound.xml'), join(folder, 'pwscf.xml'));
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
      return await readRun({ ...run, ...changes }, folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const cut = (text: string): string => text.replace(/JOB DONE\./, '');

  it('is a label where all fits', async () => {
    expect(await read()).toMatchObject({
      converged: true,
      program: 'PWSCF 6.7MaX',
      seconds: 2,
      peakMemory: 5,
    });
  });

  it.each<[string, Partial<PwRun>, Readonly<Record<string, string>>, string, string]>([
    [
      'scf_must_converge=.false.',
      {},
      { 'pwscf.xml': fixture('false-convergence.xml') },
      'false-convergence',
      'program-known',
    ],
    [
      'a tighter threshold was asked for',
      { settings: { 'electrons.conv_thr': 1e-10 } },
      {},
      'false-convergence',
      'program-known',
    ],
    ['no threshold', { settings: {} }, {}, 'false-convergence', 'program-known'],
    ['another mesh', { kpoints: { grid: [3, 3, 3] } }, {}, 'wrong-kpoints', 'input-wrong'],
    [
      'another pseudopotential',
      { pseudopotentials: [{ ...run.pseudopotentials[0], md5: 'f'.repeat(32) }] },
      {},
      'wrong-pseudopotential',
      'input-wrong',
    ],
    [
      'other atoms',
      { structure: { ...structure, positions: structure.positions.map((x, i) => x + (i === 4 ? 0.01 : 0)) } },
      {},
      'wrong-atoms',
      'program-unknown',
    ],
    [
      'forces that lack self-consistency',
      {},
      { 'pw.out': fixture('sound.out').replace('0.000031', '0.003100') },
      'rough-forces',
      'program-known',
    ],
    ['no JOB DONE', {}, { 'pw.out': cut(fixture('sound.out')) }, 'interrupted', 'machine'],
    [
      'SIGKILL',
      { end: { ...end, exitCode: null, killedBy: 'SIGKILL' } },
      { 'pw.out': cut(fixture('sound.out')) },
      'interrupted',
      'machine',
    ],
    [
      'one rank of mpirun killed',
      { end: { ...end, exitCode: 137 } },
      { 'pw.out': cut(fixture('sound.out')) },
      'interrupted',
      'machine',
    ],
    [
      'SIGSEGV',
      { end: { ...end, exitCode: 139 } },
      { 'pw.out': cut(fixture('sound.out')) },
      'killed',
      'program-unknown',
    ],
    ['an exit code', { end: { ...end, exitCode: 1 } }, {}, 'exit-code', 'program-unknown'],
    [
      'a hang',
      { end: { ...end, timedOut: true, killedBy: 'SIGTERM', exitCode: null } },
      {},
      'timeout',
      'program-unknown',
    ],
    ['its memory limit', { end: { ...end, outOfMemory: true }, memory: 10 }, {}, 'memory', 'program-known'],
    ['garbage', {}, { 'pwscf.xml': '%PDF-1.4 ...' }, 'bad-output', 'program-unknown'],
    ['no XML', {}, { 'pwscf.xml': '' }, 'no-output', 'program-unknown'],
    [
      'a missing force',
      {},
      { 'pwscf.xml': fixture('sound.xml').replace(/4\.090037430990753e-3 .*\n/, '\n') },
      'bad-output',
      'program-unknown',
    ],
  ])('is none with %s', async (_, changes, files, symptom, failureClass) => {
    await expect(read(changes, files)).rejects.toMatchObject({ symptom, failureClass });
  });
});
