import type { Supercell } from '../crystal/types.js';
import { type ExpansionLayout, layOut } from '../expansion/layout.js';
import type { ClusterSpace } from '../expansion/types.js';
import { addSymmetricProduct } from '../numerics/dense/product.js';
import { createDesignMatrixIn, type DesignMatrix } from '../regression/designMatrix.js';
import { errorFactor, precisionInSparseBasis } from './errorGeometry.js';
import { ErrorKernel } from './errorKernel.js';

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
  /** ε_B at displacements `u` ([3N], Å). The result is the same object at each call. */
  evaluate(u: Float64Array): ErrorBar;
  /** Groups of atoms: work can be divided between threads, each with its own BayesianError, without a change of bits. */
  readonly groups: number;
  /** Fills only the rows of `variances` that belong to groups `first` to `end` − 1. */
  evaluateGroups(u: Float64Array, first: number, end: number): void;
}

/** Compiles the Bayesian error. Throws `InputError` for a supercell that is too small. */
export function createBayesianError(space: ClusterSpace, supercell: Supercell): BayesianError {
  return new KernelBayesianError(layOut(space, supercell));
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
  readonly bytes: number;
  readonly variances: Float64Array;
  readonly #layout: ExpansionLayout;
  readonly #kernel: ErrorKernel;
  readonly #bar = { rms: 0, largestAtom: 0, worstAtom: 0 };
  #precision: Float64Array | undefined;
  #beta = 0;
  #design: DesignMatrix | undefined;

  constructor(layout: ExpansionLayout) {
    this.#layout = layout;
    this.#kernel = new ErrorKernel(layout);
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
    this.#precision = precisionInSparseBasis(this.#layout.space, factor);
    this.#beta = beta;
    this.#kernel.setFactor(errorFactor(this.#precision, p));
  }

  addStructure(u: Float64Array): void {
    const precision = this.#requirePrecision();
    this.#design ??= createDesignMatrixIn(this.#layout, this.#kernel.basis);
    addWeightedGram(this.#design, u, this.#beta, precision);
    this.#kernel.setFactor(errorFactor(precision, this.#design.parameters));
  }

  evaluate(u: Float64Array): ErrorBar {
    this.evaluateGroups(u, 0, this.groups);
    return summariseVariances(this.variances, this.#bar);
  }

  evaluateGroups(u: Float64Array, first: number, end: number): void {
    this.#requirePrecision();
    this.#kernel.evaluate(u, first, end, this.variances);
  }

  #requirePrecision(): Float64Array {
    if (this.#precision === undefined) throw new Error('the Bayesian error has no precision yet');
    return this.#precision;
  }
}

/** Lower triangle of `precision` += β AᵀA. */
function addWeightedGram(design: DesignMatrix, u: Float64Array, beta: number, precision: Float64Array): void {
  const { rows, parameters: p } = design;
  const a = new Float64Array(rows * p);
  design.compute(u, a);
  const weight = Math.sqrt(beta);
  const transposed = new Float64Array(rows * p);
  for (let r = 0; r < rows; r++) {
    for (let q = 0; q < p; q++) transposed[q * rows + r] = weight * a[r * p + q];
  }
  const columns = { data: transposed, offset: 0, stride: rows };
  addSymmetricProduct({ data: precision, offset: 0, stride: p }, columns, p, rows, 1);
}
