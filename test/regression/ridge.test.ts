import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { fixedPoint } from '../../src/regression/fixedPoint.js';
import { addRows, emptyGram, sumGrams } from '../../src/regression/gram.js';
import { bayesianError, calibration } from '../../src/regression/metrics.js';
import { maximiseByNewton } from '../../src/regression/newton.js';
import { posteriorSample, predictedMean, predictiveVariance } from '../../src/regression/posterior.js';
import { createPrior } from '../../src/regression/priors/index.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { maximiseEvidence } from '../../src/regression/search.js';
import type { Gram, Hyperparameters, Posterior } from '../../src/regression/types.js';
import {
  decayMatrix,
  gramOf,
  normalArray,
  normals,
  product,
  rotated,
  type SyntheticProblem,
  syntheticProblem,
  transposed,
} from './synthetic.js';

const PRIORS = ['isotropic', 'by-order', 'decay'] as const;
const MAX_LOG_BETA = -2 * Math.log(1e-4);

function numbersOf(h: Hyperparameters): readonly number[] {
  switch (h.prior) {
    case 'isotropic':
      return [h.logAlpha];
    case 'by-order':
      return h.logAlpha;
    case 'decay':
      return [...h.a, ...h.kappa];
    case 'none':
      return [];
  }
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++)
    expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance * (1 + Math.abs(b[i])));
}

const posteriorFor = (
  problem: ReturnType<typeof syntheticProblem>,
  prior: (typeof PRIORS)[number],
): Posterior => fitRidge(problem.gram, problem.blocks, { prior });

describe.each(PRIORS)('prior %s', (prior) => {
  it('does not depend on the basis of φ′', () => {
    const problem = syntheticProblem(11, 80);
    const other = rotated(problem, 99);
    const [a, b] = [posteriorFor(problem, prior), posteriorFor(other, prior)];
    expectClose(numbersOf(a.hyperparameters), numbersOf(b.hyperparameters), 1e-5);
    expect(a.beta / b.beta).toBeCloseTo(1, 6);
    expect(a.logEvidence).toBeCloseTo(b.logEvidence!, 5);
    const p = problem.parameters;
    expectClose(product(other.rotations, b.parameters, p, p, 1), a.parameters, 1e-6);
    expectClose(predictiveVariance(a, problem.x), predictiveVariance(b, other.x), 1e-6);
  });

  it('ends where the evidence is stationary: no neighbour is better', () => {
    const problem = syntheticProblem(12, 90);
    const best = posteriorFor(problem, prior);
    const keep = (hyperparameters: Hyperparameters, beta: number) =>
      fitRidge(problem.gram, problem.blocks, { prior, keep: true, start: { hyperparameters, beta } });
    const same = keep(best.hyperparameters, best.beta);
    expect(same.logEvidence).toBeCloseTo(best.logEvidence!, 8);
    expectClose(same.parameters, best.parameters, 1e-9);
    for (const d of [-0.02, 0.02]) {
      expect(keep(best.hyperparameters, best.beta * (1 + d)).logEvidence!).toBeLessThan(best.logEvidence!);
    }
  });

  it('lowers ε_B as structures are added at fixed hyperparameters', () => {
    const problem = syntheticProblem(13, 30);
    const first = posteriorFor(problem, prior);
    const probe = normalArray(20 * problem.parameters, normals(5));
    let gram = problem.gram;
    let last = bayesianError(predictiveVariance(first, probe));
    for (let k = 0; k < 5; k++) {
      const more = syntheticProblem(100 + k, 10);
      gram = sumGrams([gram, gramOf(more.x, more.y, more.parameters)]);
      const next = fitRidge(gram, problem.blocks, {
        prior,
        keep: true,
        start: { hyperparameters: first.hyperparameters, beta: first.beta },
      });
      const error = bayesianError(predictiveVariance(next, probe));
      expect(error).toBeLessThan(last);
      last = error;
    }
  });

  it.each([3, 8])('is sound with %i rows for 28 parameters, and with every row twice', (rows) => {
    const problem = syntheticProblem(14, rows);
    const one = posteriorFor(problem, prior);
    const twice = fitRidge(sumGrams([problem.gram, problem.gram]), problem.blocks, { prior });
    for (const posterior of [one, twice]) {
      expect(posterior.parameters.every(Number.isFinite)).toBe(true);
      expect(Number.isFinite(posterior.logEvidence)).toBe(true);
      expect(1 / Math.sqrt(posterior.beta)).toBeGreaterThanOrEqual(1e-4 * (1 - 1e-12));
      expect(posterior.effectiveParameters).toBeLessThanOrEqual(rows + 1e-6);
    }
  });

  it('counts labels of nothing but zeros as determined by nothing', () => {
    const problem = syntheticProblem(15, 40);
    const y = new Float64Array(40);
    const posterior = fitRidge(gramOf(problem.x, y, problem.parameters), problem.blocks, { prior });
    expect(Math.max(...posterior.parameters.map(Math.abs))).toBe(0);
    expect(posterior.notDetermined).toEqual([2, 3, 4]);
  });
});

