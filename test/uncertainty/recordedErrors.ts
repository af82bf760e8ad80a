import { maxwellBoltzmann } from '../../src/md/state.js';
import { createIntegrator } from '../../src/md/thermostat.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { predictiveVariance } from '../../src/regression/posterior.js';
import { argonModel, argonModelParts } from '../support/argonModel.js';

/** ε_B along a trajectory, eV/Å: from the kernels, and from A Σ Aᵀ in double precision. */
export interface RecordedErrors {
  readonly single: Float64Array;
  readonly double: Float64Array;
  /** [steps] ε_B of the largest atom, in the same two ways. */
  readonly singleLargest: Float64Array;
  readonly doubleLargest: Float64Array;
  readonly fittingError: number;
}

/** Argon as it heats up from its lattice sites: its force field has seen little, so ε_B goes up and down. */
export function recordErrors(steps: number): RecordedErrors {
  const { field, space, supercell, masses } = argonModelParts;
  const model = argonModel();
  const walker = { walker: 1, temperature: 40, timestep: 5, friction: 0.01, seed: 5 };
  const integrator = createIntegrator({ thermostat: 'langevin', ...walker }, masses, model.force);
  const velocities = maxwellBoltzmann({ ...walker, temperature: 80 }, masses);
  const state = { step: 0, displacements: new Float64Array(3 * masses.length), velocities };
  const design = createDesignMatrix(space, supercell);
  const a = new Float64Array(design.rows * design.parameters);
  const posterior = { ...field, effectiveParameters: 0, notDetermined: [], rows: 0 };
  const columns = () => new Float64Array(steps);
  const recorded = {
    single: columns(),
    double: columns(),
    singleLargest: columns(),
    doubleLargest: columns(),
    fittingError: model.fittingError,
  };
  const forces = new Float64Array(3 * masses.length);
  model.force(state.displacements, forces);
  for (let k = 0; k < steps; k++) {
    integrator.step(state, forces);
    const { rms, largestAtom } = model.error(state.displacements);
    recorded.single[k] = rms;
    recorded.singleLargest[k] = largestAtom;
    design.compute(state.displacements, a);
    const variances = predictiveVariance(posterior, a);
    recorded.double[k] = Math.sqrt(variances.reduce((sum, v) => sum + v, 0) / variances.length);
    for (let i = 0; i < variances.length; i += 3) {
      const atom = Math.sqrt((variances[i] + variances[i + 1] + variances[i + 2]) / 3);
      recorded.doubleLargest[k] = Math.max(recorded.doubleLargest[k], atom);
    }
  }
  return recorded;
}
