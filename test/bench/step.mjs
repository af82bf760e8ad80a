/** A step of MD with its error bar, taken apart: node test/bench/step.mjs Si|Si-small [steps] */
import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES } from './crystals.mjs';
import { load } from './load.mjs';
import { byTurns, deliver, numbers, shortest } from './measure.mjs';
import { quietWalk, siliconModel } from './walk.mjs';

const { openKernels } = await load('numerics/kernels/kernels.js');
const { explore } = await load('exploration/explore.js');
const { encodeProgress } = await load('exploration/codec.js');

const [name = 'Si', count = '400'] = process.argv.slice(2);
const steps = Number(count);
const { force, error, masses, fittingError } = siliconModel(name, 2);
const p = CASES[name].parameters;
const rows = error.rows;

/** The product alone, on numbers of its own: as the error kernel calls it. */
function productAlone() {
  const tile = 48 * p;
  const batch = Math.max(1, Math.min(16, Math.floor((512 * 1024) / tile)));
  const panels = 16 * tile;
  const sums = panels + 4 * p * (p + 8);
  const { kernels, buffer } = openKernels(sums + 4096);
  new Float32Array(buffer, 0, sums / 4).fill(0.01);
  const groups = Math.ceil(rows / 12);
  return () => {
    for (let g = 0; g < groups; g += batch) {
      kernels.errorProduct(0, Math.min(batch, groups - g), p, panels, sums);
    }
  };
}

const u = numbers(rows, 0.1, 7);
const forces = new Float64Array(rows);
const { kernels } = openKernels(0);
const rounds = 1e6;
const forceTime = shortest(300, () => force.evaluate(u, forces));
const whole = () => error.evaluateGroups(u, 0, error.groups);
const [one, two, product, peak] = byTurns(
  600,
  whole,
  () => error.evaluate(u),
  productAlone(),
  () => kernels.peak32(rounds),
);
const peakFlops = (96 * rounds) / (peak / 1e3);
const productFlops = (rows * p * (p + 1)) / (product / 1e3);

/** What a step takes when nobody interferes. */
const least = (values) => Float64Array.from(values).sort()[Math.floor(values.length / 50)];

/** A walk with error bars on one thread or on all, taken apart step by step, ms. */
function walk(threads) {
  const at = { start: 0, force: 0, error: 0 };
  const whole = [];
  const rest = [];
  const bar = { rms: 0.01, largestAtom: 0.01, worstAtom: 0 };
  const model = {
    masses,
    nearestNeighbour: 2.35,
    fittingError,
    force(x, f) {
      const now = performance.now();
      if (at.start > 0) {
        whole.push(now - at.start);
        rest.push(now - at.start - at.force - at.error);
      }
      at.start = now;
      const energy = force.evaluate(x, f);
      at.force = performance.now() - now;
      return energy;
    },
    error(x) {
      const start = performance.now();
      if (threads > 1) error.evaluate(x);
      else error.evaluateGroups(x, 0, error.groups);
      at.error = performance.now() - start;
      return bar;
    },
    addStructure() {},
  };
  const { outcome, trace, checkpoint, picks } = explore(quietWalk(masses, steps), model);
  if (outcome !== 'reached') throw new Error(`the walk ended ${outcome}`);
  return { step: least(whole), rest: least(rest), trace, checkpoint, picks };
}

const alone = walk(1);
const shared = walk(2);

/** A checkpoint as an MD task writes it every 500 steps, with the trace of 20,000 steps. */
function checkpointTime() {
  const folder = mkdtempSync(join(tmpdir(), 'anharmony-bench-'));
  const columns = Object.fromEntries(
    Object.keys(alone.trace.columns).map((key) => [key, new Float64Array(20_000)]),
  );
  const { checkpoint, picks } = alone;
  const progress = { input: quietWalk(masses, steps), checkpoint, picks, trace: { ...alone.trace, columns } };
  const time = shortest(10, () => {
    const bytes = encodeProgress(progress);
    writeFileSync(join(folder, 'a'), Buffer.concat([createHash('sha256').update(bytes).digest(), bytes]));
    renameSync(join(folder, 'a'), join(folder, 'b'));
  });
  rmSync(folder, { recursive: true });
  return time;
}

const checkpoint = checkpointTime();
error.close();
deliver({
  name,
  atoms: rows / 3,
  parameters: p,
  force: forceTime,
  error: one,
  errorOnTwo: two,
  product,
  matrix: one - product,
  peak: peakFlops / 1e9,
  ofPeak: productFlops / peakFlops,
  step: alone.step,
  stepOnTwo: shared.step,
  rest: alone.rest,
  checkpoint,
  threads: error.threads,
});