describe('hyperparameters', () => {
  it('fixed-point updates and the quasi-Newton search end at the same maximum', () => {
    const problem = syntheticProblem(21, 120);
    for (const name of ['isotropic', 'by-order'] as const) {
      const prior = createPrior(name, problem.blocks);
      const start = { theta: prior.guess(problem.gram), logBeta: 3 };
      const slow = fixedPoint(problem.gram, prior, start, MAX_LOG_BETA);
      const fast = maximiseEvidence(problem.gram, prior, start, MAX_LOG_BETA);
      expect([slow.converged, fast.converged]).toEqual([true, true]);
      expectClose(fast.point.theta, slow.point.theta, 1e-5);
      expect(fast.point.logBeta).toBeCloseTo(slow.point.logBeta, 5);
      expect(fast.evaluations).toBeLessThan(20);
    }
  });

  it.each([
    ['by-order', 120],
    ['decay', 120],
    ['decay', 12],
  ] as const)('Newton steps end at the maximum of %s where secants do, %i rows', (name, rows) => {
    const problem = syntheticProblem(28, rows);
    const prior = createPrior(name, problem.blocks);
    const start = { theta: prior.guess(problem.gram), logBeta: 3 };
    const secants = maximiseEvidence(problem.gram, prior, start, MAX_LOG_BETA);
    const ended = maximiseByNewton(problem.gram, prior, start, MAX_LOG_BETA);
    const newton = maximiseByNewton(problem.gram, prior, start, MAX_LOG_BETA, { tolerance: 1e-9 });
    // By itself it ends at a millionth of the log evidence.
    const gain = newton.point.logEvidence - ended.point.logEvidence;
    expect(gain).toBeLessThan(2e-6 * Math.abs(newton.point.logEvidence));
    expect(ended.evaluations).toBeLessThanOrEqual(newton.evaluations);
    expect([secants.converged, newton.converged]).toEqual([true, true]);
    // What next to nothing is known of is left where it gains next to nothing.
    expect(newton.point.logEvidence).toBeGreaterThan(secants.point.logEvidence - 0.05);
    expect(newton.evaluations).toBeLessThan(25);
    if (rows < 28) return; // Not all hyperparameters are determined.
    expect(newton.point.logEvidence).toBeGreaterThan(secants.point.logEvidence - 1e-5);
    expectClose(newton.point.theta, secants.point.theta, 1e-3);
    expect(newton.point.logBeta).toBeCloseTo(secants.point.logBeta, 4);
  });

  it('decay with κ = 0 is by-order, at the same evidence', () => {
    const problem = syntheticProblem(22, 70);
    const byOrder = posteriorFor(problem, 'by-order');
    const a = numbersOf(byOrder.hyperparameters);
    const start = {
      hyperparameters: { prior: 'decay', a, kappa: a.map(() => 0) } as const,
      beta: byOrder.beta,
    };
    const decay = fitRidge(problem.gram, problem.blocks, { prior: 'decay', keep: true, start });
    expect(decay.logEvidence).toBeCloseTo(byOrder.logEvidence!, 6);
    expectClose(decay.parameters, byOrder.parameters, 1e-8);
  });

  it('decay never ends below by-order, nor below the hyperparameters it is given', () => {
    const problem = syntheticProblem(23, 40);
    const byOrder = posteriorFor(problem, 'by-order');
    const cold = posteriorFor(problem, 'decay');
    expect(cold.logEvidence!).toBeGreaterThanOrEqual(byOrder.logEvidence! - 1e-6);
    const hyperparameters = { prior: 'decay', a: [-1, 0, 1], kappa: [0.5, 0.5, 0.5] } as const;
    const options = { prior: 'decay', start: { hyperparameters, beta: 2500 } } as const;
    const kept = fitRidge(problem.gram, problem.blocks, { ...options, keep: true });
    const warm = fitRidge(problem.gram, problem.blocks, options);
    expect(warm.logEvidence!).toBeGreaterThanOrEqual(Math.max(kept.logEvidence!, cold.logEvidence!) - 1e-6);
  });

  it('decay learns the truth that made the data', () => {
    const problem = syntheticProblem(24, 2000);
    const { hyperparameters, beta } = posteriorFor(problem, 'decay');
    expect(1 / Math.sqrt(beta)).toBeGreaterThan(0.019);
    expect(1 / Math.sqrt(beta)).toBeLessThan(0.021);
    const [, , , k2, k3, k4] = numbersOf(hyperparameters);
    for (const kappa of [k2, k3, k4]) {
      expect(kappa).toBeGreaterThan(0.1);
      expect(kappa).toBeLessThan(0.9);
    }
  });

  it.each([1e-5, 1e-6, 1e-12])('other units (%d between orders 2 and 4) change nothing but units', (unit) => {
    const problem = syntheticProblem(25, 60);
    const scale = [1, Math.sqrt(unit), unit];
    const p = problem.parameters;
    const ofColumn = new Float64Array(p);
    problem.blocks.forEach((block, n) => {
      ofColumn.fill(scale[n], block.first, block.first + block.count);
    });
    const x = problem.x.map((value, k) => value * ofColumn[k % p]);
    const gram = gramOf(x, problem.y, p);
    const plain = fitRidge(problem.gram, problem.blocks, { prior: 'none' });
    const scaled = fitRidge(gram, problem.blocks, { prior: 'none' });
    expectClose(
      scaled.parameters.map((value, j) => value * ofColumn[j]),
      plain.parameters,
      1e-8,
    );
    if (unit < 1e-6) return; // ln α would leave its bounds
    // The sums have condition numbers of 1e12 and more between orders.
    const fixed = { prior: 'by-order', logAlpha: [2, 3, 4] } as const;
    const inUnits = { ...fixed, logAlpha: fixed.logAlpha.map((v, n) => v + 2 * Math.log(scale[n])) };
    const [one, other] = [
      [problem.gram, fixed],
      [gram, inUnits],
    ].map(([sums, hyperparameters]) =>
      fitRidge(sums as Gram, problem.blocks, {
        prior: 'by-order',
        keep: true,
        start: { hyperparameters: hyperparameters as Hyperparameters, beta: 2500 },
      }),
    );
    expectClose(
      other.parameters.map((value, j) => value * ofColumn[j]),
      one.parameters,
      1e-8,
    );
    expectClose(predictiveVariance(other, x), predictiveVariance(one, problem.x), 1e-8);
    expect(other.effectiveParameters).toBeCloseTo(one.effectiveParameters, 6);
    for (const prior of ['by-order', 'decay'] as const) {
      const a = posteriorFor(problem, prior);
      const b = fitRidge(gram, problem.blocks, { prior });
      const shift = numbersOf(b.hyperparameters).map((value, i) => value - 2 * Math.log(scale[i] ?? 1));
      expectClose(shift, numbersOf(a.hyperparameters), 1e-5);
      expect(b.beta / a.beta).toBeCloseTo(1, 5);
      expectClose(
        b.parameters.map((value, j) => value * ofColumn[j]),
        a.parameters,
        1e-6,
      );
    }
  });

  it('an order that the data do not touch is reported, one without parameters is not', () => {
    const problem = syntheticProblem(26, 60);
    const p = problem.parameters;
    const { first } = problem.blocks[2];
    const x = problem.x.map((value, k) => (k % p >= first ? 0 : value));
    const y = predictedMean(problem.truth, x).map((value, i) => value + 0.02 * Math.sin(1e3 * i));
    const empty = { ...problem.blocks[0], order: 5, first: p, count: 0, sizes: new Float64Array(0) };
    const nothing = {
      rows: 0,
      columns: 0,
      columnStart: new Int32Array(1),
      rowIndex: new Int32Array(0),
      values: new Float64Array(0),
    };
    const blocks = [...problem.blocks, { ...empty, nullSpace: nothing }];
    const posterior = fitRidge(gramOf(x, y, p), blocks, { prior: 'by-order' });
    expect(posterior.notDetermined).not.toContain(5);
    expect(posterior.parameters.subarray(first).every((value) => value === 0)).toBe(true);
    for (const prior of ['isotropic', 'decay'] as const) {
      expect(fitRidge(gramOf(x, y, p), blocks, { prior }).notDetermined).not.toContain(5);
    }
  });

  it('the fitting error stays above the label noise', () => {
    const problem = syntheticProblem(27, 100, 0);
    const posterior = fitRidge(problem.gram, problem.blocks, { prior: 'by-order', labelNoise: 1e-3 });
    expect(1 / Math.sqrt(posterior.beta)).toBeCloseTo(1e-3, 12);
  });
});

