import { FailureError, InputError, inputError } from '../errors.js';
import { TO_MEV } from '../units.js';
import type { DesignMatrix } from './designMatrix.js';
import { addRows, emptyGram } from './gram.js';
import { predictedMean, predictiveVariance } from './posterior.js';
import type { Gram, Posterior } from './types.js';

/** Displacements and reference forces of one structure, in the supercell's atom order. */
export interface LabelledStructure {
  /** [3N] u, Å. */
  readonly displacements: Float64Array;
  /** [3N] F as the reference gave them, eV/Å. */
  readonly forces: Float64Array;
}

/** Where force constants come from: the map A(u), and the forces that are there without displacements. */
export interface Labelling {
  readonly design: DesignMatrix;
  /** [3N] reference forces on the ideal supercell, eV/Å; absent: none known, taken as 0. */
  readonly idealForces?: Float64Array;
}

/** y [3N]: forces that the expansion has to explain, those of the ideal supercell taken off, eV/Å. */
export function labelsOf(structure: LabelledStructure, idealForces?: Float64Array): Float64Array {
  if (!idealForces) return structure.forces;
  return structure.forces.map((force, i) => force - idealForces[i]);
}

/** Sums over structures in the order given; one float64 design matrix is held at a time. */
export function gramOfStructures(labelling: Labelling, structures: readonly LabelledStructure[]): Gram {
  const { design, idealForces } = labelling;
  const gram = emptyGram(design.parameters);
  const a = new Float64Array(design.rows * design.parameters);
  structures.forEach((structure, index) => {
    requireFinite(structure, index, design.rows);
    design.compute(structure.displacements, a);
    addRows(gram, a, labelsOf(structure, idealForces));
  });
  return gram;
}

/** What a posterior says of structures: one entry for each row of each of them, structure after structure. */
export interface Predictions {
  /** A m̄, eV/Å. */
  readonly predicted: Float64Array;
  /** Labels y, eV/Å. */
  readonly reference: Float64Array;
  /** diag(A Σ Aᵀ), (eV/Å)²; absent where there is no error bar. */
  readonly variances?: Float64Array;
}

export function predictStructures(
  labelling: Labelling,
  posterior: Posterior,
  structures: readonly LabelledStructure[],
): Predictions {
  const { design, idealForces } = labelling;
  const { rows, parameters } = design;
  const predicted = new Float64Array(structures.length * rows);
  const reference = new Float64Array(structures.length * rows);
  const variances = posterior.precisionFactor && new Float64Array(structures.length * rows);
  const a = new Float64Array(rows * parameters);
  structures.forEach((structure, index) => {
    requireFinite(structure, index, rows);
    design.compute(structure.displacements, a);
    predicted.set(predictedMean(posterior.parameters, a), index * rows);
    reference.set(labelsOf(structure, idealForces), index * rows);
    variances?.set(predictiveVariance(posterior, a), index * rows);
  });
  return { predicted, reference, variances };
}

/** Largest force on an atom of the ideal supercell that passes without a word, and the largest that passes at all, eV/Å. */
export const IDEAL_FORCE_LIMITS = { warning: 0.01, refusal: 0.05 } as const;

/**
 * Whether the crystal is relaxed enough to expand about: a warning above 10 meV/Å on an atom, `InputError` above 50
 * unless `allowed`; undefined where all is well.
 */
export function checkIdealForces(idealForces: Float64Array, allowed = false): string | undefined {
  const { atom, force } = largestForce(idealForces);
  if (force <= IDEAL_FORCE_LIMITS.warning) return undefined;
  const found = `${(force * TO_MEV).toFixed(1)} meV/Å on atom ${atom + 1}`;
  const limit = IDEAL_FORCE_LIMITS.refusal * TO_MEV;
  // Forces that are no numbers are never allowed.
  if (Number.isNaN(force) || (force > IDEAL_FORCE_LIMITS.refusal && !allowed)) {
    throw inputError({
      field: 'crystal',
      message: 'the reference forces do not vanish on the ideal supercell: the crystal is not relaxed',
      got: found,
      expected: `at most ${limit} meV/Å`,
      hint: 'relax the positions (and the lattice) with the reference’s own settings; to go on all the same: regression.allowIdealForces in a campaign, --allow-unrelaxed in fit',
    });
  }
  return `the crystal is not quite relaxed: the reference force on the ideal supercell is ${found}`;
}

function largestForce(forces: Float64Array): { readonly atom: number; readonly force: number } {
  let [atom, square] = [0, 0];
  for (let i = 0; 3 * i < forces.length; i++) {
    const [x, y, z] = forces.subarray(3 * i, 3 * i + 3);
    const own = x * x + y * y + z * z;
    if (!Number.isFinite(own)) return { atom: i, force: Number.NaN };
    if (own > square) [atom, square] = [i, own];
  }
  return { atom, force: Math.sqrt(square) };
}

function requireFinite({ displacements, forces }: LabelledStructure, index: number, rows: number): void {
  if (displacements.length !== rows || forces.length !== rows) {
    throw new FailureError(
      `structure ${index + 1} has ${displacements.length} displacements and ${forces.length} forces for ${rows} rows`,
    );
  }
  const problems = Object.entries({ displacements, forces }).flatMap(([what, values]) => {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad < 0) return [];
    const field = `structure ${index + 1}, atom ${Math.floor(bad / 3) + 1}`;
    return [{ field, message: `its ${what} hold a number that is not finite`, got: `${values[bad]}` }];
  });
  if (problems.length > 0) throw new InputError(problems);
}
