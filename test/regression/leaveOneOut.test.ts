import { describe, expect, it } from 'vitest';
import { leaveOut } from '../../src/regression/leaveOneOut.js';
import { predictedMean, predictiveVariance } from '../../src/regression/posterior.js';
import { fitRidge } from '../../src/regression/ridge.js';
import type { Hyperparameters } from '../../src/regression/types.js';
import { gramOf, normalArray, normals, predictedFrom, syntheticProblem, unitMatrix } from './synthetic.js';

const HYPERPARAMETERS: readonly Hyperparameters[] = [
  { prior: 'isotropic', logAlpha: 1 },
  { prior: 'by-order', logAlpha: [3, 4, 5] },
  { prior: 'decay', a: [3, 4, 5], kappa: [0.5, 0.5, 0.5] },
];
const BETA = 2500;
/** Rows of a structure. */
const M = 9;

describe('leaving a block out in closed form', () => {
  it.each(HYPERPARAMETERS)('is the explicit refit without it, $prior', (hyperparameters) => {
    // 45 rows for 26 parameters: each block determines several of them alone.
    const problem = syntheticProblem(71, 5 * M);
    const { blocks, parameters: p } = problem;
    const refit = (x: Float64Array, y: Float64Array) =>
      fitRidge(gramOf(x, y, p), blocks, {
        prior: hyperparameters.prior,
        keep: true,
        start: { hyperparameters, beta: BETA },
      });
    const posterior = refit(problem.x, problem.y);
    let evidence = 0;
    for (let b = 0; b < 5; b++) {
      const isOwn = (row: number) => Math.floor(row / M) === b;
      const a = problem.x.filter((_, i) => isOwn(Math.floor(i / p)));
      const y = problem.y.filter((_, r) => isOwn(r));
      const other = refit(
        problem.x.filter((_, i) => !isOwn(Math.floor(i / p))),
        problem.y.filter((_, r) => !isOwn(r)),
      );
      const left = leaveOut(posterior, a, y);
      const predicted = predictedMean(other.parameters, a);
      const variances = predictiveVariance(other, a);
      for (let r = 0; r < M; r++) {
        expect(left.residuals[r]).toBeCloseTo(y[r] - predicted[r], 9);
        expect(left.variances[r] / (1 / BETA + variances[r])).toBeCloseTo(1, 9);
      }
      // p(y_b | the rest) = p(y) / p(the rest)
      expect(left.logDensity).toBeCloseTo(posterior.logEvidence! - other.logEvidence!, 7);
      evidence += left.logDensity;
    }
    expect(Number.isFinite(evidence)).toBe(true);
  });

  it('is the explicit refit at 1,600 parameters, with fewer rows than parameters and a structure that comes twice', () => {
    const [p, m] = [1600, 48];
    const normal = normals(75);
    const block = {
      order: 2,
      first: 0,
      count: p,
      nullSpace: unitMatrix(p),
      sizes: new Float64Array(p),
    };
    const structure = normalArray(m * p, normal);
    const x = Float64Array.from([...structure, ...normalArray(3 * m * p, normal), ...structure]);
    const truth = normalArray(p, normal);
    const y = predictedFrom(x, truth).map((value) => value + 0.02 * normal());
    const hyperparameters = { prior: 'isotropic', logAlpha: 0 } as const;
    const refit = (from: number) =>
      fitRidge(gramOf(x.slice(from * m * p), y.slice(from * m), p), [block], {
        prior: 'isotropic',
        keep: true,
        start: { hyperparameters, beta: BETA },
      });
    const left = leaveOut(refit(0), structure, y.slice(0, m));
    const other = refit(1);
    const predicted = predictedMean(other.parameters, structure);
    const variances = predictiveVariance(other, structure);
    for (let r = 0; r < m; r++) {
      expect(left.residuals[r]).toBeCloseTo(y[r] - predicted[r], 8);
      expect(left.variances[r] / (1 / BETA + variances[r])).toBeCloseTo(1, 8);
    }
  });

  it('a block of one row: the hat matrix of every textbook, r/(1 − h)', () => {
    const problem = syntheticProblem(72, 60);
    const p = problem.parameters;
    const posterior = fitRidge(problem.gram, problem.blocks, { prior: 'by-order' });
    const a = problem.x.slice(0, p);
    const y = problem.y.slice(0, 1);
    const h = posterior.beta * predictiveVariance(posterior, a)[0];
    const r = y[0] - predictedMean(posterior.parameters, a)[0];
    const left = leaveOut(posterior, a, y);
    expect(left.residuals[0]).toBeCloseTo(r / (1 - h), 12);
    expect(left.chiSquare).toBeCloseTo((posterior.beta * r * r) / (1 - h), 12);
  });

  it('the only structure left out leaves the prior, whose mean is zero', () => {
    const problem = syntheticProblem(74, M);
    for (const prior of ['isotropic', 'by-order', 'decay'] as const) {
      const posterior = fitRidge(problem.gram, problem.blocks, { prior });
      const left = leaveOut(posterior, problem.x, problem.y);
      left.residuals.forEach((r, i) => {
        // A block that determines everything alone: 1 − H has lost half of its digits.
        expect(r).toBeCloseTo(problem.y[i], 4);
      });
      // p(y) itself: nothing else is known.
      expect(left.logDensity).toBeCloseTo(posterior.logEvidence!, 4);
    }
  });

  it('a model that is right expects what it finds', () => {
    let [squares, chi, rows] = [0, 0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const problem = syntheticProblem(300 + seed, 20 * M);
      const p = problem.parameters;
      const posterior = fitRidge(problem.gram, problem.blocks, { prior: 'decay' });
      for (let b = 0; b < 20; b++) {
        const left = leaveOut(
          posterior,
          problem.x.slice(b * M * p, (b + 1) * M * p),
          problem.y.slice(b * M, (b + 1) * M),
        );
        left.residuals.forEach((r, i) => {
          squares += (r * r) / left.variances[i];
        });
        chi += left.chiSquare;
        rows += M;
      }
    }
    // 3,600 rows: a standard error of 2 %.
    expect(Math.abs(squares / rows - 1)).toBeLessThan(0.07);
    expect(Math.abs(chi / rows - 1)).toBeLessThan(0.07);
  });

  it('least squares have no such posterior', () => {
    const problem = syntheticProblem(73, 60);
    const posterior = fitRidge(problem.gram, problem.blocks, { prior: 'none' });
    expect(() => leaveOut(posterior, problem.x.slice(0, problem.parameters), problem.y.slice(0, 1))).toThrow(
      /prior/,
    );
  });
});
