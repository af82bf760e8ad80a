import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildSupercell, cutoffFits } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import type { PrimitiveCrystal, Supercell } from '../../src/crystal/types.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { ClusterSpace, Cutoffs } from '../../src/expansion/types.js';
import { createForceKernel } from '../../src/forcefield/forceKernel.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { addRows, emptyGram } from '../../src/regression/gram.js';
import { predictedMean, predictiveVariance } from '../../src/regression/posterior.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { bruteForce } from '../support/bruteForce.js';
import { deviation, numbers } from '../support/numbers.js';
import { imageOf, keepsSupercell } from '../support/operations.js';
import { bruteForceDimensions } from './bruteForce.js';
import { turned } from './crystals.js';
import { distances, randomCrystal, SPACE_GROUPS } from './randomCrystals.js';

/** The same crystals in every run; more of them, and larger sets of constraints, where ANHARMONY_SLOW_TESTS is set. */
const SEED = 5;
const SLOW = process.env['ANHARMONY_SLOW_TESTS'] !== undefined;
const RUNS = SLOW ? 15 : 2;
const TILT = [0.83, 0.21, -0.44, 0.27] as const;
/** Above so many unknowns the brute force takes too long. */
const UNKNOWNS = SLOW ? 5000 : 1500;

/** Cutoffs that hold the nearest neighbours at least, none of them near a shell. */
function cutoffsOf(crystal: Crystal): Cutoffs {
  const shells = distances(crystal);
  const beyond = (least: number): number => {
    let cutoff = least;
    while (shells.some((d) => Math.abs(d - cutoff) < 5e-3)) cutoff += 0.01;
    return cutoff;
  };
  return { 2: beyond(1.3 * shells[0]), 3: beyond(1.1 * shells[0]), 4: beyond(1.02 * shells[0]) };
}

/** The smallest supercell that holds a cutoff, of the cell as it was given. */
function supercellFor(primitive: PrimitiveCrystal, unit: Crystal, cutoff: number): Supercell {
  const multiples = [1, 1, 1];
  for (;;) {
    const supercell = buildSupercell(primitive, unit, multiples);
    if (cutoffFits(supercell, cutoff)) return supercell;
    const lengths = [0, 1, 2].map(
      (k) => multiples[k] * Math.hypot(...unit.lattice.subarray(3 * k, 3 * k + 3)),
    );
    multiples[lengths.indexOf(Math.min(...lengths))]++;
  }
}

function forcesOf(space: ClusterSpace, supercell: Supercell, parameters: Float64Array, u: Float64Array) {
  const kernel = createForceKernel(space, supercell);
  kernel.setParameters(parameters);
  const forces = new Float64Array(u.length);
  const energy = kernel.evaluate(u, forces);
  return { kernel, forces, energy };
}

