/** A new posterior in the error kernel and ε_B on one and two threads: node test/bench/error.mjs Si|BAs|SnSe [evaluations] */
import { clusterSpaceOf } from './crystals.mjs';
import { load } from './load.mjs';
import { byTurns, deliver, numbers, peakMemory, processorSeconds } from './measure.mjs';

const { createBayesianError } = await load('uncertainty/bayesianError.js');

const [name = 'Si', evaluations = '3'] = process.argv.slice(2);
const { space, supercell } = clusterSpaceOf(name);
const { parameters: p } = space;
let error;
const compile = processorSeconds(() => {
  error = createBayesianError(space, supercell, { threads: 2 });
});
let factor = numbers(p * p, 0.3 / Math.sqrt(p));
for (let i = 0; i < p; i++) {
  factor.fill(0, i * p + i, (i + 1) * p);
  factor[i * p + i] = 1 + (i % 5);
}
const posterior = processorSeconds(() => error.setPrecision(factor, 1e4));
factor = undefined;
const u = numbers(error.rows, 0.1, 7);
const onOne = () => error.evaluateGroups(u, 0, error.groups);
const processor = processorSeconds(onOne, 2);
const [one, two] = byTurns(Number(evaluations), onOne, () => error.evaluate(u));
const structure = processorSeconds(() => error.addStructure(u));
error.close();
deliver({
  name,
  parameters: p,
  compile,
  posterior,
  structure,
  processor,
  one: one / 1e3,
  two: two / 1e3,
  kernelMemory: error.bytes / 2 ** 20,
  memory: peakMemory(),
});
