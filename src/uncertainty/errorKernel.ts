import { combinedBasis } from '../expansion/basis.js';
import { firstRawCoordinates, placeGroups, SLOT } from '../expansion/kernelTables.js';
import type { ExpansionLayout } from '../expansion/layout.js';
import { visitInverseOfLowerTransposed } from '../numerics/dense/triangular.js';
import { Arena, type KernelMemory } from '../numerics/kernels/arena.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { compileDesign } from '../regression/designProgram.js';
import { placeColumns, placeProgram } from '../regression/designTables.js';
import { framesOf } from '../regression/frames.js';
import { computeGroups, type ErrorPlan, type Scratch } from './errorChunks.js';
import type { EquilibratedFactor } from './errorGeometry.js';
import { HELPER_ENTRY, Helpers } from './helpers.js';

const LANES = 4;
/** Columns of U in one panel (assembly/errorProduct.ts). */
const PANEL = 3;
/** Groups that share one pass through the factor; their tiles should stay in the second-level cache. */
const BATCH_BYTES = 512 * 1024;
const LARGEST_BATCH = 16;

/** With less work than this (rows · P²) a helper would sleep longer than it works: about a millisecond. */
const WORTH_SHARING = 3e7;

/** How many of `threads` an error kernel of so many rows and parameters makes use of. */
export function errorThreads(rows: number, parameters: number, threads: number): number {
  return rows * parameters * parameters < WORTH_SHARING ? 1 : Math.max(1, threads);
}

export interface ErrorKernelOptions {
  /** Threads that share one evaluation, this one included; fewer where the work is not worth it. Default 1. */
  readonly threads?: number;
  /** Compiled entry of the helper threads. */
  readonly helperEntry?: URL;
}

/**
 * diag(A Σ Aᵀ) in single precision: the design matrix of four atoms at a time in the sparse basis with equilibrated
 * columns, then its product with the upper triangular factor, of which only the row norms are kept.
 */
export class ErrorKernel {
  /** 3N */
  readonly rows: number;
  /** The sparse basis, raw = basis · z. */
  readonly basis: SparseMatrix;
  /** Groups of atoms, the unit of work: what one group gives depends on no other. */
  readonly groups: number;
  /** Threads that share an evaluation. */
  readonly threads: number;
  /** Bytes of kernel memory. */
  readonly bytes: number;
  readonly #plan: ErrorPlan;
  readonly #scratch: Scratch;
  readonly #helpers: Helpers | undefined;
  /** [groups] AtomIndex of the lanes that count. */
  readonly #atoms: readonly Int32Array[];
  readonly #memory: KernelMemory;
  readonly #columnValues: Float32Array;
  readonly #panels: Float32Array;
  readonly #sums: Float64Array;
  readonly #u: Float64Array;

