import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { predictiveVariance } from '../../src/regression/posterior.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { deviation } from '../support/numbers.js';
import { pythonWith, runPython } from '../support/python.js';
import { gramOf, syntheticProblem } from './synthetic.js';

interface Theirs {
  readonly alpha: number;
  readonly lambda: number;
  readonly coefficients: readonly number[];
  /** diag(X Σ Xᵀ) of the first rows. */
  readonly variances: readonly number[];
  readonly evidence: number;
}

/** Flat priors on α and β, no intercept: the evidence approximation, as here. Theirs are `alpha_` = β and `lambda_` = α. */
const SCRIPT = `
import json, sys
import numpy as np
from sklearn.linear_model import BayesianRidge
x, y = (np.array(a) for a in json.load(open(sys.argv[1])))
x = x.reshape(len(y), -1)
fit = BayesianRidge(fit_intercept=False, alpha_1=0, alpha_2=0, lambda_1=0, lambda_2=0, tol=1e-12, max_iter=20000, compute_score=True).fit(x, y)
variances = np.einsum('rp,pq,rq->r', x[:9], fit.sigma_, x[:9])
print(json.dumps({'alpha': fit.alpha_, 'lambda': fit.lambda_, 'coefficients': fit.coef_.tolist(), 'variances': variances.tolist(), 'evidence': fit.scores_[-1]}))`;

const python = pythonWith('sklearn', 'numpy');
describe.skipIf(python === undefined)(
  'scikit-learn’s BayesianRidge (skipped without a python that has sklearn)',
  () => {
    it.each([400, 60])('finds the same α, β, mean, covariance and evidence, %i rows', async (rows) => {
      const { x, y, blocks, parameters } = syntheticProblem(81, rows);
      const theirs = await withFile([[...x], [...y]], (path) => runPython(python!, SCRIPT, path) as Theirs);
      const ours = fitRidge(gramOf(x, y, parameters), blocks, { prior: 'isotropic' });
      if (ours.hyperparameters.prior !== 'isotropic') throw new Error('another prior');
      expect(Math.exp(ours.hyperparameters.logAlpha) / theirs.lambda).toBeCloseTo(1, 4);
      expect(ours.beta / theirs.alpha).toBeCloseTo(1, 5);
      expect(deviation(ours.parameters, theirs.coefficients)).toBeLessThan(1e-5);
      const variances = predictiveVariance(ours, x.slice(0, 9 * parameters));
      expect(deviation(variances, theirs.variances)).toBeLessThan(1e-4);
      expect(ours.logEvidence).toBeCloseTo(theirs.evidence, 4);
    });
  },
);

async function withFile<T>(content: unknown, use: (path: string) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'anharmony-sklearn-'));
  try {
    const path = join(folder, 'problem.json');
    await writeFile(path, JSON.stringify(content));
    return use(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}
