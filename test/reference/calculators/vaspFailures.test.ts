import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { computeLabel } from '../../../src/reference/attempts.js';
import type { VaspSettings } from '../../../src/reference/calculators/vasp/settings.js';
import { vasp } from '../../../src/reference/calculators/vasp.js';
import { ReferenceFailure } from '../../../src/reference/failures.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import type { CorrectionPolicy } from '../../../src/reference/ladder.js';
import type { Calculator } from '../../../src/reference/types.js';
import { inScratch } from '../scratch.js';
import { fakeVasp, interleaved, libraryFolder, vaspSettings } from '../vasp.js';

const folder = libraryFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const create = (changes: Partial<VaspSettings> = {}): Calculator =>
  vasp(vaspSettings(changes), { species: interleaved.species, folder });

/** A label with the settings of every run that was made for it. */
async function label(changes: Partial<VaspSettings>) {
  const runs: Record<string, unknown>[] = [];
  const calculator = create(changes);
  const answer = await inScratch(({ scratch, signal }) =>
    computeLabel({
      calculator: {
        ...calculator,
        evaluate: async (structure, context) => {
          try {
            return await calculator.evaluate(structure, context);
          } finally {
            const file = join(context.scratch, 'history.json');
            if (existsSync(file)) runs.push(JSON.parse(readFileSync(file, 'utf8')).at(-1));
          }
        },
      },
      structure: interleaved,
      limits: DEFAULT_GATE_LIMITS,
      attempts: 2,
      signal,
      scratch: join(scratch, 'run'),
    }),
  );
  return { answer, runs, symptoms: answer.attempts.map((a) => a.symptom ?? a.outcome) };
}

