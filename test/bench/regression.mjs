/** Design matrix, sums, refits and a new posterior for the error kernel: node test/bench/regression.mjs Si|BAs|SnSe [structures] */
import { clusterSpaceOf } from './crystals.mjs';
import { load } from './load.mjs';
import { deliver, numbers, peakMemory, processorSeconds, shortest } from './measure.mjs';

const { createDesignMatrix } = await load('regression/designMatrix.js');
const { addRows, emptyGram } = await load('regression/gram.js');
const { parameterBlocks } = await load('regression/blocks.js');
const { fitRidge } = await load('regression/ridge.js');
const { predictedMean } = await load('regression/posterior.js');

const [name = 'Si', count = '8'] = process.argv.slice(2);
const structures = Number(count);
const log = (text) => process.stderr.write(`  ${name}: ${text}\n`);

/** Above this many parameters the first search of all is left out: hyperparameters near the truth stand for the last refit's. */
const LARGE = 2000;

const { space, supercell } = clusterSpaceOf(name);
const basisMemory = peakMemory();
const { parameters: p } = space;
let design;
const compile = processorSeconds(() => {
  design = createDesignMatrix(space, supercell);
});
const a = new Float64Array(design.rows * p);
const blocks = parameterBlocks(space);

/** Force constants that fall off with the cluster's size, as those of crystals do, and noise of 20 meV/Å. */
const truth = numbers(p, 1, 3);
for (const { order, first, count: n, nullSpace, sizes } of blocks) {
  for (let q = 0; q < n; q++) {
    const raw = nullSpace.rowIndex.subarray(nullSpace.columnStart[q], nullSpace.columnStart[q + 1]);
    const size = raw.reduce((sum, r) => sum + sizes[r], 0) / raw.length;
    truth[first + q] *= 2 * 4 ** (order - 2) * Math.exp(-0.6 * size);
  }
}
const displacements = (k) => numbers(design.rows, 0.12, 100 + k);
const forces = (k) => {
  const noise = numbers(design.rows, 0.035, 500 + k);
  return predictedMean(truth, a).map((f, i) => f + noise[i]);
};

const gram = emptyGram(p);
let last;
for (let k = 0; k < structures; k++) {
  last = displacements(k);
  design.compute(last, a);
  addRows(gram, a, forces(k));
}
log('sums are there');
const designSeconds =
  p < LARGE
    ? shortest(40, () => design.compute(last, a)) / 1e3
    : processorSeconds(() => design.compute(last, a), 3);
const y = forces(structures);
const more = { ...gram, xtx: gram.xtx.slice(), xty: gram.xty.slice() };
const gramSeconds = processorSeconds(() => addRows(more, a, y));
let cold;
let start;
if (p < LARGE) {
  cold = processorSeconds(() => {
    const { hyperparameters, beta } = fitRidge(gram, blocks, { prior: 'decay' });
    start = { hyperparameters, beta };
  });
} else {
  const a = blocks.map(({ order }) => -2 * Math.log((2 * 4 ** (order - 2)) / Math.sqrt(3)) + 0.3);
  start = { hyperparameters: { prior: 'decay', a, kappa: blocks.map(() => 0.5) }, beta: 2000 };
}
const kept = processorSeconds(
  () => fitRidge(more, blocks, { prior: 'decay', start, keep: true }),
  p < LARGE ? 3 : 1,
);
log(`kept ${kept.toFixed(2)} s`);
let posterior;
const again = processorSeconds(() => {
  posterior = fitRidge(more, blocks, { prior: 'decay', start });
});
deliver({
  name,
  atoms: design.rows / 3,
  parameters: p,
  structures,
  compile,
  design: designSeconds,
  gram: gramSeconds,
  kept,
  again,
  cold,
  beta: posterior.beta,
  hyperparameters: posterior.hyperparameters,
  basisMemory,
  memory: peakMemory(),
});
