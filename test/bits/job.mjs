/**
 * What must have the same bits everywhere, as SHA-256 of its numbers: node test/bits/job.mjs [threads]. Silicon of the paper's
 * settings, from the basis to a trajectory with its error bars.
 */
import { createHash } from 'node:crypto';
import { clusterSpaceOf } from '../bench/crystals.mjs';
import { load } from '../bench/load.mjs';

const { cartesianPositions } = await load('crystal/geometry.js');
const { nearestNeighbourDistance } = await load('crystal/minimum-image.js');
const { basisHash } = await load('forcefield/clusterSpaceOf.js');
const { createForceKernel } = await load('forcefield/forceKernel.js');
const { harmonicCrystal } = await load('forcefield/harmonic.js');
const { phononDisplacements, randomDisplacements } = await load('forcefield/initialStructures.js');
const { normalModes } = await load('forcefield/normalModes.js');
const { explore } = await load('exploration/explore.js');
const { newWalker } = await load('exploration/walker.js');
const { maxwellBoltzmann } = await load('md/state.js');
const { createIntegrator } = await load('md/thermostat.js');
const { createNormals } = await load('numerics/random/normals.js');
const { STREAM } = await load('numerics/random/streams.js');
const { createStillingerWeber } = await load('reference/calculators/stillingerWeber.js');
const { displacedForces } = await load('reference/trajectory.js');
const { createDesignMatrix } = await load('regression/designMatrix.js');
const { parameterBlocks } = await load('regression/blocks.js');
const { fitRidge } = await load('regression/ridge.js');
const { gramOfStructures } = await load('regression/trainingRows.js');
const { createBayesianError } = await load('uncertainty/bayesianError.js');

const threads = Number(process.argv[2] ?? '1');
const hashes = {};

/** Little-endian float64, whatever the machine. */
function keep(name, ...arrays) {
  const hash = createHash('sha256');
  for (const array of arrays) {
    const bytes = new DataView(new ArrayBuffer(8 * array.length));
    array.forEach((x, i) => {
      bytes.setFloat64(8 * i, x, true);
    });
    hash.update(new Uint8Array(bytes.buffer));
  }
  hashes[name] = hash.digest('hex');
}

const { primitive, supercell, space } = clusterSpaceOf('Si');
hashes.basis = basisHash(space);

const { lattice, species } = supercell.crystal;
const reference = displacedForces(
  createStillingerWeber(lattice, species),
  cartesianPositions(supercell.crystal),
);
const rows = 3 * species.length;
const normals = (structure) => {
  const out = new Float64Array(rows);
  createNormals(1).fill(STREAM.randomDisplacements, structure, 0, out);
  return out;
};
const structures = [0, 1, 2, 3].map((k) => {
  const displacements = randomDisplacements(0.06, normals(k));
  const forces = new Float64Array(rows);
  reference(displacements, forces);
  return { displacements, forces };
});
keep('labels', ...structures.map((s) => s.forces));

const gram = gramOfStructures({ design: createDesignMatrix(space, supercell) }, structures);
const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'decay' });
const { parameters, precisionFactor, beta } = posterior;
keep('posterior', parameters, precisionFactor, [beta]);

const modes = normalModes(harmonicCrystal(space, parameters), supercell);
const displaced = phononDisplacements(modes, { temperature: 300 }, normals(9));
keep('phonons', displaced);

const masses = Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]);
const force = createForceKernel(space, supercell);
force.setParameters(parameters);
const error = createBayesianError(space, supercell, { threads });
error.setPrecision(precisionFactor, beta);

const walker = { walker: 1, temperature: 300, timestep: 1, friction: 0.01, seed: 1 };
const model = {
  masses,
  nearestNeighbour: nearestNeighbourDistance(primitive.crystal),
  fittingError: 1 / Math.sqrt(beta),
  force: (u, f) => force.evaluate(u, f),
  error: (u) => error.evaluate(u),
  addStructure: (u) => error.addStructure(u),
};
const exploration = explore(
  {
    walker,
    acquisition: {
      criterion: { name: 'trajectory-deviation', n: 1.5 },
      quantity: 'rms',
      every: 1,
      window: 50,
      minWindow: 20,
      minGap: 10,
      stall: { after: 40, structures: 2, fraction: 0.25 },
    },
    checkpoint: newWalker(walker, masses, { from: 'phonons', displacements: displaced }),
    untilStep: 150,
    lookahead: 3,
    pickedBefore: 0,
  },
  model,
);
const { trace, picks, checkpoint } = exploration;
keep('exploration', checkpoint.state.displacements, checkpoint.state.velocities);
keep('error bars', trace.columns.rmsError, trace.columns.largestAtomError);
keep('picks', ...picks.map((p) => [p.step, ...p.displacements]));

for (const thermostat of ['bussi', 'nve']) {
  const integrator = createIntegrator({ ...walker, thermostat }, masses, model.force);
  const state = { step: 0, displacements: displaced.slice(), velocities: maxwellBoltzmann(walker, masses) };
  const forces = new Float64Array(rows);
  model.force(state.displacements, forces);
  for (let k = 0; k < 100; k++) integrator.step(state, forces);
  keep(thermostat, state.displacements, state.velocities);
}
error.close();
const { node } = process.versions;
process.stdout.write(`${JSON.stringify({ node, threads: error.threads, picks: picks.length, hashes })}\n`);
