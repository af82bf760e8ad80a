import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/errors.js';
import { computeLabel } from '../../../src/reference/attempts.js';
import type { AseSettings } from '../../../src/reference/calculators/ase/settings.js';
import { ase } from '../../../src/reference/calculators/ase.js';
import { createCalculator, createPotential } from '../../../src/reference/catalogue.js';
import { DEFAULT_GATE_LIMITS } from '../../../src/reference/gateLimits.js';
import { createResidentPool } from '../../../src/reference/resident/pool.js';
import type { ReferenceStructure } from '../../../src/reference/types.js';
import { calculatorConformance } from '../../conformance/calculator.js';
import { ASE_SKIP, aseSettings, broken, hasAse, metal, PROGRAMS, PYTHON } from '../ase.js';
import { largestDifference } from '../fixture.js';
import { inScratch } from '../scratch.js';

const alloy = metal(['Cu', 'Al']);

function evaluate(settings: AseSettings, structure = alloy, folder = PROGRAMS) {
  return inScratch((context) => ase(settings, { folder }).evaluate(structure, context));
}

function label(settings: AseSettings, structure: ReferenceStructure = alloy) {
  return inScratch(({ scratch, signal }) =>
    computeLabel({
      calculator: ase(settings, { folder: PROGRAMS }),
      structure,
      limits: DEFAULT_GATE_LIMITS,
      attempts: 2,
      signal,
      scratch: join(scratch, 'run'),
    }),
  );
}

