/**
 * SnSe at the paper's settings (768 atoms, 4,376 parameters) as a whole run of `anharmony md`: its own estimate, what it took, and
 * the memory of the process.
 *
 *   node test/bench/snse.mjs FOLDER [MD time in fs] [every]
 *
 * The force field is trained here, once for each FOLDER, on forces of an invented crystal on the lattice of SnSe: Morse bonds
 * between all pairs within 4.5 Å, each at rest at its length in the lattice. Its posterior is that of a real regression; its
 * phonons are those of no material.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CASES, clusterSpaceOf } from './crystals.mjs';
import { load } from './load.mjs';
import { deliver, numbers, peakMemory } from './measure.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [folder, time = '200', every = '10'] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: node test/bench/snse.mjs FOLDER [MD time in fs] [every]\n');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const path = join(folder, 'snse.anharmony');
const trained = existsSync(path) ? undefined : await train();
deliver({ ...trained, ...(await produce()) });

async function train() {
  const { createDesignMatrix } = await load('regression/designMatrix.js');
  const { gramOfStructures } = await load('regression/trainingRows.js');
  const { parameterBlocks } = await load('regression/blocks.js');
  const { fitRidge } = await load('regression/ridge.js');
  const { basisHash } = await load('forcefield/clusterSpaceOf.js');
  const { encodeForceField } = await load('forcefield/forceField.js');
  const { primitive, supercell, space } = clusterSpaceOf('SnSe');
  const design = createDesignMatrix(space, supercell);
  const forces = await morseCrystal(supercell);
  const structures = [0, 1, 2, 3].map((k) => {
    const displacements = numbers(design.rows, 0.2, 20 + k);
    return { displacements, forces: forces(displacements) };
  });
  const gram = gramOfStructures({ design }, structures);
  const blocks = parameterBlocks(space);
  // A search for the hyperparameters would take minutes and change nothing in what a step costs.
  const hyperparameters = {
    prior: 'decay',
    a: blocks.map(({ order }) => -2 * Math.log(4 ** (order - 2))),
    kappa: blocks.map(() => 0.5),
  };
  const start = { hyperparameters, beta: 2500 };
  const posterior = fitRidge(gram, blocks, { prior: 'decay', start, keep: true });
  const field = {
    primitive,
    cutoffs: CASES.SnSe.cutoffs,
    basis: basisHash(space),
    parameters: posterior.parameters,
    precisionFactor: posterior.precisionFactor,
    beta: posterior.beta,
    hyperparameters: posterior.hyperparameters,
    supercell: supercell.matrix,
    provenance: { source: 'invented Morse bonds on the lattice of SnSe, test/bench/snse.mjs' },
  };
  writeFileSync(path, encodeForceField(field));
  return { trainingMemory: peakMemory() };
}

/** Forces ([3N], eV/Å) of bonds D (1 − e^{−a (d − d₀)})², D falling off with the length d₀ of a bond in the lattice. */
async function morseCrystal({ crystal }) {
  const { cartesianPositions } = await load('crystal/geometry.js');
  const { createNeighbourKeeper } = await load('reference/calculators/neighbours.js');
  const sites = cartesianPositions(crystal);
  const { start, atom, shift } = createNeighbourKeeper(crystal.lattice, sites.length / 3, 4.5, 0)(sites);
  const steepness = 0.8;
  return (u) => {
    const forces = new Float64Array(u.length);
    for (let i = 0; i < start.length - 1; i++) {
      for (let e = start[i]; e < start[i + 1]; e++) {
        const ideal = [0, 1, 2].map((c) => sites[3 * atom[e] + c] + shift[3 * e + c] - sites[3 * i + c]);
        const bond = ideal.map((x, c) => x + u[3 * atom[e] + c] - u[3 * i + c]);
        const rest = Math.hypot(...ideal);
        const length = Math.hypot(...bond);
        const decayed = Math.exp(-steepness * (length - rest));
        const depth = 1.5 * Math.exp(-1.2 * (rest - 2.7));
        const pull = 2 * depth * steepness * decayed * (1 - decayed);
        for (let c = 0; c < 3; c++) forces[3 * i + c] += (pull * bond[c]) / length;
      }
    }
    return forces;
  };
}

async function produce() {
  const out = join(folder, 'md');
  rmSync(out, { recursive: true, force: true });
  const memoryOf = fileURLToPath(new URL('peakMemory.mjs', import.meta.url));
  const note = join(folder, 'peak.json');
  const args = [
    'md',
    path,
    '--temperature',
    '300',
    '--time',
    `${time}fs`,
    '--every',
    every,
    '--frames',
    every,
  ];
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', memoryOf, join(root, 'dist/src/cli/main.js'), ...args, '--out', out],
    { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, PEAK_MEMORY_FILE: note } },
  );
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`anharmony md ended with ${code}`);
  const rows = readFileSync(join(out, 'trace.csv'), 'utf8').trim().split('\n').length - 1;
  const seconds = (performance.now() - start) / 1e3;
  return {
    evaluations: rows,
    steps: rows * Number(every),
    seconds,
    ...JSON.parse(readFileSync(note, 'utf8')),
  };
}
