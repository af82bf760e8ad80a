import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { registerFit } from '../../src/cli/commands/fit.js';
import type { FitSummary } from '../../src/cli/fit/result.js';
import { InputError } from '../../src/errors.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { decodeForceField } from '../../src/forcefield/forceField.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { silicon } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { normalArray, normals, predictedFrom } from '../regression/synthetic.js';
import { plainSupercell } from '../support/plainSupercell.js';

const A = 5.431;
const FRAMES = 12;
const TRUTH = Float64Array.of(9, -6, 12, 5, -8);
const NOISE = 0.01;

/** Files of a silicon crystal whose forces come from known force constants plus noise. */
function writeFiles(folder: string): void {
  const primitive = exhaustiveSymmetry(silicon);
  const supercell = plainSupercell(primitive, [-2, 2, 2, 2, -2, 2, 2, 2, -2]);
  const space = buildClusterSpace(primitive, { 2: 2.5, 3: 2.5 });
  const design = createDesignMatrix(space, supercell);
  const a = new Float64Array(design.rows * design.parameters);
  const normal = normals(5);
  const sites = Array.from({ length: design.rows }, (_, i) => {
    const [atom, k] = [Math.floor(i / 3), i % 3];
    return [0, 1, 2].reduce(
      (sum, j) => sum + supercell.crystal.positions[3 * atom + j] * supercell.crystal.lattice[3 * j + k],
      0,
    );
  });
  const frames = Array.from({ length: FRAMES }, () => {
    const u = normalArray(design.rows, normal).map((value) => 0.04 * value);
    design.compute(u, a);
    const forces = predictedFrom(a, TRUTH).map((value) => value + NOISE * normal());
    const rows = supercell.crystal.species.map((symbol, atom) => {
      const at = (values: ArrayLike<number>) => Array.from({ length: 3 }, (_, k) => values[3 * atom + k]);
      return [symbol, ...at(sites.map((site, i) => site + u[i])), ...at(forces)].join(' ');
    });
    const header = `Lattice="${supercell.crystal.lattice.join(' ')}" Properties=species:S:1:pos:R:3:REF_forces:R:3 pbc="T T T"`;
    return [rows.length, header, ...rows].join('\n');
  });
  writeFileSync(join(folder, 'data.xyz'), `${frames.join('\n')}\n`);
  writeFileSync(join(folder, 'crystal.vasp'), poscar(silicon.lattice, silicon.positions));
  writeFileSync(join(folder, 'ideal.vasp'), poscar(supercell.crystal.lattice, supercell.crystal.positions));
}

function poscar(lattice: Float64Array, positions: Float64Array): string {
  const rows = (values: Float64Array) =>
    Array.from({ length: values.length / 3 }, (_, i) => values.slice(3 * i, 3 * i + 3).join(' ')).join('\n');
  return `Si, a = ${A}\n1.0\n${rows(lattice)}\nSi\n${positions.length / 3}\nDirect\n${rows(positions)}\n`;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-fit-'));
  writeFiles(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

/** What `anharmony fit` prints. */
async function fitPrints(...flags: string[]): Promise<string> {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const program = new Command().exitOverride();
  registerFit(program);
  const files = ['crystal.vasp', 'ideal.vasp'].map((name) => join(folder, name));
  const data = flags[0]?.endsWith('.xyz') ? flags.shift()! : join(folder, 'data.xyz');
  await program.parseAsync([
    'node',
    'anharmony',
    'fit',
    ...files,
    data,
    '--cutoffs',
    '2:2.5,3:2.5',
    ...flags,
  ]);
  return written.join('');
}

describe('anharmony fit', () => {
  it('prints the keys of its JSON, in eV and Å', async () => {
    const summary = JSON.parse(await fitPrints('--train', '0:8', '--test', '8:', '--json')) as FitSummary;
    expect(Object.keys(summary)).toEqual([
      'parameters',
      'rows',
      'prior',
      'hyperparameters',
      'fittingError',
      'trainMae',
      'trainRmse',
      'testMae',
      'testRmse',
      'bayesianError',
      'logEvidence',
    ]);
    expect(summary).toMatchObject({ parameters: 5, rows: 8 * 192, prior: 'decay' });
    // 1,536 rows: the noise is known to 2 %.
    expect(Math.abs(summary.fittingError / NOISE - 1)).toBeLessThan(0.06);
    expect(Math.abs(summary.testRmse! / NOISE - 1)).toBeLessThan(0.08);
    // Five parameters on 1,536 rows: ε_B = σ √(P/N).
    expect(summary.bayesianError! / (NOISE * Math.sqrt(5 / 1536))).toBeGreaterThan(0.8);
    expect(summary.bayesianError! / (NOISE * Math.sqrt(5 / 1536))).toBeLessThan(1.2);
  });

  it('has no error bar, evidence or test errors where there are none', async () => {
    const summary = JSON.parse(await fitPrints('--prior', 'none', '--json')) as FitSummary;
    expect(summary).toMatchObject({
      rows: FRAMES * 192,
      testMae: null,
      testRmse: null,
      bayesianError: null,
      logEvidence: null,
      hyperparameters: { prior: 'none' },
    });
  });

  it('prints lines for a person, in meV/Å', async () => {
    const text = await fitPrints('--prior', 'by-order', '--test', ':4');
    expect(text).toMatch(/order 3: α\^\{-1\/2\}/);
    expect(text).toMatch(/test MAE, RMSE +[78]\.\d\d meV\/Å, (9|10)\.\d\d meV\/Å/);
  });

  it('writes a force field with the truth in it', async () => {
    const out = join(folder, 'si.ff');
    await fitPrints('--out', out);
    const field = decodeForceField(readFileSync(out));
    field.parameters.forEach((value, j) => {
      // Order 3 moves the forces by a thirtieth of what order 2 does.
      expect(Math.abs(value - TRUTH[j])).toBeLessThan(j < 2 ? 0.1 : 2);
    });
    expect(field.precisionFactor).toBeDefined();
    expect(field.hyperparameters.prior).toBe('decay');
  });

  it.each([
    ['--test', '3:99', /--test/],
    ['--train', 'all', /--train/],
    ['--label-noise', '-1', /--label-noise/],
    ['--cutoffs', '2:9', /--cutoffs/],
    ['--ideal-forces', 'nowhere.xyz', /no such file/],
  ])('refuses %s %s', async (flag, value, message) => {
    const attempt = fitPrints(flag, value);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(message);
  });

  it('refuses NaN in the data and leaves no force field behind', async () => {
    const text = readFileSync(join(folder, 'data.xyz'), 'utf8').split('\n');
    text[4] = text[4].replace(/\S+$/, 'NaN');
    const data = join(folder, 'nan.xyz');
    writeFileSync(data, text.join('\n'));
    const out = join(folder, 'nan.ff');
    await expect(fitPrints(data, '--out', out)).rejects.toThrow(/nan\.xyz:5/);
    expect(() => readFileSync(out)).toThrow(/ENOENT/);
  });
});
