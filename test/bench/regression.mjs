/**
 * Design matrix, sums and refits: node test/bench/regression.mjs Si|BAs|SnSe [structures] [first]
 * `first`: for SnSe, too, the first search of all, minutes, instead of what it found.
 */
import { clusterSpaceOf } from './crystals.mjs';
import { load } from './load.mjs';
import { deliver, numbers, peakMemory, processorSeconds, shortest } from './measure.mjs';

const { createDesignMatrix } = await load('regression/designMatrix.js');
const { addRows, emptyGram } = await load('regression/gram.js');
const { parameterBlocks } = await load('regression/blocks.js');
const { fitRidge } = await load('regression/ridge.js');
const { predictedMean } = await load('regression/posterior.js');

const [name = 'Si', count = '8', first] = process.argv.slice(2);
const structures = Number(count);
const log = (text) => process.stderr.write(`  ${name}: ${text}\n`);

/** What the first search of all finds for SnSe with three structures: some 25 evaluations, three minutes. */
const LAST_REFIT = {
  hyperparameters: {
    prior: 'decay',
    a: [0.9735136758191963, -0.9637235656215762, 0.10152144884974229, 1.8078063579862915, -30],
    kappa: [0.4160762743726044, 0.2957561292737718, 0, 0.4630145321959664, 2.4600463387119262],
  },
  beta: 2399.3961103877136,
};
const known = name === 'SnSe' && structures === 3 && first === undefined ? LAST_REFIT : undefined;
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
design.compute(displacements(structures), a);
const y = forces(structures);
const more = { ...gram, xtx: gram.xtx.slice(), xty: gram.xty.slice() };
const gramSeconds = processorSeconds(() => addRows(more, a, y));
let cold;
let start = known;
if (start === undefined) {
  cold = processorSeconds(() => {
    const { hyperparameters, beta } = fitRidge(gram, blocks, { prior: 'decay' });
    start = { hyperparameters, beta };
  });
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