describe.each(SPACE_GROUPS)('random crystals of $name', (group) => {
  const crystals = randomCrystal(group);
  const check = (law: (crystal: Crystal) => void) =>
    fc.assert(fc.property(crystals, law), { seed: SEED, numRuns: RUNS });

  it('have the dimensions of the full system of constraints, solved exactly', () => {
    check((crystal) => {
      const primitive = analyseSymmetry(crystal);
      const cutoffs = cutoffsOf(primitive.crystal);
      for (const { order, cutoff, beforeSumRules, parameters, clusters } of buildClusterSpace(
        primitive,
        cutoffs,
      ).orders) {
        // At most order! orderings of each cluster, 3^order components of each.
        if (clusters * [2 * 9, 6 * 27, 24 * 81][order - 2] > UNKNOWNS) continue;
        const expected = bruteForceDimensions(primitive, order, cutoff);
        expect({ order, beforeSumRules, parameters }).toEqual({ order, ...expected });
      }
    });
  });

  it('have forces that are the expansion’s, −∂E/∂u, without a net force, and follow every operation', () => {
    check((crystal) => {
      const primitive = analyseSymmetry(crystal);
      const cutoffs = cutoffsOf(primitive.crystal);
      const space = buildClusterSpace(primitive, cutoffs);
      const supercell = supercellFor(primitive, crystal, cutoffs[2]);
      const parameters = numbers(space.parameters, 1, 7);
      const u = numbers(3 * supercell.siteOf.length, 0.2, 8);
      const { kernel, forces, energy } = forcesOf(space, supercell, parameters, u);
      const expected = bruteForce(space, supercell, parameters, u);
      expect(deviation(forces, expected.forces)).toBeLessThan(1e-11);
      const design = createDesignMatrix(space, supercell);
      const a = new Float64Array(design.rows * design.parameters);
      design.compute(u, a);
      expect(deviation(predictedMean(parameters, a), forces)).toBeLessThan(1e-11);
      const other = new Float64Array(u.length);
      const h = 1e-3;
      const at = (x: number) => kernel.evaluate(u.with(1, u[1] + x), other);
      const slope = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      expect(Math.abs(slope + forces[1])).toBeLessThan(1e-7 * Math.max(1, Math.abs(energy)));
      const largest = Math.max(...forces.map(Math.abs));
      for (let k = 0; k < 3; k++) {
        const net = forces.reduce((sum, f, i) => (i % 3 === k ? sum + f : sum), 0);
        expect(Math.abs(net)).toBeLessThan(1e-11 * largest * u.length);
      }
      const moved = kernel.evaluate(
        u.map((x, i) => x + [0.3, -0.2, 0.5][i % 3]),
        other,
      );
      expect(Math.abs(moved - energy)).toBeLessThan(1e-9 * (1 + Math.abs(energy)) * u.length);
      for (const operation of primitive.operations) {
        if (!keepsSupercell(supercell, operation.fractionalRotation)) continue;
        const turn = (from: Float64Array): Float64Array => {
          const to = new Float64Array(from.length);
          supercell.siteOf.forEach((_, atom) => {
            const image = imageOf(supercell, operation, atom);
            for (let x = 0; x < 3; x++) {
              for (let y = 0; y < 3; y++)
                to[3 * image + x] += operation.rotation[3 * x + y] * from[3 * atom + y];
            }
          });
          return to;
        };
        kernel.evaluate(turn(u), other);
        expect(deviation(other, turn(forces))).toBeLessThan(1e-10);
      }
    });
  });

  it('are predicted alike, with the same error bars, in whatever direction they lie', () => {
    check((crystal) => {
      const predicted = [crystal, turned(crystal, TILT)].map((c, k) => {
        const primitive = analyseSymmetry(c);
        const cutoffs = cutoffsOf(primitive.crystal);
        const space = buildClusterSpace(primitive, cutoffs);
        const supercell = supercellFor(primitive, c, cutoffs[2]);
        const design = createDesignMatrix(space, supercell);
        const turn = (x: Float64Array) => (k === 0 ? x : turned({ ...crystal, lattice: x }, TILT).lattice);
        const rows = (seed: number) => {
          const a = new Float64Array(design.rows * design.parameters);
          design.compute(turn(numbers(design.rows, 0.2, seed)), a);
          return a;
        };
        const gram = emptyGram(space.parameters);
        addRows(gram, rows(1), turn(numbers(design.rows, 1, 2)));
        addRows(gram, rows(3), turn(numbers(design.rows, 1, 4)));
        const hyperparameters = { prior: 'decay', a: [0, 1, 2], kappa: [0.5, 0.4, 0.3] } as const;
        const start = { hyperparameters, beta: 100 };
        const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'decay', keep: true, start });
        const probe = rows(5);
        const variances = predictiveVariance(posterior, probe);
        const ofAtoms = Float64Array.from({ length: design.rows / 3 }, (_, i) =>
          variances.subarray(3 * i, 3 * i + 3).reduce((s, v) => s + v),
        );
        return {
          forces: predictedMean(posterior.parameters, probe),
          ofAtoms,
          evidence: posterior.logEvidence!,
          parameters: space.parameters,
        };
      });
      const [plain, tilted] = predicted;
      expect(tilted.parameters).toBe(plain.parameters);
      const expected = turned({ ...crystal, lattice: plain.forces }, TILT).lattice;
      expect(deviation(tilted.forces, expected)).toBeLessThan(1e-8);
      expect(deviation(tilted.ofAtoms, plain.ofAtoms)).toBeLessThan(1e-8);
      expect(Math.abs(tilted.evidence - plain.evidence)).toBeLessThan(1e-6 * Math.abs(plain.evidence));
    });
  });
});
