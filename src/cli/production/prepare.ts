import { nearestNeighbourDistance } from '../../crystal/minimum-image.js';
import { buildSupercell } from '../../crystal/supercell.js';
import type { Supercell } from '../../crystal/types.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { clusterSpaceOf } from '../../forcefield/clusterSpaceOf.js';
import type { ForceField } from '../../forcefield/forceField.js';
import { createForceKernel } from '../../forcefield/forceKernel.js';
import { harmonicCrystal } from '../../forcefield/harmonic.js';
import { phononDisplacements } from '../../forcefield/initialStructures.js';
import { normalModes } from '../../forcefield/normalModes.js';
import { highestFrequency } from '../../forcefield/phonons.js';
import { createLangevin } from '../../md/langevin.js';
import { maxwellBoltzmann } from '../../md/state.js';
import { requireTimestep } from '../../md/timestep.js';
import type { MdState } from '../../md/types.js';
import { createVerlet } from '../../md/verlet.js';
import { createNormals } from '../../numerics/random/normals.js';
import { STREAM } from '../../numerics/random/streams.js';
import { createBayesianError } from '../../uncertainty/bayesianError.js';
import type { MdOptions } from './options.js';
import type { Production } from './runner.js';
import { productionMatrix } from './supercell.js';

/** A production run ready to start, with what its files need to know of the crystal. */
export interface PreparedProduction extends Production {
  readonly supercell: Supercell;
}

/** Builds supercell, kernels and initial state; refuses what would not run. `path` names the force field in errors. */
export function prepareProduction(field: ForceField, path: string, options: MdOptions): PreparedProduction {
  const { primitive } = field;
  const matrix = productionMatrix(field.supercell, options.supercell);
  const supercell = buildSupercell(primitive, primitive.crystal, [...matrix], '--supercell');
  const space = clusterSpaceOf(field, path);
  const harmonic = harmonicCrystal(space, field.parameters);
  requireTimestep(options.timestep, highestFrequency(harmonic, matrix), '--timestep');

  const masses = Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]);
  const kernel = createForceKernel(space, supercell);
  kernel.setParameters(field.parameters);
  const force = kernel.evaluate.bind(kernel);
  const { temperature, timestep, friction, seed } = options;
  const thermostat = { temperature, timestep, friction, seed, walker: 0, stream: STREAM.productionLangevin };
  const modes = options.start === 'phonons' ? normalModes(harmonic, supercell) : undefined;
  const displacements = new Float64Array(3 * masses.length);
  if (modes !== undefined) {
    const normals = new Float64Array(displacements.length);
    createNormals(seed).fill(STREAM.productionDisplacements, 0, 0, normals);
    displacements.set(phononDisplacements(modes, { temperature }, normals));
  }
  return {
    supercell,
    state: { step: 0, displacements, velocities: startVelocities(options, masses) } satisfies MdState,
    integrator: options.nve
      ? createVerlet(timestep, masses, force)
      : createLangevin(thermostat, masses, force),
    force,
    harmonic: kernel.evaluateHarmonic.bind(kernel),
    error: errorOf(field, space, supercell),
    masses,
    siteOf: supercell.siteOf,
    nearestNeighbour: nearestNeighbourDistance(primitive.crystal),
    temperature: options.nve ? undefined : temperature,
    untilStep: options.steps,
    every: options.every,
    frameEvery: options.frameEvery,
  };
}

/** At T beside a phonon displacement; from the sites at 2T, of which the displacements take half. */
function startVelocities({ start, temperature, seed }: MdOptions, masses: Float64Array): Float64Array {
  const initial = start === 'phonons' ? temperature : 2 * temperature;
  return maxwellBoltzmann(
    { temperature: initial, seed, walker: 0, stream: STREAM.productionVelocities },
    masses,
  );
}

function errorOf(field: ForceField, space: ClusterSpace, supercell: Supercell): Production['error'] {
  if (field.precisionFactor === undefined) return undefined;
  const error = createBayesianError(space, supercell);
  error.setPrecision(field.precisionFactor, field.beta);
  return (u) => error.evaluate(u);
}
