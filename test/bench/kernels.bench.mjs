/**
 * Milliseconds per call of the kernels for silicon with 216 atoms: `npm run build && node test/bench/kernels.bench.mjs`.
 * One thread; the best of many calls, so that other load on the machine counts little. Ratios hold within one run only.
 * It does not measure MD as a whole, several threads, or hot caches shared with other work.
 * Another folder of compiled code may be given as argument.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const compiled = pathToFileURL(`${resolve(process.argv[2] ?? 'dist')}/`);
const load = (path) => import(new URL(`src/${path}`, compiled).href);
const { analyseSymmetry } = await load('crystal/symmetry.js');
const { buildSupercell } = await load('crystal/supercell.js');
const { buildClusterSpace } = await load('expansion/clusterSpace.js');
const { createForceKernel } = await load('forcefield/forceKernel.js');
const { createDesignMatrix } = await load('regression/designMatrix.js');
const { createBayesianError } = await load('uncertainty/bayesianError.js');
const { openKernels } = await load('numerics/kernels/kernels.js');

const A = 5.431;
const FCC = [0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0];
const silicon = {
  lattice: Float64Array.of(A, 0, 0, 0, A, 0, 0, 0, A),
  species: Array(8).fill('Si'),
  positions: Float64Array.from([...FCC, ...FCC.map((x) => x + 0.25)]),
};

/** Shortest of `calls` calls, ms. */
function shortest(calls, run) {
  run();
  run();
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < calls; k++) {
    const start = performance.now();
    run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Numbers in (−scale, scale). */
function numbers(count, scale) {
  let state = 1;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return scale * (state / 2147483648 - 1);
  });
}

/** Lower triangular with a benign condition. */
function someFactor(p) {
  const factor = numbers(p * p, 0.3 / Math.sqrt(p));
  for (let i = 0; i < p; i++) {
    factor.fill(0, i * p + i, (i + 1) * p);
    factor[i * p + i] = 1 + (i % 5);
  }
  return factor;
}

/** The product alone, on numbers of its own: as `ErrorKernel` calls it. */
function productAlone(rows, p) {
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

const primitive = analyseSymmetry(silicon);
const supercell = buildSupercell(primitive, silicon, [3, 3, 3]);
const { kernels } = openKernels(0);

for (const cutoffs of [
  { 2: 8, 3: 5, 4: 5 },
  { 2: 6, 3: 4, 4: 4 },
]) {
  const space = buildClusterSpace(primitive, cutoffs);
  const p = space.parameters;
  const force = createForceKernel(space, supercell);
  force.setParameters(numbers(p, 1));
  const design = createDesignMatrix(space, supercell);
  const error = createBayesianError(space, supercell);
  const factor = someFactor(p);
  const rows = design.rows;
  const u = numbers(rows, 0.06);
  const forces = new Float64Array(rows);
  const matrix = new Float64Array(rows * p);

  const rounds = 1e6;
  const peak = (96 * rounds) / shortest(20, () => kernels.peak32(rounds)) / 1e6;
  const forceTime = shortest(200, () => force.evaluate(u, forces));
  const refit = shortest(3, () => error.setPrecision(factor, 1e4));
  const errorTime = shortest(100, () => error.evaluate(u));
  const productTime = shortest(100, productAlone(rows, p));
  const matrixTime = errorTime - productTime;
  const designTime = shortest(10, () => design.compute(u, matrix));
  const operations = rows * p * (p + 1);
  const share = operations / productTime / 1e6 / peak;

  console.log(`Si, ${rows / 3} atoms, cutoffs ${Object.values(cutoffs).join(' / ')} Å, ${p} parameters`);
  console.log(`  forces, float64                    ${forceTime.toFixed(3)} ms`);
  console.log(`  Bayesian error, float32, whole     ${errorTime.toFixed(2)} ms`);
  console.log(`    product with the factor          ${productTime.toFixed(2)} ms`);
  console.log(
    `    matrix (the rest)                ${matrixTime.toFixed(2)} ms, ${(matrixTime / productTime).toFixed(2)} of the product`,
  );
  console.log(
    `  peak of WebAssembly SIMD, float32  ${peak.toFixed(1)} Gflop/s; the product runs at ${(100 * share).toFixed(0)} % of it`,
  );
  console.log(`  design matrix, float64 (training)  ${designTime.toFixed(1)} ms`);
  console.log(
    `  new posterior into the kernel      ${refit.toFixed(0)} ms; memory ${(error.bytes / 2 ** 20).toFixed(1)} MiB`,
  );
}
