import { inverse, Matrix } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import { choleskyInPlace } from '../../src/numerics/dense/cholesky.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { createBayesianError } from '../../src/uncertainty/bayesianError.js';
import { argon, boronArsenide, silicon, wurtzite } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { numbers } from '../support/numbers.js';
import { plainSupercell } from '../support/plainSupercell.js';

interface Case {
  readonly name: string;
  readonly crystal: Crystal;
  readonly cutoffs: Cutoffs;
  readonly matrix: readonly number[];
}

/** 27 atoms per site: the last group of four has one lane to fill up. */
const CASES: readonly Case[] = [
  {
    name: 'silicon',
    crystal: silicon,
    cutoffs: { 2: 4.6, 3: 4, 4: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  {
    name: 'silicon to order 6',
    crystal: silicon,
    cutoffs: { 2: 4, 3: 2.5, 4: 2.5, 5: 2.5, 6: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  { name: 'argon', crystal: argon, cutoffs: { 2: 4, 3: 4, 4: 4 }, matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3] },
  {
    name: 'BAs',
    crystal: boronArsenide,
    cutoffs: { 2: 4, 3: 3.5, 4: 2.2 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  { name: 'wurtzite', crystal: wurtzite, cutoffs: { 2: 3.5, 3: 3 }, matrix: [3, 0, 0, 0, 3, 0, 0, 0, 2] },
];

const BETA = 1e4;
const THERMAL = 0.06;

function setUp({ crystal, cutoffs, matrix }: Case) {
  const primitive = exhaustiveSymmetry(crystal);
  const space = buildClusterSpace(primitive, cutoffs);
  const supercell = plainSupercell(primitive, matrix);
  const design = createDesignMatrix(space, supercell);
  const p = space.parameters;
  const rowsAt = (u: Float64Array): Matrix => {
    const a = new Float64Array(design.rows * p);
    design.compute(u, a);
    return Matrix.from1DArray(design.rows, p, Array.from(a));
  };
  // A prior that spans the orders' magnitudes, and two structures.
  const prior = Matrix.diag(Array.from({ length: p }, (_, q) => 0.1 + (q % 7)));
  const gram = (u: Float64Array): Matrix => rowsAt(u).transpose().mmul(rowsAt(u)).mul(BETA);
  const precision = [11, 12].reduce((sum, seed) => sum.add(gram(numbers(design.rows, THERMAL, seed))), prior);
  const factor = Float64Array.from(precision.to1DArray());
  choleskyInPlace(factor, p);
  const error = createBayesianError(space, supercell);
  error.setPrecision(factor, BETA);
  return { design, p, rowsAt, gram, precision, error };
}

/** diag(A Σ Aᵀ) with ml-matrix, in float64 throughout. */
function variancesOf(rows: Matrix, precision: Matrix): number[] {
  const weighted = rows.mmul(inverse(precision));
  return Array.from({ length: rows.rows }, (_, r) =>
    rows.getRow(r).reduce((sum, value, q) => sum + value * weighted.get(r, q), 0),
  );
}

describe.each(CASES)('the Bayesian error of $name', (example) => {
  const { design, rowsAt, gram, precision, error } = setUp(example);
  const u = numbers(design.rows, THERMAL, 21);

  it('is A Σ Aᵀ in single precision', () => {
    const bar = { ...error.evaluate(u) };
    const expected = variancesOf(rowsAt(u), precision);
    expected.forEach((variance, row) => {
      expect(Math.abs(error.variances[row] / variance - 1)).toBeLessThan(1e-5);
    });
    const atoms = Array.from({ length: expected.length / 3 }, (_, i) =>
      Math.sqrt((expected[3 * i] + expected[3 * i + 1] + expected[3 * i + 2]) / 3),
    );
    const rms = Math.sqrt(expected.reduce((sum, v) => sum + v, 0) / expected.length);
    expect(Math.abs(bar.rms / rms - 1)).toBeLessThan(1e-6);
    expect(Math.abs(bar.largestAtom / Math.max(...atoms) - 1)).toBeLessThan(1e-5);
    expect(bar.worstAtom).toBe(atoms.indexOf(Math.max(...atoms)));
  });

  it('has the same bits at every call', () => {
    const first = { ...error.evaluate(u) };
    const variances = error.variances.slice();
    error.evaluate(numbers(design.rows, 1, 22));
    expect({ ...error.evaluate(u) }).toEqual(first);
    expect(error.variances).toEqual(variances);
  });

  it('does not depend on how its groups of atoms are divided', () => {
    error.evaluate(u);
    const variances = error.variances.slice();
    error.variances.fill(Number.NaN);
    for (let g = error.groups - 1; g >= 0; g--) error.evaluateGroups(u, g, g + 1);
    expect(error.variances).toEqual(variances);
  });

  it('knows what a structure without a label will do', () => {
    const fresh = setUp(example);
    const before = fresh.error.evaluate(u).rms;
    fresh.error.addStructure(u);
    const bar = fresh.error.evaluate(u);
    const expected = variancesOf(rowsAt(u), precision.clone().add(gram(u)));
    const rms = Math.sqrt(expected.reduce((sum, v) => sum + v, 0) / expected.length);
    expect(Math.abs(bar.rms / rms - 1)).toBeLessThan(1e-5);
    expect(bar.rms).toBeLessThan(before);
  });
});

it('Evaluating the Bayesian error allocates no memory', () => {
  const { design, error } = setUp(CASES[2]);
  const u = numbers(design.rows, THERMAL, 1);
  for (let k = 0; k < 20; k++) error.evaluate(u);
  const before = process.memoryUsage().arrayBuffers;
  for (let k = 0; k < 2000; k++) error.evaluate(u);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
});
