/** A silicon force field trained on Stillinger–Weber, and a walker that never picks: what MD with error bars is measured on. */
import { clusterSpaceOf } from './crystals.mjs';
import { load } from './load.mjs';
import { numbers } from './measure.mjs';

const { cartesianPositions } = await load('crystal/geometry.js');
const { createForceKernel } = await load('forcefield/forceKernel.js');
const { createStillingerWeber } = await load('reference/calculators/stillingerWeber.js');
const { displacedForces } = await load('reference/trajectory.js');
const { createDesignMatrix } = await load('regression/designMatrix.js');
const { addRows, emptyGram } = await load('regression/gram.js');
const { parameterBlocks } = await load('regression/blocks.js');
const { fitRidge } = await load('regression/ridge.js');
const { createBayesianError } = await load('uncertainty/bayesianError.js');
const { newWalker } = await load('exploration/walker.js');

/** Kernels of the model of a silicon case, trained on six random structures. */
export function siliconModel(name, threads) {
  const { primitive, supercell, space } = clusterSpaceOf(name);
  const { lattice, species } = supercell.crystal;
  const reference = displacedForces(
    createStillingerWeber(lattice, species),
    cartesianPositions(supercell.crystal),
  );
  const design = createDesignMatrix(space, supercell);
  const { rows, parameters } = design;
  const a = new Float64Array(rows * parameters);
  const y = new Float64Array(rows);
  const gram = emptyGram(parameters);
  for (let k = 0; k < 6; k++) {
    const u = numbers(rows, 0.12, 10 + k);
    reference(u, y);
    design.compute(u, a);
    addRows(gram, a, y);
  }
  const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'decay' });
  const force = createForceKernel(space, supercell);
  force.setParameters(posterior.parameters);
  const error = createBayesianError(space, supercell, { threads });
  error.setPrecision(posterior.precisionFactor, posterior.beta);
  const masses = Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]);
  return { space, force, error, masses, fittingError: 1 / Math.sqrt(posterior.beta) };
}

const WALKER = { walker: 1, temperature: 300, timestep: 1, friction: 0.01, seed: 1 };

/** Input of an exploration over `steps` steps, at none of which a structure is taken. */
export function quietWalk(masses, steps, checkpoint = newWalker(WALKER, masses, { from: 'sites' })) {
  const acquisition = {
    criterion: { name: 'fixed', threshold: 1e6 },
    quantity: 'rms',
    every: 1,
    window: 1000,
    minWindow: 1000,
    minGap: 200,
    stall: null,
  };
  return {
    walker: WALKER,
    acquisition,
    checkpoint,
    untilStep: checkpoint.state.step + steps,
    lookahead: 4,
    pickedBefore: 0,
  };
}
