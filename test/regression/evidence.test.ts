import { describe, expect, it } from 'vitest';
import { choleskyInPlace, logDeterminant } from '../../src/numerics/dense/cholesky.js';
import { solveCholesky } from '../../src/numerics/dense/triangular.js';
import { evidenceAt, slopeAt } from '../../src/regression/evidence.js';
import { createPrior } from '../../src/regression/priors/index.js';
import { curvedSlopeAt } from '../../src/regression/secondDerivatives.js';
import { decayMatrix, product, type SyntheticProblem, syntheticProblem, transposed } from './synthetic.js';

const PRIORS = ['isotropic', 'by-order', 'decay'] as const;
const THETA = {
  isotropic: [0.7],
  'by-order': [-0.5, 1.2, 2],
  decay: [-0.5, 0.4, 1.2, 0.7, 2, 0.2],
} as const;

/** Λ written out from its definition. */
function priorMatrix(
  { blocks, parameters: p }: SyntheticProblem,
  name: (typeof PRIORS)[number],
): Float64Array {
  const out = new Float64Array(p * p);
  blocks.forEach((block, n) => {
    const [a, kappa] = {
      isotropic: [THETA.isotropic[0], 0],
      'by-order': [THETA['by-order'][n], 0],
      decay: [THETA.decay[2 * n], THETA.decay[2 * n + 1]],
    }[name];
    const part = decayMatrix(block, a, kappa);
    for (let i = 0; i < block.count; i++) {
      for (let j = 0; j < block.count; j++)
        out[(block.first + i) * p + block.first + j] = part[i * block.count + j];
    }
  });
  return out;
}

/** ln N(y; 0, β⁻¹ 1 + X Λ⁻¹ Xᵀ): the definition of the evidence, N_y × N_y. */
function directLogEvidence(problem: SyntheticProblem, lambda: Float64Array, beta: number): number {
  const { x, y, parameters: p } = problem;
  const n = y.length;
  const factor = lambda.slice();
  choleskyInPlace(factor, p);
  const solved = x.slice();
  for (let r = 0; r < n; r++) solveCholesky(factor, p, solved.subarray(r * p, (r + 1) * p));
  const v = product(solved, transposed(x, n, p), n, p, n);
  for (let r = 0; r < n; r++) v[r * n + r] += 1 / beta;
  choleskyInPlace(v, n);
  const z = y.slice();
  solveCholesky(v, n, z);
  const quadratic = z.reduce((sum, value, r) => sum + value * y[r], 0);
  return -0.5 * (n * Math.log(2 * Math.PI) + logDeterminant(v, n) + quadratic);
}

describe.each(PRIORS)('evidence of %s', (name) => {
  const logBeta = 5;
  const theta = Float64Array.from(THETA[name]);

  it.each([9, 60])('is the Gaussian density of y, with %i rows for 28 parameters', (rows) => {
    const problem = syntheticProblem(3, rows);
    const prior = createPrior(name, problem.blocks);
    const point = evidenceAt(problem.gram, prior, theta, logBeta);
    const direct = directLogEvidence(problem, priorMatrix(problem, name), Math.exp(logBeta));
    expect(point.logEvidence).toBeCloseTo(direct, 7);
  });

  it('has the gradient of finite differences', () => {
    const problem = syntheticProblem(4, 50);
    const prior = createPrior(name, problem.blocks);
    const at = (x: readonly number[]) =>
      evidenceAt(problem.gram, prior, Float64Array.from(x.slice(0, -1)), x[x.length - 1]);
    const x = [...theta, logBeta];
    const { gradient } = slopeAt(problem.gram, at(x));
    const h = 1e-4;
    x.forEach((_, i) => {
      const shifted = (d: number) => at(x.map((value, j) => (i === j ? value + d : value))).logEvidence;
      const numeric = (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * h);
      expect(Math.abs(gradient[i] - numeric)).toBeLessThan(1e-6 * (1 + Math.abs(numeric)));
    });
  });

  it('has the second derivatives of finite differences of its gradient', () => {
    const problem = syntheticProblem(6, 50);
    const prior = createPrior(name, problem.blocks);
    const x = [...theta, logBeta];
    const at = (y: readonly number[]) =>
      evidenceAt(problem.gram, prior, Float64Array.from(y.slice(0, -1)), y[y.length - 1]);
    const plain = slopeAt(problem.gram, at(x));
    const curved = curvedSlopeAt(problem.gram, at(x));
    const near = (a: ArrayLike<number>, b: ArrayLike<number>, within: number) => {
      for (let i = 0; i < a.length; i++)
        expect(Math.abs(a[i] - b[i])).toBeLessThan(within * (1 + Math.abs(b[i])));
    };
    near(curved.gradient, plain.gradient, 1e-10);
    near(curved.information, plain.information, 1e-10);
    near(curved.traces, plain.traces, 1e-10);
    expect(curved.effectiveParameters).toBeCloseTo(plain.effectiveParameters, 8);
    const h = 1e-4;
    x.forEach((_, i) => {
      const shifted = (d: number) =>
        slopeAt(problem.gram, at(x.map((value, j) => (i === j ? value + d : value)))).gradient;
      const [far, up, down, back] = [shifted(2 * h), shifted(h), shifted(-h), shifted(-2 * h)];
      const numeric = up.map((value, j) => (8 * (value - down[j]) - (far[j] - back[j])) / (12 * h));
      near(curved.hessian.subarray(i * x.length, (i + 1) * x.length), numeric, 1e-6);
    });
  });

  it('has the average information of its definition', () => {
    const problem = syntheticProblem(5, 40);
    const { x, y, parameters: p, gram } = problem;
    const n = y.length;
    const beta = Math.exp(logBeta);
    const prior = createPrior(name, problem.blocks);
    const point = evidenceAt(gram, prior, theta, logBeta);
    const { information } = slopeAt(gram, point);
    const factor = priorMatrix(problem, name);
    choleskyInPlace(factor, p);
    const apply = (m: Float64Array): Float64Array => {
      const z = m.slice();
      solveCholesky(factor, p, z);
      return product(x, z, n, p, 1);
    };
    // X Λ⁻¹ W D_i ψ̄ = X W⁻ᵀ D_i ψ̄
    const unwhiten = (d: Float64Array) => product(x, point.precision.unwhitened(d), n, p, 1);
    const v = new Float64Array(n * n);
    for (let r = 0; r < n; r++) v.set(apply(x.subarray(r * p, (r + 1) * p)), r * n);
    for (let r = 0; r < n; r++) v[r * n + r] += 1 / beta;
    choleskyInPlace(v, n);
    // ∂V/∂θ_i V⁻¹y = −XΛ⁻¹ (∂Λ/∂θ_i) m̄ and −(y − Xm̄)
    const work = point.precision
      .derivativesTimes(point.whitenedMean)
      .map((d) => unwhiten(d).map((value) => -value));
    const fitted = product(x, point.mean, n, p, 1);
    work.push(y.map((value, r) => -(value - fitted[r])));
    work.forEach((left, i) => {
      const solved = left.slice();
      solveCholesky(v, n, solved);
      work.forEach((right, j) => {
        const expected = 0.5 * solved.reduce((sum, value, r) => sum + value * right[r], 0);
        const got = information[i * work.length + j];
        expect(Math.abs(got - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
      });
    });
  });
});
