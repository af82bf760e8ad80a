import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { combinedBasis } from '../../src/expansion/basis.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { layOut } from '../../src/expansion/layout.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import { createDesignMatrix, createDesignMatrixIn } from '../../src/regression/designMatrix.js';
import { framesOf } from '../../src/regression/frames.js';
import { argon, boronArsenide, silicon, tinSelenide, turned, wurtzite } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { bruteForce } from '../support/bruteForce.js';
import { deviation, numbers } from '../support/numbers.js';
import { plainSupercell } from '../support/plainSupercell.js';

interface Case {
  readonly name: string;
  readonly crystal: Crystal;
  readonly cutoffs: Cutoffs;
  readonly matrix: readonly number[];
  readonly frames: number;
}

const CASES: readonly Case[] = [
  {
    name: 'silicon',
    crystal: silicon,
    cutoffs: { 2: 4.6, 3: 4, 4: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    frames: 1,
  },
  {
    name: 'silicon, orders 2–6',
    crystal: silicon,
    cutoffs: { 2: 2.5, 3: 2.5, 4: 2.5, 5: 2.5, 6: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    frames: 1,
  },
  {
    name: 'argon',
    crystal: argon,
    cutoffs: { 2: 4, 3: 4, 4: 4 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    frames: 1,
  },
  {
    name: 'BAs',
    crystal: boronArsenide,
    cutoffs: { 2: 4, 3: 3.5, 4: 2.2 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    frames: 1,
  },
  {
    name: 'SnSe',
    crystal: tinSelenide,
    cutoffs: { 2: 4, 3: 3, 4: 2.9 },
    matrix: [1, 0, 0, 0, 2, 0, 0, 0, 2],
    frames: 1,
  },
  {
    name: 'wurtzite',
    crystal: wurtzite,
    cutoffs: { 2: 3.5, 3: 3, 4: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 2],
    frames: 3,
  },
  {
    name: 'silicon that lies askew',
    crystal: turned(silicon, [0.8, 0.3, -0.4, 0.33]),
    cutoffs: { 2: 4, 3: 2.5, 4: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
    frames: 2,
  },
  {
    name: 'wurtzite that lies askew',
    crystal: turned(wurtzite, [0.8, 0.3, -0.4, 0.33]),
    cutoffs: { 2: 3.5, 3: 3, 4: 2 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 2],
    frames: 4,
  },
];

function product(a: Float64Array, x: Float64Array): Float64Array {
  return Float64Array.from({ length: a.length / x.length }, (_, row) =>
    x.reduce((sum, value, q) => sum + a[row * x.length + q] * value, 0),
  );
}

describe.each(CASES)('the design matrix of $name', ({ crystal, cutoffs, matrix, frames }) => {
  const primitive = exhaustiveSymmetry(crystal);
  const space = buildClusterSpace(primitive, cutoffs);
  const supercell = plainSupercell(primitive, matrix);
  const design = createDesignMatrix(space, supercell);
  const u = numbers(design.rows, 0.3, 3);
  const a = new Float64Array(design.rows * design.parameters);
  design.compute(u, a);

  it('times the parameters is the force of the expansion', () => {
    expect(design.parameters).toBe(space.parameters);
    for (const seed of [1, 2]) {
      const parameters = numbers(space.parameters, 1, seed);
      const { forces } = bruteForce(space, supercell, parameters, u);
      expect(deviation(product(a, parameters), forces)).toBeLessThan(1e-12);
    }
  });

  it('gives the same forces in the sparse basis', () => {
    const basis = combinedBasis(space, 'sparseNullSpace');
    const sparse = createDesignMatrixIn(layOut(space, supercell), basis);
    const z = numbers(space.parameters, 1, 4);
    const b = new Float64Array(a.length);
    sparse.compute(u, b);
    // φ′ = Nᵀ Z z
    const raw = new Float64Array(basis.rows);
    const add = (m: typeof basis, visit: (row: number, column: number, value: number) => void): void => {
      for (let q = 0; q < m.columns; q++) {
        for (let e = m.columnStart[q]; e < m.columnStart[q + 1]; e++) visit(m.rowIndex[e], q, m.values[e]);
      }
    };
    add(basis, (row, column, value) => {
      raw[row] += value * z[column];
    });
    const parameters = new Float64Array(space.parameters);
    add(combinedBasis(space, 'nullSpace'), (row, column, value) => {
      parameters[column] += value * raw[row];
    });
    expect(deviation(product(b, z), product(a, parameters))).toBeLessThan(1e-11);
  });

  it('needs no more frames than the crystal has kinds of axes', () => {
    expect(framesOf(primitive.operations).count).toBe(frames);
  });

  it('has the same bits at every call and leaves no row untouched', () => {
    const again = new Float64Array(a.length).fill(Number.NaN);
    design.compute(numbers(design.rows, 1, 5), again);
    design.compute(u, again);
    expect(again).toEqual(a);
  });
});

it('Computing the design matrix allocates nothing', () => {
  const primitive = exhaustiveSymmetry(argon);
  const space = buildClusterSpace(primitive, { 2: 4, 3: 4 });
  const design = createDesignMatrix(space, plainSupercell(primitive, [3, 0, 0, 0, 3, 0, 0, 0, 3]));
  const u = numbers(design.rows, 0.1, 1);
  const out = new Float64Array(design.rows * design.parameters);
  const external = (): number => process.memoryUsage().arrayBuffers;
  for (let k = 0; k < 20; k++) design.compute(u, out);
  const before = external();
  for (let k = 0; k < 2000; k++) design.compute(u, out);
  expect(external() - before).toBeLessThan(1e6);
});
