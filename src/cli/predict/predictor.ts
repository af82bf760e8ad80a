import { displacementsFrom } from '../../crystal/matching.js';
import { supercellOfLattice } from '../../crystal/supercellOfLattice.js';
import type { Supercell } from '../../crystal/types.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import type { ClusterSpace } from '../../expansion/types.js';
import type { ForceField } from '../../forcefield/forceField.js';
import { createForceKernel, type ForceKernel } from '../../forcefield/forceKernel.js';
import { type BayesianError, createBayesianError } from '../../uncertainty/bayesianError.js';
import type { Frame } from './frames.js';

/** What a force field says of one structure; arrays in the order of its file. */
export interface Prediction {
  readonly frame: Frame;
  /** Relative to the ideal crystal, eV. */
  readonly energy: number;
  /** [3·atoms] eV/Å */
  readonly forces: Float64Array;
  /** Absent for a force field without error bars. */
  readonly error?: PredictedError;
}

/** Bayesian error of a structure, eV/Å. */
export interface PredictedError {
  /** [atoms] rms over the atom's three force components. */
  readonly perAtom: Float64Array;
  /** ε_B: rms over all force components. */
  readonly rms: number;
  /** Largest of the atoms, and which (index from 0 in the file). */
  readonly largestAtom: number;
  readonly worstAtom: number;
}

interface Kernels {
  readonly supercell: Supercell;
  readonly force: ForceKernel;
  readonly error?: BayesianError;
}

/** Predicts structures in any supercell of the crystal; kernels are kept for each supercell that is met. */
export function createPredictor(field: ForceField, space: ClusterSpace): (frame: Frame) => Prediction {
  const known = new Map<string, Kernels>();
  const kernelsOf = (frame: Frame): Kernels => {
    const supercell = supercellOfLattice(field.primitive, frame.lattice, frame.source);
    const key = supercell.matrix.join(' ');
    const found = known.get(key) ?? createKernels(field, space, supercell, frame.source);
    known.set(key, found);
    return found;
  };
  return (frame) => {
    const { supercell, force, error } = kernelsOf(frame);
    const { displacements, order } = displacementsFrom(supercell, frame, frame.source);
    const forces = new Float64Array(displacements.length);
    const energy = force.evaluate(displacements, forces);
    error?.evaluate(displacements);
    return {
      frame,
      energy,
      forces: inFileOrder(forces, order),
      ...(error !== undefined && { error: predictedError(inFileOrder(error.variances, order)) }),
    };
  };
}

function createKernels(
  { parameters, precisionFactor, beta, cutoffs }: ForceField,
  space: ClusterSpace,
  supercell: Supercell,
  source: string,
): Kernels {
  checkSupercell(cutoffs, supercell, source);
  const force = createForceKernel(space, supercell);
  force.setParameters(parameters);
  if (precisionFactor === undefined) return { supercell, force };
  const error = createBayesianError(space, supercell);
  error.setPrecision(precisionFactor, beta);
  return { supercell, force, error };
}

/** Rows of the supercell's atoms as rows of the file's. */
function inFileOrder(values: Float64Array, order: Int32Array): Float64Array {
  const out = new Float64Array(values.length);
  order.forEach((atom, from) => {
    out.set(values.subarray(3 * atom, 3 * atom + 3), 3 * from);
  });
  return out;
}

/** Errors of a structure from the variances of its rows ([3·atoms], (eV/Å)²). */
function predictedError(variances: Float64Array): PredictedError {
  const perAtom = new Float64Array(variances.length / 3);
  let sum = 0;
  let worstAtom = 0;
  for (let i = 0; i < perAtom.length; i++) {
    const square = (variances[3 * i] + variances[3 * i + 1] + variances[3 * i + 2]) / 3;
    perAtom[i] = Math.sqrt(square);
    sum += square;
    if (perAtom[i] > perAtom[worstAtom]) worstAtom = i;
  }
  return { perAtom, rms: Math.sqrt(sum / perAtom.length), largestAtom: perAtom[worstAtom], worstAtom };
}
