import type { ForceField } from '../../forcefield/forceField.js';
import { determinant3 } from '../../numerics/matrix3.js';
import { approximately, mebibytes, waiting } from '../estimates.js';
import type { MdOptions } from './options.js';
import type { Production } from './runner.js';
import { productionMatrix } from './supercell.js';

/** Of the program with its compiled kernels, and of all that an atom needs, bytes; measured. */
const PROGRAM = 9e7;
const PER_ATOM = 7e3;
/** P×P matrices of float64 while a posterior is taken in: its factor, the precision, and a working array. */
const MATRICES = 3;

/** What a run will hold, before anything is built. */
export function memoryLine(field: ForceField, options: MdOptions): string {
  const matrix = productionMatrix(field.supercell, options.supercell);
  const atoms = Math.abs(determinant3(matrix)) * field.primitive.crystal.species.length;
  const p = field.parameters.length;
  const matrices = field.precisionFactor === undefined ? 0 : 8 * MATRICES * p * p;
  return `${atoms} atoms, ${p} parameters: memory about ${mebibytes(PROGRAM + PER_ATOM * atoms + matrices)}`;
}

/** Calls before code that was just compiled runs as it will; ms that are measured at least, and beyond which nothing is repeated. */
const WARM = 4;
const ENOUGH = 50;
const PATIENCE = 500;

/** How long one call takes, s: the shortest of several where it is short. */
function secondsOf(call: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let calls = 0, spent = 0; spent < ENOUGH || (calls < WARM && spent < PATIENCE); calls++) {
    const start = performance.now();
    call();
    const time = performance.now() - start;
    best = Math.min(best, time);
    spent += time;
  }
  return best / 1e3;
}

/** What a step costs beside its force, and a sample of the velocities, and a frame that is written, s for each atom; measured. */
const REST = 0.2e-6;
const SAMPLE = 0.2e-6;
const FRAME = 8e-6;

/** What a run will take, from a few calls of its own kernels; they leave no trace in it. */
export function timeLine(run: Production): string {
  const { state, masses, every, velocities, frameEvery } = run;
  const forces = new Float64Array(state.displacements.length);
  const force = secondsOf(() => run.force(state.displacements, forces));
  const harmonic = secondsOf(() => run.harmonic(state.displacements, forces));
  const error = run.error === undefined ? 0 : secondsOf(() => run.error?.(state.displacements));
  const perAtom = REST + SAMPLE / velocities.every + FRAME / frameEvery;
  const seconds = force + masses.length * perAtom + (error + harmonic) / every;
  const steps = run.untilStep - state.step;
  const bars =
    run.error === undefined
      ? ''
      : `, ε_B in ${approximately(error)} each ${every === 1 ? 'step' : `${every} steps`}`;
  return `${steps} steps, forces in ${approximately(force)}${bars}: about ${waiting(steps * seconds)}`;
}
