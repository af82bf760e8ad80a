/**
 * First word of the generator's counter: what the numbers are for. Two purposes never share one, so that no draw depends on
 * whether another was made. These values are part of every result: never renumber, only add.
 */
export const STREAM = {
  /** Noise of the Langevin thermostat: counter (stream, walker, step, atom). */
  langevin: 1,
  /** Velocities at the start of a walker: (stream, walker, step, atom). */
  initialVelocities: 2,
  /** Random displacements of initial structures: (stream, structure, attempt, atom). */
  randomDisplacements: 3,
  /** Phonon displacements of initial structures: (stream, structure, attempt, mode). */
  phononDisplacements: 4,
  /** Phonon displacement at the start of a walker: (stream, walker, attempt, mode). */
  walkerDisplacements: 5,
  /** Molecular dynamics driven by the reference itself (test sets): thermostat. */
  referenceLangevin: 6,
  /** Velocities at its start. */
  referenceVelocities: 7,
  /** Phonon or random displacement at its start. */
  referenceDisplacements: 8,
  /** Production trajectories: thermostat. */
  productionLangevin: 9,
  /** Velocities at their start. */
  productionVelocities: 10,
  /** Displacement at their start. */
  productionDisplacements: 11,
  /** Samples of the posterior: (stream, sample, 0, parameter). */
  posteriorSamples: 12,
  /** Noise of velocity rescaling, one scale for all atoms: (stream, walker, step, a third of the numbers). */
  velocityRescaling: 13,
  /** The same in production trajectories. */
  productionRescaling: 14,
  /** Order of structures in cross-validation: (stream, 0, 0, structure). */
  folds: 15,
  /** Which structures are left out where leaving out all takes too long: (stream, 0, 0, structure). */
  leftOut: 16,
} as const;

export type Stream = (typeof STREAM)[keyof typeof STREAM];
