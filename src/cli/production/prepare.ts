import { availableParallelism } from 'node:os';
import { cartesianPositions } from '../../crystal/geometry.js';
import { nearestNeighbourDistance } from '../../crystal/minimum-image.js';
import { buildSupercell } from '../../crystal/supercell.js';
import type { Supercell } from '../../crystal/types.js';
import { InputError } from '../../errors.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { clusterSpaceOf } from '../../forcefield/clusterSpaceOf.js';
import type { ForceField } from '../../forcefield/forceField.js';
import { createForceKernel } from '../../forcefield/forceKernel.js';
import { harmonicCrystal } from '../../forcefield/harmonic.js';
import { phononDisplacements } from '../../forcefield/initialStructures.js';
import { normalModes } from '../../forcefield/normalModes.js';
import { highestFrequency } from '../../forcefield/phonons.js';
import { maxwellBoltzmann } from '../../md/state.js';
import { startTemperature } from '../../md/temperature.js';
import { createIntegrator, thermostatMemory } from '../../md/thermostat.js';
import { requireTimestep } from '../../md/timestep.js';
import type { MdState } from '../../md/types.js';
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
  requireFitting(field, supercell);
  const space = clusterSpaceOf(field, path);
  const harmonic = harmonicCrystal(space, field.parameters);
  const highest = highestFrequency(harmonic, matrix);
  requireTimestep(options.timestep, highest, '--timestep');

  const masses = Float64Array.from(supercell.siteOf, (site) => primitive.masses[site]);
  const kernel = createForceKernel(space, supercell);
  kernel.setParameters(field.parameters);
  const force = kernel.evaluate.bind(kernel);
  const { temperature, timestep, thermostat, friction, seed } = options;
  const stream = thermostat === 'bussi' ? STREAM.productionRescaling : STREAM.productionLangevin;
  const settings = { thermostat, temperature, timestep, friction, seed, walker: 0, stream };
  const modes = options.start === 'phonons' ? normalModes(harmonic, supercell) : undefined;
  const displacements = new Float64Array(3 * masses.length);
  if (modes !== undefined) {
    const normals = new Float64Array(displacements.length);
    createNormals(seed).fill(STREAM.productionDisplacements, 0, 0, normals);
    displacements.set(phononDisplacements(modes, { temperature: startTemperature(temperature) }, normals));
  }
  return {
    supercell,
    state: { step: 0, displacements, velocities: startVelocities(options, masses) } satisfies MdState,
    integrator: createIntegrator(settings, masses, force),
    force,
    harmonic: kernel.evaluateHarmonic.bind(kernel),
    error: errorOf(field, space, supercell),
    masses,
    siteOf: supercell.siteOf,
    species: supercell.crystal.species,
    lattice: supercell.crystal.lattice,
    sites: cartesianPositions(supercell.crystal),
    nearestNeighbour: nearestNeighbourDistance(primitive.crystal),
    temperature: thermostat === 'nve' ? undefined : temperature,
    memory: thermostatMemory(options),
    friction: thermostat === 'langevin' ? friction : 0,
    velocities: velocitySampling(options, highest, supercell.crystal.species),
    highestFrequency: highest > 0 ? highest : UNKNOWN_FREQUENCY,
    untilStep: options.steps,
    every: options.every,
    frameEvery: options.frameEvery,
  };
}

/** The clusters of a force field must fit into the supercell; its cutoffs are what they are. */
function requireFitting({ cutoffs }: ForceField, supercell: Supercell): void {
  try {
    checkSupercell(cutoffs, supercell, 'cutoffs');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      error.problems.map(({ field, got, expected }) => ({
        field: '--supercell',
        message: `too small for this force field: clusters within ${field} would meet their own periodic images`,
        got: `a cutoff of ${got}`,
        expected,
        hint: 'repeat the cells more often; without --supercell it is the one of the training',
      })),
    );
  }
}

/** Where no phonon is stable, THz. */
const UNKNOWN_FREQUENCY = 10;
/** Samples of the velocity in a period of the highest phonon, periods that the autocorrelation spans, origins in flight. */
const SAMPLES_PER_PERIOD = 8;
const PERIODS = 60;
const ORIGINS = 50;

function velocitySampling(
  { timestep, every }: MdOptions,
  highest: number,
  species: readonly string[],
): Production['velocities'] {
  const period = 1e3 / (highest > 0 ? highest : UNKNOWN_FREQUENCY);
  let stride = every;
  while (stride > 1 && (every % stride !== 0 || stride * timestep > period / SAMPLES_PER_PERIOD)) stride--;
  const lags = Math.ceil((PERIODS * period) / (stride * timestep));
  const groups = [...new Set(species)];
  return {
    every: stride,
    lags,
    originEvery: Math.max(1, Math.round(lags / ORIGINS)),
    groupOf: Int32Array.from(species, (name) => groups.indexOf(name)),
    groups,
  };
}

/** At T beside a phonon displacement; from the sites at 2T, of which the displacements take half. */
function startVelocities({ start, temperature, seed }: MdOptions, masses: Float64Array): Float64Array {
  const first = startTemperature(temperature);
  const initial = start === 'phonons' ? first : 2 * first;
  return maxwellBoltzmann(
    { temperature: initial, seed, walker: 0, stream: STREAM.productionVelocities },
    masses,
  );
}

function errorOf(field: ForceField, space: ClusterSpace, supercell: Supercell): Production['error'] {
  if (field.precisionFactor === undefined) return undefined;
  // One trajectory has all cores.
  const error = createBayesianError(space, supercell, { threads: availableParallelism() });
  error.setPrecision(field.precisionFactor, field.beta);
  return (u) => error.evaluate(u);
}
