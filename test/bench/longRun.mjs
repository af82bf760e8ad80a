/** Memory over a long trajectory with an error bar at every step: node --expose-gc test/bench/longRun.mjs [steps] */

import { load } from './load.mjs';
import { deliver } from './measure.mjs';
import { quietWalk, siliconModel } from './walk.mjs';

const { explore } = await load('exploration/explore.js');
const steps = Number(process.argv[2] ?? '100000');
const round = steps / 10;
const { force, error, masses, fittingError } = siliconModel('Si-short', 1);
const model = {
  masses,
  nearestNeighbour: 2.35,
  fittingError,
  force: (u, f) => force.evaluate(u, f),
  error: (u) => error.evaluate(u),
  addStructure() {},
};

function held() {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

const start = performance.now();
let checkpoint;
let before = 0;
let rss = 0;
for (let k = 0; k < 10; k++) {
  const done = explore(quietWalk(masses, round, checkpoint), model);
  if (done.outcome !== 'reached') throw new Error(`the walk ended ${done.outcome}`);
  checkpoint = done.checkpoint;
  if (k === 1) {
    before = held();
    rss = process.memoryUsage().rss / 2 ** 20;
  }
}
deliver({
  steps,
  atoms: error.rows / 3,
  seconds: (performance.now() - start) / 1e3,
  growth: held() - before,
  residentGrowth: process.memoryUsage().rss / 2 ** 20 - rss,
});
