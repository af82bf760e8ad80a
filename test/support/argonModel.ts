import { nearestNeighbourDistance } from '../../src/crystal/minimum-image.js';
import { buildSupercell } from '../../src/crystal/supercell.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { WalkerModel } from '../../src/exploration/model.js';
import { createForceKernel } from '../../src/forcefield/forceKernel.js';
import { createBayesianError } from '../../src/uncertainty/bayesianError.js';
import { trainedArgon } from './trainedArgon.js';

const field = trainedArgon();
const space = buildClusterSpace(field.primitive, field.cutoffs);
const supercell = buildSupercell(field.primitive, field.primitive.crystal, [...field.supercell]);
const masses = Float64Array.from(supercell.siteOf, (site) => field.primitive.masses[site]);

/** Trained argon, and what its kernels were made from. */
export const argonModelParts = { field, space, supercell, masses };

/** A walker's model of it with kernels of its own. */
export function argonModel(): WalkerModel {
  const force = createForceKernel(space, supercell);
  const error = createBayesianError(space, supercell);
  force.setParameters(field.parameters);
  error.setPrecision(field.precisionFactor!, field.beta);
  return {
    masses,
    nearestNeighbour: nearestNeighbourDistance(field.primitive.crystal),
    fittingError: 1 / Math.sqrt(field.beta),
    force: (u, forces) => force.evaluate(u, forces),
    error: (u) => error.evaluate(u),
    addStructure: (u) => error.addStructure(u),
  };
}
