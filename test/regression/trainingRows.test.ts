import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import type { DesignMatrix } from '../../src/regression/designMatrix.js';
import { calibration } from '../../src/regression/metrics.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { checkIdealForces, gramOfStructures, predictStructures } from '../../src/regression/trainingRows.js';
import { gramOf, normalArray, normals, predictedFrom, syntheticProblem } from './synthetic.js';

const ROWS = 6;

/** Rows that are linear and quadratic in u: enough to tell structures apart. */
function madeUpDesign(parameters: number): DesignMatrix {
  const weights = normalArray(ROWS * parameters, normals(77));
  return {
    rows: ROWS,
    parameters,
    bytes: 0,
    compute: (u, out) => {
      for (let k = 0; k < out.length; k++) {
        const x = u[Math.floor(k / parameters)];
        out[k] = weights[k] * x + u[k % ROWS] * x;
      }
    },
  };
}

function structuresFor(design: DesignMatrix, truth: Float64Array, ideal: Float64Array, count: number) {
  const normal = normals(78);
  return Array.from({ length: count }, () => {
    const displacements = normalArray(ROWS, normal);
    const a = new Float64Array(ROWS * design.parameters);
    design.compute(displacements, a);
    const forces = predictedFrom(a, truth).map((value, i) => value + ideal[i]);
    return { displacements, forces };
  });
}

describe('training rows', () => {
  const design = madeUpDesign(4);
  const truth = Float64Array.of(1, -2, 0.5, 3);
  const ideal = Float64Array.of(0.01, 0, -0.01, 0.02, 0, -0.02);
  const structures = structuresFor(design, truth, ideal, 8);
  const blocks = [{ ...syntheticProblem(1, 5).blocks[0], count: 4 }];

  it('take the forces of the ideal supercell off the labels, in training and in prediction', () => {
    const labelling = { design, idealForces: ideal };
    const posterior = fitRidge(gramOfStructures(labelling, structures), blocks, { prior: 'none' });
    posterior.parameters.forEach((value, j) => {
      expect(value).toBeCloseTo(truth[j], 8);
    });
    const { predicted, reference, variances } = predictStructures(labelling, posterior, structures);
    expect(variances).toBeUndefined();
    predicted.forEach((value, r) => {
      expect(value).toBeCloseTo(reference[r], 8);
    });
    const without = fitRidge(gramOfStructures({ design }, structures), blocks, { prior: 'none' });
    expect(Math.abs(without.parameters[0] - truth[0])).toBeGreaterThan(1e-5);
  });

  it('refuse numbers that are not finite, naming structure and atom', () => {
    const broken = structures.with(2, { ...structures[2], forces: structures[2].forces.with(4, Number.NaN) });
    expect(() => gramOfStructures({ design }, broken)).toThrow(InputError);
    expect(() => gramOfStructures({ design }, broken)).toThrow(/structure 3, atom 2/);
  });
});

describe('checkIdealForces', () => {
  const onSecondAtom = (force: number) => Float64Array.of(0, 0, 0, 0, -force, 0);

  it('says nothing up to 10, warns up to 50 meV/Å, and refuses above unless allowed', () => {
    expect(checkIdealForces(onSecondAtom(0.0099))).toBeUndefined();
    expect(checkIdealForces(onSecondAtom(0.03))).toMatch(/30.0 meV\/Å on atom 2/);
    expect(() => checkIdealForces(onSecondAtom(0.051))).toThrow(InputError);
    expect(checkIdealForces(onSecondAtom(0.051), true)).toMatch(/51.0/);
    expect(() => checkIdealForces(onSecondAtom(Number.NaN))).toThrow();
  });
});

describe('least squares with fewer rows than parameters', () => {
  it('goes through the data and claims no error bar', () => {
    const { x, y, parameters, blocks } = syntheticProblem(2, 6);
    const posterior = fitRidge(gramOf(x, y, parameters), blocks, { prior: 'none' });
    expect(posterior.effectiveParameters).toBe(6);
    expect(posterior.precisionFactor).toBeUndefined();
    expect(Number.isFinite(posterior.beta)).toBe(true);
    predictedFrom(x, posterior.parameters).forEach((value, r) => {
      expect(value).toBeCloseTo(y[r], 7);
    });
  });
});

describe('calibration', () => {
  it('counts errors in units of their standard deviation', () => {
    const variances = Float64Array.of(3, 8, 0, 15);
    const errors = Float64Array.of(1, -6, 0.5, 12);
    const { z, rms, within } = calibration(errors, new Float64Array(4), variances, 1);
    expect(Array.from(z)).toEqual([0.5, -2, 0.5, 3]);
    expect(rms).toBeCloseTo(Math.sqrt((0.25 + 4 + 0.25 + 9) / 4), 12);
    expect(within).toEqual([0.5, 0.5, 0.75]);
  });
});