describe('posterior', () => {
  /** Calibration of noise-free predictions over many made-up truths, at rows like those of training. */
  function coverage(fitOf: (problem: SyntheticProblem) => Posterior): {
    rms: number;
    one: number;
    two: number;
  } {
    let [n, squares, one, two] = [0, 0, 0, 0];
    for (let seed = 0; seed < 60; seed++) {
      const problem = syntheticProblem(1000 + seed, 60);
      const posterior = fitOf(problem);
      const probe = syntheticProblem(5000 + seed, 25).x;
      const truth = predictedMean(problem.truth, probe);
      const predicted = predictedMean(posterior.parameters, probe);
      const z = calibration(predicted, truth, predictiveVariance(posterior, probe), Number.POSITIVE_INFINITY);
      n += truth.length;
      squares += z.rms * z.rms * truth.length;
      one += z.within[0] * truth.length;
      two += z.within[1] * truth.length;
    }
    return { rms: Math.sqrt(squares / n), one: one / n, two: two / n };
  }

  it('covers the truth at its nominal rate when its hyperparameters are those of the truth', () => {
    const hyperparameters = {
      prior: 'decay',
      a: [0, 1, 2].map((k) => Math.log(0.2) + k),
      kappa: [0.5, 0.5, 0.5],
    } as const;
    const start = { hyperparameters, beta: 2500 };
    const { rms, one, two } = coverage(({ gram, blocks }) =>
      fitRidge(gram, blocks, { prior: 'decay', keep: true, start }),
    );
    // 60 fits of about 20 independent numbers each: a standard error of 2 %.
    expect(rms).toBeGreaterThan(0.94);
    expect(rms).toBeLessThan(1.06);
    expect(Math.abs(one - 0.683)).toBeLessThan(0.04);
    expect(Math.abs(two - 0.954)).toBeLessThan(0.02);
  });

  it('covers it nearly so with hyperparameters learned from 60 rows', () => {
    const { rms, one, two } = coverage((problem) => posteriorFor(problem, 'decay'));
    expect(rms).toBeLessThan(1.2);
    expect(one).toBeGreaterThan(0.6);
    expect(two).toBeGreaterThan(0.9);
  });

  it('has samples whose mean and variance are its own', () => {
    const problem = syntheticProblem(31, 60);
    const posterior = posteriorFor(problem, 'by-order');
    const p = problem.parameters;
    const probe = normalArray(3 * p, normals(6));
    const normal = normals(7);
    const mean = predictedMean(posterior.parameters, probe);
    const variance = predictiveVariance(posterior, probe);
    const count = 4000;
    const sums = new Float64Array(3);
    for (let s = 0; s < count; s++) {
      const sample = predictedMean(posteriorSample(posterior, normalArray(p, normal)), probe);
      sample.forEach((value, r) => {
        sums[r] += (value - mean[r]) * (value - mean[r]);
      });
    }
    sums.forEach((sum, r) => {
      expect(sum / count / variance[r]).toBeGreaterThan(0.9);
      expect(sum / count / variance[r]).toBeLessThan(1.1);
    });
  });
});

