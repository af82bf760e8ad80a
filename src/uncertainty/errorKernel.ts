import { combinedBasis } from '../expansion/basis.js';
import { firstRawCoordinates, placeGroups, SLOT } from '../expansion/kernelTables.js';
import type { ExpansionLayout } from '../expansion/layout.js';
import { Arena, type KernelMemory } from '../numerics/kernels/arena.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { compileDesign } from '../regression/designProgram.js';
import { placeColumns, placeProgram } from '../regression/designTables.js';
import { framesOf } from '../regression/frames.js';
import type { ErrorFactor } from './errorGeometry.js';

const LANES = 4;
/** Columns of U in one panel (assembly/errorProduct.ts). */
const PANEL = 3;
/** Groups that share one pass through U; their tiles should stay in the second-level cache. */
const BATCH_BYTES = 512 * 1024;
const LARGEST_BATCH = 16;

/** One group of four atoms of one site. */
interface Group {
  readonly surroundings: number;
  readonly program: number;
  readonly index: number;
  /** [valid] AtomIndex */
  readonly atoms: Int32Array;
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
  /** Bytes of kernel memory. */
  readonly bytes: number;
  readonly #groups: readonly Group[];
  readonly #memory: KernelMemory;
  readonly #columns: number;
  readonly #columnValues: Float32Array;
  readonly #workspace: number;
  readonly #raw: number;
  readonly #tiles: number;
  readonly #batch: number;
  readonly #panelsAddress: number;
  readonly #panels: Float32Array;
  readonly #sumsAddress: number;
  readonly #sums: Float64Array;
  readonly #uAddress: number;
  readonly #u: Float64Array;

  constructor(layout: ExpansionLayout) {
    const arena = new Arena();
    const basis = combinedBasis(layout.space, 'sparseNullSpace');
    const p = basis.columns;
    const { groups, slots, frames } = placeSites(arena, layout);
    const tileBytes = 3 * SLOT * p;
    this.basis = basis;
    this.rows = layout.rows;
    this.groups = groups.length;
    this.#groups = groups;
    this.#batch = Math.max(1, Math.min(LARGEST_BATCH, Math.floor(BATCH_BYTES / tileBytes)));
    const columns = placeColumns(arena, basis, 'float32');
    this.#columns = columns.record;
    this.#workspace = arena.reserve(SLOT * slots);
    this.#raw = arena.reserve(3 * SLOT * frames * basis.rows);
    this.#tiles = arena.reserve(this.#batch * tileBytes);
    this.#panelsAddress = arena.reserve(4 * panelNumbers(p));
    this.#sumsAddress = arena.reserve(this.#batch * 3 * LANES * 8);
    this.#uAddress = arena.reserve(8 * layout.rows);
    this.bytes = arena.bytes;
    this.#memory = arena.open();
    this.#columnValues = this.#memory.float32(columns.values, basis.values.length);
    this.#panels = this.#memory.float32(this.#panelsAddress, panelNumbers(p));
    this.#sums = this.#memory.float64(this.#sumsAddress, this.#batch * 3 * LANES);
    this.#u = this.#memory.float64(this.#uAddress, layout.rows);
  }

  /** Rounds a factor and the basis with its column scales to single precision. */
  setFactor({ scale, upper }: ErrorFactor): void {
    const { columns: p, columnStart, values } = this.basis;
    for (let q = 0; q < p; q++) {
      for (let e = columnStart[q]; e < columnStart[q + 1]; e++) {
        this.#columnValues[e] = scale[q] * values[e];
      }
    }
    packPanels(upper, p, this.#panels);
  }

  /** Fills the rows of `variances` ([3N], (eV/Å)²) that belong to groups `first` to `end` − 1, at `u` ([3N], Å). */
  evaluate(u: Float64Array, first: number, end: number, variances: Float64Array): void {
    if (u.length !== this.rows) throw new RangeError(`${u.length} displacements instead of ${this.rows}`);
    this.#u.set(u);
    for (let start = first; start < end; start += this.#batch) {
      this.#evaluateBatch(start, Math.min(this.#batch, end - start), variances);
    }
  }

  #evaluateBatch(first: number, count: number, variances: Float64Array): void {
    const p = this.basis.columns;
    const { kernels } = this.#memory;
    for (let g = 0; g < count; g++) {
      const { surroundings, program, index } = this.#groups[first + g];
      kernels.design32(
        surroundings,
        program,
        this.#columns,
        index,
        this.#uAddress,
        this.#workspace,
        this.#raw,
        this.#tiles + g * 3 * SLOT * p,
      );
    }
    this.#sums.fill(0);
    kernels.errorProduct(this.#tiles, count, p, this.#panelsAddress, this.#sumsAddress);
    for (let g = 0; g < count; g++) {
      const { atoms } = this.#groups[first + g];
      for (let lane = 0; lane < atoms.length; lane++) {
        for (let a = 0; a < 3; a++) {
          variances[3 * atoms[lane] + a] = this.#sums[(3 * g + a) * LANES + lane];
        }
      }
    }
  }
}

function placeSites(
  arena: Arena,
  layout: ExpansionLayout,
): { readonly groups: readonly Group[]; readonly slots: number; readonly frames: number } {
  const frames = framesOf(layout.space.primitive.operations);
  const firstRaw = firstRawCoordinates(layout);
  const groups: Group[] = [];
  let slots = 0;
  for (const site of layout.sites) {
    const compiled = compileDesign(layout, site, frames, firstRaw);
    slots = Math.max(slots, compiled.slots);
    const program = placeProgram(arena, compiled, frames.count, 'float32');
    const placed = placeGroups(arena, site, LANES, frames.rotations);
    for (let index = 0; index < placed.groups; index++) {
      const atoms = placed.atoms.slice(LANES * index, LANES * index + placed.valid[index]);
      groups.push({ surroundings: placed.surroundings, program, index, atoms });
    }
  }
  return { groups, slots, frames: frames.count };
}

/** Numbers in the packed panels of an upper triangular matrix of size p. */
function panelNumbers(p: number): number {
  let count = 0;
  for (let c = 0; c < p; c += PANEL) count += PANEL * Math.min(c + PANEL, p);
  return count;
}

/** [panel][row ≤ last column][PANEL], zeros below the diagonal and beyond the last column. */
function packPanels(upper: Float64Array, p: number, panels: Float32Array): void {
  let out = 0;
  for (let c = 0; c < p; c += PANEL) {
    const depth = Math.min(c + PANEL, p);
    for (let k = 0; k < depth; k++) {
      for (let q = c; q < c + PANEL; q++) panels[out++] = q < p ? upper[k * p + q] : 0;
    }
  }
}
