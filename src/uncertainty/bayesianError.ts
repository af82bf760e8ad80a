import type { Supercell } from '../crystal/types.js';
import { type ExpansionLayout, layOut } from '../expansion/layout.js';
import type { ClusterSpace } from '../expansion/types.js';
import { addWeightedRows } from '../numerics/dense/rows.js';
import { createDesignMatrixIn, type DesignMatrix } from '../regression/designMatrix.js';
import { equilibratedFactor, precisionInSparseBasis } from './errorGeometry.js';
import { ErrorKernel, type ErrorKernelOptions } from './errorKernel.js';

/** ε_B of one structure, eV/Å. */
export interface ErrorBar {
  /** sqrt of the mean of diag(A Σ Aᵀ) over all 3N rows. */
  readonly rms: number;
  /** Largest over the atoms of the rms of the atom's three rows. */
  readonly largestAtom: number;
  /** AtomIndex of that atom. */
  readonly worstAtom: number;
}

/**
 * The Bayesian error in one supercell (METHOD, "Bayesian error"): exact, in float32 with equilibrated columns, sums of
 * squares in float64. Owns the kernels' memory; repeated evaluations allocate nothing.
 */
export interface BayesianError {
  /** 3N */
  readonly rows: number;
  /** Bytes of kernel memory. */
  readonly bytes: number;
  /** [3N] diag(A Σ Aᵀ) of the last evaluation, (eV/Å)², overwritten by the next. */
  readonly variances: Float64Array;
  /**
   * Takes a posterior: [P·P] row-major lower R with Σ⁻¹ = R Rᵀ in φ′ (Posterior.precisionFactor), and β, (eV/Å)⁻²,
   * with which `addStructure` weighs rows.
   */
  setPrecision(factor: Float64Array, beta: number): void;
  /** Σ⁻¹ += β AᵀA of the structure at `u` ([3N], Å): what its label will do to Σ, before there is one. */
  addStructure(u: Float64Array): void;
  /** ε_B at displacements `u` ([3N], Å), of the same bits for any number of threads. The result is the same object at each call. */
  evaluate(u: Float64Array): ErrorBar;
  /** Threads that share an evaluation. */
  readonly threads: number;
  /** Ends the helper threads; only where there are some it need be called. */
  close(): void;
  /** Groups of atoms: work can be divided between threads, each with its own BayesianError, without a change of bits. */
  readonly groups: number;
  /** Fills only the rows of `variances` that belong to groups `first` to `end` − 1. */
  evaluateGroups(u: Float64Array, first: number, end: number): void;
}

/** Compiles the Bayesian error. Throws `InputError` for a supercell that is too small. */
export function createBayesianError(
  space: ClusterSpace,
  supercell: Supercell,
  options: ErrorKernelOptions = {},
): BayesianError {
  return new KernelBayesianError(layOut(space, supercell), options);
}

/** ε_B from the variances of all rows ([3N], (eV/Å)²), written into `bar`. */
export function summariseVariances(
  variances: Float64Array,
  bar: { -readonly [K in keyof ErrorBar]: ErrorBar[K] },
): ErrorBar {
  let sum = 0;
  let largest = -1;
  for (let i = 0; i < variances.length; i += 3) {
    const atom = variances[i] + variances[i + 1] + variances[i + 2];
    sum += atom;
    if (atom > largest) {
      largest = atom;
      bar.worstAtom = i / 3;
    }
  }
  bar.rms = Math.sqrt(sum / variances.length);
  bar.largestAtom = Math.sqrt(largest / 3);
  return bar;
}

class KernelBayesianError implements BayesianError {
  readonly rows: number;
  readonly groups: number;
  readonly threads: number;
  readonly bytes: number;
  readonly variances: Float64Array;
  readonly #layout: ExpansionLayout;
  readonly #kernel: ErrorKernel;
  readonly #bar = { rms: 0, largestAtom: 0, worstAtom: 0 };
  #precision: Float64Array | undefined;
  #beta = 0;
  #design: DesignMatrix | undefined;

  constructor(layout: ExpansionLayout, options: ErrorKernelOptions) {
    this.#layout = layout;
    this.#kernel = new ErrorKernel(layout, options);
    this.threads = this.#kernel.threads;
    this.rows = layout.rows;
    this.groups = this.#kernel.groups;
    this.bytes = this.#kernel.bytes;
    this.variances = new Float64Array(layout.rows);
  }

  setPrecision(factor: Float64Array, beta: number): void {
    const p = this.#layout.space.parameters;
    if (factor.length !== p * p) {
      throw new RangeError(`precision factor: ${factor.length} numbers instead of ${p * p}`);
    }
    const { precision, spare } = precisionInSparseBasis(this.#layout.space, factor);
    this.#precision = precision;
    this.#beta = beta;
    this.#kernel.setFactor(equilibratedFactor(precision, p, spare));
  }

  addStructure(u: Float64Array): void {
    const precision = this.#requirePrecision();
    this.#design ??= createDesignMatrixIn(this.#layout, this.#kernel.basis);
    addWeightedGram(this.#design, u, this.#beta, precision);
    this.#kernel.setFactor(equilibratedFactor(precision, this.#design.parameters));
  }

  evaluate(u: Float64Array): ErrorBar {
    this.#requirePrecision();
    this.#kernel.evaluateAll(u, this.variances);
    return summariseVariances(this.variances, this.#bar);
  }

  evaluateGroups(u: Float64Array, first: number, end: number): void {
    this.#requirePrecision();
    this.#kernel.evaluate(u, first, end, this.variances);
  }

  close(): void {
    this.#kernel.close();
  }

  #requirePrecision(): Float64Array {
    if (this.#precision === undefined) throw new Error('the Bayesian error has no precision yet');
    return this.#precision;
  }
}

/** Lower triangle of `precision` += β AᵀA. */
function addWeightedGram(design: DesignMatrix, u: Float64Array, beta: number, precision: Float64Array): void {
  const a = new Float64Array(design.rows * design.parameters);
  design.compute(u, a);
  addWeightedRows(precision, a, design.rows, design.parameters, Math.sqrt(beta));
}