describe('precisionFactor', () => {
  it.each([...PRIORS, 'steep decay'] as const)('of %s is the Cholesky factor of Λ + β XᵀX', (name) => {
    const { gram, blocks, parameters: p } = syntheticProblem(33, 50);
    const beta = 2500;
    const kappa = name === 'steep decay' ? 2 : 0.4;
    const hyperparameters: Hyperparameters =
      name === 'isotropic'
        ? { prior: name, logAlpha: 1 }
        : name === 'by-order'
          ? { prior: name, logAlpha: [0, 1, 2] }
          : { prior: 'decay', a: [0, 1, 2], kappa: [kappa, kappa, kappa] };
    const start = { hyperparameters, beta };
    const factor = fitRidge(gram, blocks, { prior: hyperparameters.prior, keep: true, start })
      .precisionFactor!;
    const expected = gram.xtx.map((value) => beta * value);
    blocks.forEach((block, n) => {
      const [a, k] = { isotropic: [1, 0], 'by-order': [n, 0], decay: [n, kappa], 'steep decay': [n, kappa] }[
        name
      ];
      const own = decayMatrix(block, a, k);
      for (let i = 0; i < block.count; i++) {
        for (let j = 0; j < block.count; j++)
          expected[(block.first + i) * p + block.first + j] += own[i * block.count + j];
      }
    });
    const got = product(factor, transposed(factor, p, p), p, p, p);
    got.forEach((value, k) => {
      const scale = Math.sqrt(expected[Math.floor(k / p) * (p + 1)] * expected[(k % p) * (p + 1)]);
      expect(Math.abs(value - expected[k])).toBeLessThan(1e-11 * scale);
    });
    for (let i = 0; i < p; i++) for (let j = i + 1; j < p; j++) expect(factor[i * p + j]).toBe(0);
  });
});

describe('bad input', () => {
  it('is refused', () => {
    const problem = syntheticProblem(41, 10);
    const { parameters: p, blocks } = problem;
    expect(() => fitRidge(emptyGram(p), blocks, { prior: 'none' })).toThrow(InputError);
    expect(() => fitRidge(problem.gram, blocks, { prior: 'decay', labelNoise: 0 })).toThrow(InputError);
    expect(() => fitRidge(problem.gram, blocks.slice(1), { prior: 'decay' })).toThrow(/parameters/);
    expect(() => fitRidge(problem.gram, blocks, { prior: 'decay', keep: true })).toThrow(/keep/);
    const gram = emptyGram(p);
    expect(() => addRows(gram, problem.x, problem.y.with(3, Number.NaN))).toThrow(InputError);
    expect(gram.rows).toBe(0);
  });
});