describe('failures of VASP', () => {
  const policy = (changePhysics: boolean): CorrectionPolicy => ({ limit: 5, changePhysics });

  it('to converge climb from the algorithm that was set, then mix more softly', async () => {
    const from = async (ALGO: string) =>
      (await label({ command: fakeVasp('unconverged'), incar: { ENCUT: 500, ALGO, NELM: 12 } })).runs;
    expect((await from('VeryFast')).map((run) => run.ALGO)).toEqual([
      'VeryFast',
      'Fast',
      'Normal',
      'All',
      'All',
    ]);
    expect((await from('Normal')).map((run) => [run.ALGO, run.BMIX])).toEqual([
      ['Normal', undefined],
      ['All', undefined],
      ['All', '0.001'],
    ]);
  });

  it('end in a label where a correction helps, each attempt on record', async () => {
    const { answer, runs } = await label({ command: fakeVasp('unconverged', 'unconverged', 'ok') });
    expect(answer.accepted).toBe(true);
    expect(answer.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'accepted']);
    expect(answer.attempts[0]).toMatchObject({
      symptom: 'no-convergence',
      evidence: ['100 electronic steps, NELM = 100'],
    });
    expect(answer.attempts[2]).toMatchObject({
      program: 'VASP 6.2.0',
      corrections: ['algo-all', 'softer-mixing'],
    });
    expect(answer.attempts[2].changesPhysics).toBeUndefined();
    expect(runs[2]).toMatchObject({
      BMIX: '0.001',
      AMIX_MAG: '0.8',
      BMIX_MAG: '0.001',
      NELMDL: '-6',
      ICHARG: '2',
    });
  });

  it.each<[string, VaspSettings['incar'], string, Record<string, unknown>]>([
    ['zhegv-rmm', { ALGO: 'Fast' }, 'diagonalization-rmm', { ALGO: 'Normal', ICHARG: '2', CHGCAR: false }],
    ['zhegv-davidson', {}, 'diagonalization-davidson', { ALGO: 'All', CHGCAR: false }],
    ['subspace', {}, 'subspace', { ALGO: 'All' }],
    ['memory', { KPAR: 8 }, 'memory', { KPAR: '4' }],
    // (32 + 2)/2 + 8/2 = 21 bands for 32 electrons and 8 atoms; a tenth more, rounded up.
    ['bands', {}, 'too-few-bands', { NBANDS: '24' }],
    ['wavecar', { LWAVE: true }, 'unreadable-wavecar', { ISTART: '0', ICHARG: '2' }],
  ])('%s: corrected', async (mode, incar, symptom, wanted) => {
    const { answer, runs, symptoms } = await label({
      command: fakeVasp(mode, 'ok'),
      incar: { ENCUT: 500, ...incar },
    });
    expect(symptoms).toEqual([symptom, 'accepted']);
    expect(answer.accepted).toBe(true);
    expect(answer.attempts[0].evidence?.length).toBeGreaterThan(0);
    expect(runs[1]).toMatchObject(wanted);
  });

  it('of the mixer start from the orbitals where there are any, then mix plainly', async () => {
    const { symptoms, runs } = await label({ command: fakeVasp('killed', 'brmix', 'brmix', 'ok') });
    expect(symptoms).toEqual(['interrupted', 'mixing', 'mixing', 'accepted']);
    expect(runs.map((run) => [run.ISTART, run.ICHARG, run.IMIX])).toEqual([
      ['0', '2', undefined],
      ['0', '1', undefined],
      ['0', '1', undefined],
      ['0', '2', '1'],
    ]);
  });

  it('of the symmetry are corrected only where the physics may change, and mark the label', async () => {
    const refused = await label({ command: fakeVasp('zpotrf', 'ok') });
    expect(refused.answer).toMatchObject({ accepted: false, reason: expect.stringMatching(/ZPOTRF/) });
    const allowed = await label({ command: fakeVasp('zpotrf', 'posmap', 'ok'), corrections: policy(true) });
    expect(allowed.symptoms).toEqual(['symmetry', 'symmetry', 'accepted']);
    expect(allowed.answer.attempts[2].changesPhysics).toBe(true);
    expect(allowed.runs[2]).toMatchObject({ ISYM: '-1', SYMPREC: '1e-8' });
    expect(create({ corrections: policy(true) }).identity).not.toEqual(create().identity);
  });

  it.each(['core', 'bug'])('%s: given up at once', async (mode) => {
    const { answer } = await label({ command: fakeVasp(mode) });
    expect(answer.accepted).toBe(false);
    expect(answer.attempts).toHaveLength(1);
  });

  it('that end a run from outside are no fault of the structure: it goes on from the density', async () => {
    const { answer, runs } = await label({ command: fakeVasp('killed', 'ok') });
    expect(answer.accepted).toBe(true);
    expect(answer.attempts[0].outcome).toBe('interrupted');
    expect(runs[1]).toMatchObject({ ICHARG: '1', CHGCAR: true });
  });

  it('a warning before convergence is none', async () => {
    expect((await label({ command: fakeVasp('warned') })).symptoms).toEqual(['accepted']);
  });

  it.each<[string, string, RegExp]>([
    ['typo', 'bad-input', /Error reading item 'EDIFF'/],
    ['disk', 'disk-full', /No space left/],
    ['other-potcar', 'wrong-potcar', /read the POTCARs PAW_PBE B_h 01Jan1999/],
    ['other-kpoints', 'wrong-kpoints', /1 k-points instead of 8/],
    ['other-cutoff', 'wrong-settings', /ENCUT = 400 instead of 500/],
    ['other-atoms', 'wrong-atoms', /atom 1 is 0\.\d+ Å from where it was put/],
    ['relaxed', 'bad-output', /2 ionic steps instead of one/],
    ['overflow', 'bad-output', /\*\*\*/],
    ['garbage', 'bad-output', /not XML/],
    ['cut', 'bad-output', /no ionic step/],
    ['silent', 'no-output', /no vasprun\.xml/],
    ['stopped', 'interrupted', /no timing at the end/],
    ['exit', 'exit-code', /exit code 3/],
  ])('%s: no label, for its reason', async (mode, symptom, message) => {
    const run = inScratch((context) => create({ command: fakeVasp(mode) }).evaluate(interleaved, context));
    const failure = await run.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReferenceFailure);
    expect(failure).toMatchObject({ symptom, message: expect.stringMatching(message) });
  });

  it('to end are stopped at the time limit', async () => {
    const run = inScratch((context) =>
      create({ command: fakeVasp('hang'), timeout: 0.5 }).evaluate(interleaved, context),
    );
    await expect(run).rejects.toMatchObject({ symptom: 'timeout' });
  });
});