  constructor(layout: ExpansionLayout, { threads = 1, helperEntry = HELPER_ENTRY }: ErrorKernelOptions = {}) {
    const arena = new Arena();
    const basis = combinedBasis(layout.space, 'sparseNullSpace');
    const p = basis.columns;
    const { groups, atoms, slots, frames } = placeSites(arena, layout);
    const tileBytes = 3 * SLOT * p;
    const batch = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_BYTES / tileBytes)));
    this.basis = basis;
    this.rows = layout.rows;
    this.groups = atoms.length;
    this.threads = errorThreads(layout.rows, p, Math.min(threads, atoms.length));
    this.#atoms = atoms;
    const columns = placeColumns(arena, basis, 'float32');
    const scratches = Array.from({ length: this.threads }, () => ({
      workspace: arena.reserve(SLOT * slots),
      raw: arena.reserve(3 * SLOT * frames * basis.rows),
      tiles: arena.reserve(batch * tileBytes),
    }));
    this.#scratch = scratches[0];
    this.#plan = {
      columns: p,
      basis: columns.record,
      displacements: arena.reserve(8 * layout.rows),
      panels: arena.reserve(4 * panelNumbers(p)),
      sums: arena.reserve(atoms.length * 3 * LANES * 8),
      groups,
      tileBytes,
      batch,
    };
    this.bytes = arena.bytes;
    this.#memory = arena.open();
    this.#columnValues = this.#memory.float32(columns.values, basis.values.length);
    this.#panels = this.#memory.float32(this.#plan.panels, panelNumbers(p));
    this.#sums = this.#memory.float64(this.#plan.sums, atoms.length * 3 * LANES);
    this.#u = this.#memory.float64(this.#plan.displacements, layout.rows);
    this.#helpers =
      this.threads > 1
        ? new Helpers(this.#memory.memory, this.#plan, scratches.slice(1), helperEntry)
        : undefined;
  }

  /** Rounds a factor and the basis with its column scales to single precision. */
  setFactor({ scale, lower }: EquilibratedFactor): void {
    const { columns: p, columnStart, values } = this.basis;
    for (let q = 0; q < p; q++) {
      for (let e = columnStart[q]; e < columnStart[q + 1]; e++) {
        this.#columnValues[e] = scale[q] * values[e];
      }
    }
    packInverse(lower, p, this.#panels);
  }

  /** Fills `variances` ([3N], (eV/Å)²) at `u` ([3N], Å), all threads working. */
  evaluateAll(u: Float64Array, variances: Float64Array): void {
    if (this.#helpers === undefined) {
      this.evaluate(u, 0, this.groups, variances);
      return;
    }
    this.#start(u);
    this.#helpers.run(this.#compute);
    this.#collect(0, this.groups, variances);
  }

  /** Fills the rows of `variances` that belong to groups `first` to `end` − 1, in this thread. */
  evaluate(u: Float64Array, first: number, end: number, variances: Float64Array): void {
    this.#start(u);
    const { batch } = this.#plan;
    for (let start = first; start < end; start += batch) this.#compute(start, Math.min(start + batch, end));
    this.#collect(first, end, variances);
  }

  /** Ends the helper threads; the kernel is of no use afterwards. */
  close(): void {
    this.#helpers?.close();
  }

  readonly #compute = (first: number, end: number): void => {
    computeGroups(this.#memory.kernels, this.#plan, this.#scratch, first, end);
  };

  #start(u: Float64Array): void {
    if (u.length !== this.rows) throw new RangeError(`${u.length} displacements instead of ${this.rows}`);
    this.#u.set(u);
    this.#sums.fill(0);
  }

  #collect(first: number, end: number, variances: Float64Array): void {
    for (let g = first; g < end; g++) {
      const atoms = this.#atoms[g];
      for (let lane = 0; lane < atoms.length; lane++) {
        for (let a = 0; a < 3; a++) {
          variances[3 * atoms[lane] + a] = this.#sums[(3 * g + a) * LANES + lane];
        }
      }
    }
  }
}

function placeSites(arena: Arena, layout: ExpansionLayout) {
  const frames = framesOf(layout.space.primitive.operations);
  const firstRaw = firstRawCoordinates(layout);
  const groups: number[] = [];
  const atoms: Int32Array[] = [];
  let slots = 0;
  for (const site of layout.sites) {
    const compiled = compileDesign(layout, site, frames, firstRaw);
    slots = Math.max(slots, compiled.slots);
    const program = placeProgram(arena, compiled, frames.count, 'float32');
    const placed = placeGroups(arena, site, LANES, frames.rotations);
    for (let index = 0; index < placed.groups; index++) {
      groups.push(placed.surroundings, program, index);
      atoms.push(placed.atoms.slice(LANES * index, LANES * index + placed.valid[index]));
    }
  }
  return { groups: Int32Array.from(groups), atoms, slots, frames: frames.count };
}

/** Numbers in the packed panels of an upper triangular matrix of size p. */
function panelNumbers(p: number): number {
  let count = 0;
  for (let c = 0; c < p; c += PANEL) count += PANEL * Math.min(c + PANEL, p);
  return count;
}

/**
 * (L⁻¹)ᵀ as [panel][row ≤ last column][PANEL], zeros below the diagonal and beyond the last column; a few rows of it at a
 * time, so that it is never there as a whole in double precision.
 */
function packInverse(lower: Float64Array, p: number, panels: Float32Array): void {
  panels.fill(0);
  visitInverseOfLowerTransposed(lower, p, (first, rows, block) => {
    const length = p - first;
    let start = panelNumbers(first - (first % PANEL));
    for (let c = first - (first % PANEL); c < p; c += PANEL) {
      const width = Math.min(PANEL, p - c);
      for (let r = 0; r < rows && first + r < c + width; r++) {
        const row = start + PANEL * (first + r);
        for (let q = Math.max(0, first + r - c); q < width; q++) {
          panels[row + q] = block[r * length + c + q - first];
        }
      }
      start += PANEL * Math.min(c + PANEL, p);
    }
  });
}
