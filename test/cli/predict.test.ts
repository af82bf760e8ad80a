import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerPredict } from '../../src/cli/commands/predict.js';
import { displacedPositions } from '../../src/crystal/displaced.js';
import { type ExtxyzFrame, formatExtxyz, parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { formatPoscar } from '../../src/crystal/formats/poscar.js';
import { fractionalPositions } from '../../src/crystal/geometry.js';
import { buildSupercell } from '../../src/crystal/supercell.js';
import { InputError } from '../../src/errors.js';
import { clusterSpaceOf } from '../../src/forcefield/clusterSpaceOf.js';
import { encodeForceField, type ForceField } from '../../src/forcefield/forceField.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { predictedMean, predictiveVariance } from '../../src/regression/posterior.js';
import { trainedArgon } from '../support/trainedArgon.js';

let folder: string;
let field: ForceField;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-predict-'));
  field = trainedArgon();
  writeFileSync(join(folder, 'argon.anharmony'), encodeForceField(field));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function predict(...args: string[]): Promise<string> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((text: string) => void printed.push(text));
  try {
    const program = new Command().exitOverride();
    registerPredict(program);
    await program.parseAsync(['predict', join(folder, 'argon.anharmony'), ...args], { from: 'user' });
  } finally {
    log.mockRestore();
  }
  return printed.join('\n');
}

/** A displaced supercell with what the design matrix, which predict does not use, says of it. */
function sample(matrix: readonly number[]) {
  const supercell = buildSupercell(field.primitive, field.primitive.crystal, matrix);
  const u = Float64Array.from({ length: 3 * supercell.siteOf.length }, (_, i) => 0.1 * Math.sin(2.3 * i + 1));
  for (let c = 0; c < 3; c++) {
    const mean = u.reduce((sum, v, i) => (i % 3 === c ? sum + v : sum), 0) / supercell.siteOf.length;
    for (let i = c; i < u.length; i += 3) u[i] -= mean;
  }
  const design = createDesignMatrix(clusterSpaceOf(field), supercell);
  const a = new Float64Array(design.rows * design.parameters);
  design.compute(u, a);
  const posterior = { ...field, effectiveParameters: 0, notDetermined: [], rows: 0 };
  return {
    frame: {
      lattice: supercell.crystal.lattice,
      species: supercell.crystal.species,
      positions: displacedPositions(supercell, u),
      info: {},
    } satisfies ExtxyzFrame,
    forces: predictedMean(field.parameters, a),
    variances: predictiveVariance(posterior, a),
  };
}

/** The same structure with its atoms in reverse, moved as a whole, some of them by a lattice vector, too. */
function disguised({ frame, forces }: ReturnType<typeof sample>): ExtxyzFrame {
  const n = frame.species.length;
  const backwards = (v: Float64Array) => v.map((_, i) => v[3 * (n - 1 - Math.floor(i / 3)) + (i % 3)]);
  const positions = backwards(frame.positions).map(
    (x, i) => x + [0.3, -0.2, 0.1][i % 3] + (i % 21 < 3 ? frame.lattice[i % 3] : 0),
  );
  return { ...frame, positions, forces: backwards(forces).map((f) => f + 0.01) };
}

const CUBIC = [-3, 3, 3, 3, -3, 3, 3, 3, -3];

