import { beforeAll, describe, expect, it } from 'vitest';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { bayesianError, rootMeanSquareError } from '../../src/regression/metrics.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures, predictStructures } from '../../src/regression/trainingRows.js';
import { cubicSnapshots, hasRealData } from './realData.js';

if (!hasRealData)
  console.warn('SKIPPED: fits of real DFT data need ../shared/data (si64-pbesol.xyz, nacl64.xyz)');

const CRYSTALS = {
  // ALAMODE's silicon example with VASP PBEsol forces; phono3py's NaCl example.
  si: () => cubicSnapshots('si64-pbesol.xyz', ['Si', 'Si'], 0.25),
  nacl: () => cubicSnapshots('nacl64.xyz', ['Na', 'Cl'], 0.5),
};

function prepare(name: keyof typeof CRYSTALS, cutoffs: Cutoffs) {
  const { supercell, structures } = CRYSTALS[name]();
  const space = buildClusterSpace(supercell.primitive, cutoffs);
  return {
    structures,
    blocks: parameterBlocks(space),
    labelling: { design: createDesignMatrix(space, supercell) },
  };
}

describe.skipIf(!hasRealData)('least squares on DFT forces (independent fitter, all 100 snapshots)', () => {
  it.each([
    ['si', { 2: 5.4, 3: 4 }, 37, 4.19494e-2],
    ['si', { 2: 5.4, 3: 4, 4: 2.5 }, 41, 3.77215e-2],
    ['si', { 2: 5.4, 3: 4, 4: 4 }, 127, 3.75739e-2],
    ['nacl', { 2: 5 }, 10, 6.02173e-3],
    ['nacl', { 2: 5, 3: 4.2 }, 46, 5.64188e-3],
  ] as const)('%s to %o: %i parameters', (name, cutoffs, parameters, rmse) => {
    const { structures, blocks, labelling } = prepare(name, cutoffs);
    const posterior = fitRidge(gramOfStructures(labelling, structures), blocks, { prior: 'none' });
    const { predicted, reference } = predictStructures(labelling, posterior, structures);
    expect(posterior.effectiveParameters).toBe(parameters);
    // Six digits are given: half a unit of the sixth, and rounding of that.
    expect(Math.abs(rootMeanSquareError(predicted, reference) / rmse - 1)).toBeLessThan(1.5e-6);
  });
});

describe.skipIf(!hasRealData)(
  'Bayesian ridge on si64-pbesol, tested on the last 40 snapshots (independent fitter)',
  () => {
    let silicon: ReturnType<typeof prepare>;
    beforeAll(() => {
      silicon = prepare('si', { 2: 5.4, 3: 4, 4: 4 });
    });

    function fitFirst(count: number, prior: 'isotropic' | 'by-order' | 'decay') {
      const { structures, blocks, labelling } = silicon;
      const posterior = fitRidge(gramOfStructures(labelling, structures.slice(0, count)), blocks, { prior });
      const test = predictStructures(labelling, posterior, structures.slice(60));
      return {
        posterior,
        rmse: 1e3 * rootMeanSquareError(test.predicted, test.reference),
        fittingError: 1e3 / Math.sqrt(posterior.beta),
        bayesianError: 1e3 * bayesianError(test.variances!),
      };
    }

    it.each([
      [2, 'isotropic', 44.83, 40.85, 19.41, 524.3],
      [10, 'isotropic', 40.53, 37.78, 10.12, 3285.6],
      [10, 'by-order', 40.28, 37.41, 10.29, 3297.8],
      [40, 'isotropic', 38.53, 37.29, 5.07, 13935.8],
    ] as const)('%i snapshots, %s', (count, prior, rmse, fittingError, error, logEvidence) => {
      const fit = fitFirst(count, prior);
      expect(fit.rmse).toBeCloseTo(rmse, 2);
      expect(fit.fittingError).toBeCloseTo(fittingError, 2);
      expect(fit.bayesianError).toBeCloseTo(error, 2);
      expect(fit.posterior.logEvidence).toBeCloseTo(logEvidence, 1);
    });

    it('10 snapshots, decay: at least the evidence of a search that was stopped early', () => {
      const fit = fitFirst(10, 'decay');
      expect(fit.posterior.logEvidence!).toBeGreaterThanOrEqual(3477.7);
      expect(fit.rmse).toBeLessThanOrEqual(39.2);
    });
  },
);
