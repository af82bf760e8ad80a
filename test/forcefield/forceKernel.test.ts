import { beforeAll, describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import type { Supercell } from '../../src/crystal/types.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { ClusterSpace, Cutoffs } from '../../src/expansion/types.js';
import { createForceKernel, type ForceKernel } from '../../src/forcefield/forceKernel.js';
import { argon, boronArsenide, silicon, wurtzite } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { bruteForce } from '../support/bruteForce.js';
import { deviation, numbers } from '../support/numbers.js';
import { imageOf, keepsSupercell } from '../support/operations.js';
import { plainSupercell } from '../support/plainSupercell.js';

interface Case {
  readonly name: string;
  readonly crystal: Crystal;
  readonly cutoffs: Cutoffs;
  readonly matrix: readonly number[];
}

/** Supercells with an odd number of atoms per site exercise the lanes that only fill up. */
const CASES: readonly Case[] = [
  {
    name: 'silicon, orders 2–4',
    crystal: silicon,
    cutoffs: { 2: 4.6, 3: 4, 4: 4 },
    matrix: [-2, 2, 2, 2, -2, 2, 2, 2, -2],
  },
  {
    name: 'silicon, nearest neighbours, orders 2–6',
    crystal: silicon,
    cutoffs: { 2: 2.5, 3: 2.5, 4: 2.5, 5: 2.5, 6: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  {
    name: 'argon, 27 atoms',
    crystal: argon,
    cutoffs: { 2: 4, 3: 4, 4: 4 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  {
    name: 'zincblende BAs',
    crystal: boronArsenide,
    cutoffs: { 2: 4, 3: 3.5, 4: 2.2 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  },
  {
    name: 'wurtzite',
    crystal: wurtzite,
    cutoffs: { 2: 3.5, 3: 3, 4: 2.5 },
    matrix: [3, 0, 0, 0, 3, 0, 0, 0, 2],
  },
];

describe.each(CASES)('forces of $name', ({ crystal, cutoffs, matrix }) => {
  let space: ClusterSpace;
  let supercell: Supercell;
  let kernel: ForceKernel;
  let parameters: Float64Array;
  let u: Float64Array;
  let forces: Float64Array;
  let energy: number;

  beforeAll(() => {
    const primitive = exhaustiveSymmetry(crystal);
    space = buildClusterSpace(primitive, cutoffs);
    supercell = plainSupercell(primitive, matrix);
    kernel = createForceKernel(space, supercell);
    parameters = numbers(space.parameters, 1, 7);
    kernel.setParameters(parameters);
    u = numbers(kernel.rows, 0.3, 8);
    forces = new Float64Array(kernel.rows);
    energy = kernel.evaluate(u, forces);
  });

  it('and energies of every order equal the expansion summed cluster by cluster', () => {
    const expected = bruteForce(space, supercell, parameters, u);
    expect(deviation(forces, expected.forces)).toBeLessThan(1e-12);
    expect(deviation(kernel.energies, expected.energies)).toBeLessThan(1e-11);
    expect(energy).toBeCloseTo(
      expected.energies.reduce((a, b) => a + b),
      9,
    );
  });

  it('are −∂E/∂u', () => {
    const moved = u.slice();
    const ignored = new Float64Array(u.length);
    for (const i of [0, 7, u.length - 1]) {
      const at = (h: number): number => {
        moved[i] = u[i] + h;
        const e = kernel.evaluate(moved, ignored);
        moved[i] = u[i];
        return e;
      };
      const h = 1e-3;
      const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(slope + forces[i])).toBeLessThan(1e-8 * Math.max(1, Math.abs(energy)));
    }
  });

  it('add up to zero and do not notice a rigid translation', () => {
    for (let a = 0; a < 3; a++) {
      let sum = 0;
      for (let i = a; i < forces.length; i += 3) sum += forces[i];
      expect(Math.abs(sum)).toBeLessThan(1e-10 * Math.max(...forces));
    }
    const shifted = new Float64Array(forces.length);
    const same = kernel.evaluate(
      u.map((x, i) => x + [0.4, -0.2, 0.7][i % 3]),
      shifted,
    );
    expect(deviation(shifted, forces)).toBeLessThan(1e-11);
    expect(same).toBeCloseTo(energy, 8);
  });

  it('follow every operation of the space group', () => {
    const mapped = new Float64Array(forces.length);
    const image = new Float64Array(forces.length);
    for (const operation of space.primitive.operations) {
      if (!keepsSupercell(supercell, operation.fractionalRotation)) continue;
      const target = Array.from(supercell.siteOf, (_, atom) => imageOf(supercell, operation, atom));
      const turn = (from: Float64Array, to: Float64Array): void => {
        target.forEach((t, atom) => {
          for (let a = 0; a < 3; a++) {
            to[3 * t + a] = [0, 1, 2].reduce(
              (s, b) => s + operation.rotation[3 * a + b] * from[3 * atom + b],
              0,
            );
          }
        });
      };
      turn(u, mapped);
      expect(kernel.evaluate(mapped, image)).toBeCloseTo(energy, 8);
      turn(forces, mapped);
      expect(deviation(image, mapped)).toBeLessThan(1e-11);
    }
  });

  it('have the same bits at every call, in another kernel, and after other displacements', () => {
    const again = new Float64Array(forces.length);
    kernel.evaluate(numbers(kernel.rows, 1, 9), again);
    expect(kernel.evaluate(u, again)).toBe(energy);
    expect(again).toEqual(forces);
    const other = createForceKernel(space, supercell);
    other.setParameters(parameters);
    expect(other.evaluate(u, again)).toBe(energy);
    expect(again).toEqual(forces);
  });

  it('have a harmonic part', () => {
    const harmonic = new Float64Array(forces.length);
    const e = kernel.evaluateHarmonic(u, harmonic);
    const alone = parameters.map((x, q) => (q < space.orders[0].parameters ? x : 0));
    const expected = bruteForce(space, supercell, alone, u);
    expect(deviation(harmonic, expected.forces)).toBeLessThan(1e-12);
    expect(e).toBeCloseTo(expected.energies[0], 9);
  });
});

it('A supercell in which a cluster meets its own image is refused', () => {
  const primitive = exhaustiveSymmetry(argon);
  const space = buildClusterSpace(primitive, { 2: 4 });
  const small = plainSupercell(primitive, [2, 0, 0, 0, 2, 0, 0, 0, 2]);
  expect(() => createForceKernel(space, small)).toThrow(/cutoffs\.2.*at most 3\.754 Å/);
});