describe('anharmony predict', () => {
  it('gives forces and errors of any supercell in the order of the file', async () => {
    const samples = [CUBIC, [4, 0, 0, 0, 4, 0, 0, 0, 4]].map(sample);
    const file = join(folder, 'data.xyz');
    writeFileSync(file, formatExtxyz([samples[0].frame, disguised(samples[0]), samples[1].frame]));
    const { structures, reference, fittingError } = JSON.parse(await predict(file, '--json'));
    const own = (k: number) => Float64Array.from(structures[k].forces.flat());
    [0, 2].forEach((k) => {
      const { forces, variances } = samples[k / 2];
      own(k).forEach((f, i) => {
        expect(f).toBeCloseTo(forces[i], 9);
      });
      structures[k].atomErrors.forEach((error: number, atom: number) => {
        const mean = (variances[3 * atom] + variances[3 * atom + 1] + variances[3 * atom + 2]) / 3;
        expect(error / Math.sqrt(mean)).toBeCloseTo(1, 4);
        expect(structures[k].expectedAtomErrors[atom]).toBeCloseTo(Math.hypot(fittingError, error), 12);
      });
      expect(structures[k].rmse).toBeNull();
    });
    const n = samples[0].frame.species.length;
    own(1).forEach((f, i) => {
      expect(f).toBeCloseTo(samples[0].forces[3 * (n - 1 - Math.floor(i / 3)) + (i % 3)], 8);
    });
    expect(structures[1].energy).toBeCloseTo(structures[0].energy, 9);
    expect(structures[1].worstAtom).toBe(n + 1 - structures[0].worstAtom);
    // The reference forces are the predicted ones plus 10 meV/Å.
    expect(structures[1].rmse).toBeCloseTo(0.01, 8);
    expect(reference).toMatchObject({ structures: 1 });
    expect(reference.mae).toBeCloseTo(0.01, 8);
  });

  it('writes extended XYZ that can be read again, and a table', async () => {
    const { frame } = sample(CUBIC);
    writeFileSync(join(folder, 'one.xyz'), formatExtxyz([frame]));
    const out = join(folder, 'predicted.xyz');
    const printed = await predict(join(folder, 'one.xyz'), '--out', out);
    expect(printed).toMatch(/one\.xyz frame 1 +108 /);
    const text = readFileSync(out, 'utf8');
    expect(text.split('\n')[1]).toContain('forces:R:3:force_error:R:1:expected_error:R:1');
    const [read] = parseExtxyz(text, 'predicted.xyz');
    expect(read.forces).toHaveLength(3 * 108);
    expect(read.positions).toEqual(frame.positions);
  });

  it('takes a POSCAR', async () => {
    const { frame, forces } = sample(CUBIC);
    const crystal = { ...frame, positions: fractionalPositions(frame.positions, frame.lattice) };
    const file = join(folder, 'POSCAR');
    writeFileSync(file, formatPoscar(crystal, 'displaced'));
    const { structures } = JSON.parse(await predict(file, '--json'));
    expect(structures[0].forces[5][1]).toBeCloseTo(forces[16], 8);
  });

  it.each([
    [
      'another lattice',
      (f: ExtxyzFrame) => ({ ...f, lattice: f.lattice.map((x) => 1.02 * x) }),
      /whole combinations/,
    ],
    [
      'another species',
      (f: ExtxyzFrame) => ({ ...f, species: f.species.map(() => 'Kr') }),
      /atoms of the crystal/,
    ],
    [
      'a vacancy',
      (f: ExtxyzFrame) => ({ ...f, species: f.species.slice(1), positions: f.positions.slice(3) }),
      /atoms of the crystal/,
    ],
    [
      'an atom far away',
      (f: ExtxyzFrame) => ({ ...f, positions: f.positions.map((x, i) => (i === 0 ? x + 3 : x)) }),
      /site/,
    ],
  ] as const)('refuses %s', async (_, change, message) => {
    writeFileSync(join(folder, 'wrong.xyz'), formatExtxyz([change(sample(CUBIC).frame)]));
    const failure = await predict(join(folder, 'wrong.xyz')).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as InputError).problems[0].field).toBe('wrong.xyz frame 1');
    expect((failure as InputError).message).toMatch(message);
  });

  it('refuses a supercell in which clusters would meet their images', async () => {
    writeFileSync(
      join(folder, 'small.xyz'),
      formatExtxyz([
        {
          lattice: Float64Array.of(5.31, 0, 0, 0, 5.31, 0, 0, 0, 5.31),
          species: ['Ar', 'Ar', 'Ar', 'Ar'],
          positions: Float64Array.of(0, 0, 0, 0, 2.655, 2.655, 2.655, 0, 2.655, 2.655, 2.655, 0),
          info: {},
        },
      ]),
    );
    const failure = await predict(join(folder, 'small.xyz')).catch((error: unknown) => error);
    expect((failure as InputError).problems[0].field).toBe('small.xyz frame 1.2');
  });
});
