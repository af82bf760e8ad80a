import { it } from 'vitest';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { addRows, emptyGram } from '../../src/regression/gram.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { tinSelenide } from '../expansion/crystals.js';
import { exhaustiveSymmetry } from '../expansion/exhaustiveSymmetry.js';
import { plainSupercell } from '../support/plainSupercell.js';
import { normalArray, normals } from './synthetic.js';

it('x', () => {
  const prim = exhaustiveSymmetry(tinSelenide);
  const space = buildClusterSpace(prim, { 2: 11.2, 3: 4.5, 4: 4.5, 5: 3.4, 6: 3.4 });
  const blocks = parameterBlocks(space);
  const P = space.parameters;
  const sc = plainSupercell(prim, [2, 0, 0, 0, 6, 0, 0, 0, 6]);
  let t = performance.now();
  const dm = createDesignMatrix(space, sc);
  console.log('dm', performance.now() - t);
  const n = normals(2);
  const truth = new Float64Array(P);
  blocks.forEach((b) => {
    for (let j = 0; j < b.count; j++)
      truth[b.first + j] = n() * Math.exp(-0.5 * (j % 6)) * [0, 0, 1, 3, 10, 30, 100][b.order];
  });
  const gram = emptyGram(P);
  const A = new Float64Array(dm.rows * P);
  for (let s = 0; s < 6; s++) {
    const u = normalArray(dm.rows, n).map((v) => v * 0.12);
    t = performance.now();
    dm.compute(u, A);
    const t1 = performance.now() - t;
    const y = new Float64Array(dm.rows);
    for (let r = 0; r < dm.rows; r++) {
      let q = 0.03 * n();
      for (let j = 0; j < P; j++) q += A[r * P + j] * truth[j];
      y[r] = q;
    }
    t = performance.now();
    addRows(gram, A, y);
    console.log('compute', t1, 'addRows', performance.now() - t, dm.rows, P);
  }
  for (const prior of ['by-order', 'decay'] as const) {
    t = performance.now();
    const p = fitRidge(gram, blocks, { prior });
    console.log(
      prior,
      performance.now() - t,
      p.logEvidence,
      1 / Math.sqrt(p.beta),
      p.hyperparameters,
      p.notDetermined,
      p.effectiveParameters,
    );
    t = performance.now();
    fitRidge(gram, blocks, { prior, keep: true, start: p });
    console.log('keep', performance.now() - t, process.memoryUsage().rss / 1e6);
    t = performance.now();
    fitRidge(gram, blocks, { prior, start: p });
    console.log('warm', performance.now() - t, process.memoryUsage().rss / 1e6);
  }
}, 600000);
