import { describe, expect, it } from 'vitest';
import { createNormals } from '../../src/numerics/random/normals.js';
import type { SparseMatrix } from '../../src/numerics/sparse.js';
import { addRows, emptyGram } from '../../src/regression/gram.js';
import type { Gram, ParameterBlock } from '../../src/regression/types.js';
import { learningCurve, rmseOn } from '../../src/study/fits.js';

const P = 4;
const ROWS = 30;
const NOISE = 0.05;
const truth = Float64Array.of(1, -2, 0.5, 3);
const normals = createNormals(7);

/** Rows with known parameters and known noise; `structure` numbers the draw. */
function gramOf(structure: number, noise: number): Gram {
  const draw = new Float64Array(ROWS * (P + 1));
  normals.fill(3, structure, 0, draw);
  const a = draw.slice(0, ROWS * P);
  const y = new Float64Array(ROWS);
  for (let r = 0; r < ROWS; r++) {
    y[r] = noise * draw[ROWS * P + r];
    for (let j = 0; j < P; j++) y[r] += a[r * P + j] * truth[j];
  }
  const gram = emptyGram(P);
  addRows(gram, a, y);
  return gram;
}

const identity: SparseMatrix = {
  rows: P,
  columns: P,
  columnStart: Int32Array.of(0, 1, 2, 3, 4),
  rowIndex: Int32Array.of(0, 1, 2, 3),
  values: Float64Array.of(1, 1, 1, 1),
};

describe('learning curves', () => {
  const blocks: ParameterBlock[] = [
    { order: 2, first: 0, count: P, nullSpace: identity, sizes: new Float64Array(P) },
  ];
  const structures = Array.from({ length: 8 }, (_, k) => gramOf(k, NOISE));
  const test = gramOf(100, NOISE);
  const curve = learningCurve(structures, blocks, test, { prior: 'isotropic', labelNoise: 1e-4 });

  it('finds the noise of the labels, on the training and on the test rows', () => {
    expect(curve.map((p) => p.structures)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const last = curve[curve.length - 1];
    // 240 rows: the relative error of a standard deviation is 1/sqrt(480).
    expect(Math.abs(last.fittingError / NOISE - 1)).toBeLessThan(0.15);
    expect(last.rmse / rmseOn(test, truth)).toBeLessThan(1.1);
  });

  it('gives the RMSE of the truth as the noise alone', () => {
    expect(rmseOn(gramOf(5, 0), truth)).toBeLessThan(1e-6);
  });
});
