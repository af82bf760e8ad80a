import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { type BayesianError, createBayesianError } from '../../src/uncertainty/bayesianError.js';
import { silicon } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { numbers } from '../support/numbers.js';
import { plainSupercell } from '../support/plainSupercell.js';

/** Threads run compiled code only. */
const helperEntry = new URL('../../dist/src/uncertainty/errorHelper.js', import.meta.url);

describe.skipIf(!existsSync(helperEntry))(
  'the Bayesian error on several threads (needs the built program)',
  () => {
    const space = buildClusterSpace(exhaustiveSymmetry(silicon), { 2: 8, 3: 6, 4: 4 });
    const supercell = plainSupercell(space.primitive, [5, 0, 0, 0, 5, 0, 0, 0, 5]);
    const p = space.parameters;
    const factor = numbers(p * p, 0.3 / Math.sqrt(p), 5).map((x, e) => {
      const [i, j] = [Math.floor(e / p), e % p];
      return i === j ? 1 + (i % 5) : i > j ? x : 0;
    });
    const errors = [1, 2, 4].map((threads): BayesianError => {
      const error = createBayesianError(space, supercell, { threads, helperEntry });
      error.setPrecision(factor, 1e4);
      return error;
    });
    afterAll(() => {
      for (const error of errors) error.close();
    });

    it('are used where the work is worth it', () => {
      expect(errors.map((error) => error.threads)).toEqual([1, 2, 4]);
      const small = buildClusterSpace(space.primitive, { 2: 4 });
      expect(createBayesianError(small, supercell, { threads: 4, helperEntry }).threads).toBe(1);
    });

    it('have the same bits on 1, 2 and 4 of them, call after call', () => {
      for (let seed = 0; seed < 40; seed++) {
        const u = numbers(errors[0].rows, 0.06, 100 + seed);
        const [one, two, four] = errors.map((error) => ({ ...error.evaluate(u) }));
        expect(two).toEqual(one);
        expect(four).toEqual(one);
        expect(errors[1].variances).toEqual(errors[0].variances);
        expect(errors[2].variances).toEqual(errors[0].variances);
      }
    });

    it('know what a structure without a label will do', () => {
      const u = numbers(errors[0].rows, 0.06, 7);
      for (const error of errors) error.addStructure(u);
      const [one, two] = errors.map((error) => ({ ...error.evaluate(u) }));
      expect(two).toEqual(one);
    });
  },
);