describe.skipIf(!hasAse)(`ASE through the bridge${ASE_SKIP}`, () => {
  calculatorConformance({
    name: 'ase (EMT of copper and aluminium)',
    create: (context) => createCalculator(aseSettings(), context),
    structure: alloy,
    unknownSpecies: 'Si',
    noise: { forces: 1e-9, energy: 1e-9 },
  });

  it('gives the Lennard-Jones forces of the built-in potential, but for the shift of the force at the cutoff', async () => {
    const argon = metal(['Ar'], 5.31);
    const parameters = { epsilon: 0.0104, sigma: 3.4, rc: 8.5 };
    const result = await evaluate(
      aseSettings({ class: 'ase.calculators.lj.LennardJones', arguments: parameters }),
      argon,
    );
    const forces = new Float64Array(argon.positions.length);
    createPotential(
      { calculator: 'lennard-jones', epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 },
      argon.lattice,
      argon.species,
    )!.evaluate(argon.positions, forces);
    // V′(8.5 Å) = 0.11 meV/Å for each of about 70 neighbours, most of which cancel.
    expect(largestDifference(result.forces, forces)).toBeLessThan(1e-3);
    expect(Math.max(...forces.map(Math.abs))).toBeGreaterThan(0.01);
    expect(result.program).toMatch(/^LennardJones of ASE \d/);
  });

  it('takes objects as arguments, by name and in order, however deep', async () => {
    const emt = { class: 'ase.calculators.emt.EMT' };
    const twice = await evaluate(
      aseSettings({ class: 'ase.calculators.mixing.SumCalculator', arguments: [[emt, emt]] }),
    );
    const once = await evaluate(aseSettings());
    expect(
      largestDifference(
        twice.forces,
        once.forces.map((f) => 2 * f),
      ),
    ).toBeLessThan(1e-12);
  });

  it('reads a calculator and its files from beside the campaign file; both belong to the identity', async () => {
    await inScratch(async ({ scratch, signal }) => {
      copyFileSync(join(PROGRAMS, 'calculators.py'), join(scratch, 'calculators.py'));
      writeFileSync(join(scratch, 'model.txt'), 'sound\n');
      const settings = aseSettings({
        class: 'calculators.from_file',
        arguments: { path: 'model.txt' },
        files: ['calculators.py', 'model.txt'],
      });
      const calculator = ase(settings, { folder: scratch });
      const result = await calculator.evaluate(alloy, { scratch: join(scratch), signal });
      expect(largestDifference(result.forces, (await evaluate(aseSettings())).forces)).toBe(0);
      writeFileSync(join(scratch, 'model.txt'), 'crash\n');
      expect(ase(settings, { folder: scratch }).identity).not.toEqual(calculator.identity);
    });
    expect(() => ase(aseSettings({ files: ['nowhere.pt'] }), { folder: PROGRAMS })).toThrow(InputError);
  });

  it('has an identity of what changes forces alone', () => {
    const identity = (changes: Partial<AseSettings>) => ase(aseSettings(changes), { folder: '/' }).identity;
    expect(identity({ timeout: 5, memory: 100, command: ['python3'] })).toEqual(identity({}));
    expect(identity({ arguments: { asap_cutoff: true } })).not.toEqual(identity({}));
    expect(identity({ magmoms: { Cu: 1 } })).not.toEqual(identity({}));
  });

  it('shows its input, which runs by hand in any folder', () => {
    const files = ase(aseSettings(), { folder: '/' }).inputFiles?.(alloy) ?? {};
    expect(Object.keys(files)).toEqual(['bridge.py', 'job.json', 'structure.xyz']);
    expect(JSON.parse(String(files['job.json']))).toMatchObject({ class: 'ase.calculators.emt.EMT' });
  });

  it.each([
    ['a module that is not there', { class: 'nowhere.Nothing' }, 'not-importable'],
    ['a class that is not there', { class: 'ase.calculators.emt.EMTT' }, 'not-importable'],
    ['an argument that it does not know', { arguments: [1, 2, 3] }, 'bad-input'],
    ['an interpreter that is not there', { command: ['/nowhere/python3'] }, 'not-started'],
  ])('%s: the input is wrong, never retried', async (_, changes, symptom) => {
    await expect(label(aseSettings(changes))).rejects.toMatchObject({ failureClass: 'input-wrong', symptom });
  });

  it.each([
    ['refuses', 'bad-input', 'input-wrong', /ValueError.*this setting is none/],
    ['setup', 'bad-input', 'input-wrong', /no such basis/],
    ['disk', 'disk-full', 'store', /No space left/],
    ['unconverged', 'no-convergence', 'program-known', /SCFError.*after 60 steps/],
    ['memory', 'memory', 'program-known', /MemoryError.*4 EiB/],
    ['crash', 'exception', 'program-unknown', /RuntimeError: something\nelse/],
    ['few', 'wrong-atoms', undefined, /./],
    ['reorders', 'wrong-atoms', 'program-unknown', /atom 1 is Al instead of Cu/],
    ['killed', 'interrupted', 'machine', /SIGKILL/],
    ['segfault', 'killed', 'program-unknown', /SIGSEGV/],
    ['leaves', 'no-output', 'program-unknown', /wrote no answer/],
  ])('what goes wrong is told by its class: %s', async (how, symptom, failureClass, words) => {
    const outcome = await evaluate(broken(how)).catch((error: unknown) => error);
    if (failureClass === undefined) expect((outcome as { forces: Float64Array }).forces).toHaveLength(9);
    else expect(outcome).toMatchObject({ symptom, failureClass, message: expect.stringMatching(words) });
  });

  it('keeps the exception’s last lines as evidence', async () => {
    const failure = await evaluate(broken('crash')).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      evidence: expect.arrayContaining([expect.stringMatching(/in calculate/)]),
    });
  });

  it.each([
    ['few', 'gate-count'],
    ['nan', 'gate-finite'],
    ['says-unconverged', 'gate-converged'],
  ])('the gate rejects what is no label: %s', async (how, symptom) => {
    const answer = await label(broken(how));
    expect(answer.accepted).toBe(false);
    expect(answer.attempts.map((a) => a.symptom)).toEqual([symptom, symptom]);
  });

  it('does not try again what can only fail again, nor anything that hangs more often than it is told', async () => {
    expect((await label(broken('unconverged'))).attempts).toHaveLength(1);
    const hang = await label(broken('hangs', { timeout: 1 }));
    expect(hang.attempts.map(({ symptom }) => symptom)).toEqual(['timeout', 'timeout']);
  });

  it('is not disturbed by what a calculator prints, and keeps its warnings', async () => {
    const { forces } = await evaluate(aseSettings());
    expect(largestDifference((await evaluate(broken('noisy'))).forces, forces)).toBe(0);
    const { evidence } = await evaluate(broken('warns'));
    expect(evidence?.join()).toMatch(/RuntimeWarning: divide by zero/);
  });

  it('stays in memory where it is to: structure after structure from one process, the same forces', async () => {
    await inScratch(async ({ scratch, signal }) => {
      const residents = createResidentPool({ slots: 1, folder: join(scratch, 'pool') });
      const started = join(scratch, 'started');
      const command = ['/bin/sh', '-c', `echo started >> ${started}; exec ${PYTHON} "$@"`, 'sh'];
      const calculator = ase(aseSettings({ command, resident: true }), { folder: PROGRAMS });
      try {
        for (const amplitude of [1, 1.3, 0.2]) {
          const structure = {
            ...alloy,
            positions: alloy.positions.map((x, i) => x + 0.1 * amplitude * (i % 2)),
          };
          const result = await calculator.evaluate(structure, { scratch, signal, residents });
          const byFiles = await evaluate(aseSettings(), structure);
          expect(largestDifference(result.forces, byFiles.forces)).toBeLessThan(1e-9);
          expect(Math.abs(result.energy - byFiles.energy)).toBeLessThan(1e-9);
          expect(result.program).toBe(byFiles.program);
        }
        expect(readFileSync(started, 'utf8')).toBe('started\n');
      } finally {
        await residents.close();
      }
    });
    expect(ase(aseSettings({ resident: true }), { folder: '/' }).identity).toEqual(
      ase(aseSettings(), { folder: '/' }).identity,
    );
  });

  it.each([
    ['unconverged', 'no-convergence', 'program-known'],
    ['crash', 'exception', 'program-unknown'],
    ['refuses', 'bad-input', 'input-wrong'],
    ['killed', 'interrupted', 'machine'],
    ['reorders', 'wrong-atoms', 'program-unknown'],
  ])('what goes wrong in memory is told by its class, too: %s', async (how, symptom, failureClass) => {
    const failure = await evaluate(broken(how, { resident: true })).catch((error: unknown) => error);
    expect(failure).toMatchObject({ symptom, failureClass });
  });

  it('stays on the worker’s own machine', () => {
    const launcher = { kind: 'slurm', script: '#!/bin/sh\n{command}\n' } as const;
    expect(() => ase(aseSettings({ resident: true, launcher }), { folder: '/' })).toThrow(/through Slurm/);
  });
});
