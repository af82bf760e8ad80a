import type { Supercell } from '../crystal/types.js';
import { combinedBasis } from '../expansion/basis.js';
import { firstRawCoordinates, placeGroups, SLOT } from '../expansion/kernelTables.js';
import { type ExpansionLayout, layOut } from '../expansion/layout.js';
import type { ClusterSpace } from '../expansion/types.js';
import { Arena, type KernelMemory } from '../numerics/kernels/arena.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { compileDesign } from './designProgram.js';
import { placeColumns, placeProgram } from './designTables.js';
import { framesOf } from './frames.js';

/** The linear map from parameters to forces at given displacements: f = A(u) φ′. */
export interface DesignMatrix {
  /** 3N: 3·atom + direction. */
  readonly rows: number;
  /** P */
  readonly parameters: number;
  /** Bytes of memory held. */
  readonly bytes: number;
  /**
   * Fills `out` ([3N·P] row-major, eV/Å per unit of φ′, the force's minus sign included) at displacements `u` ([3N], Å),
   * in float64. Allocates nothing.
   */
  compute(u: Float64Array, out: Float64Array): void;
}

/** The design matrix in the orthonormal basis of φ′. Throws `InputError` for a supercell that is too small. */
export function createDesignMatrix(space: ClusterSpace, supercell: Supercell): DesignMatrix {
  return createDesignMatrixIn(layOut(space, supercell), combinedBasis(space, 'nullSpace'));
}

interface SiteTables {
  readonly surroundings: number;
  readonly program: number;
  readonly groups: number;
  readonly valid: Int32Array;
  readonly atoms: Int32Array;
}

/** The same in any basis: raw coordinates = basis · coordinates. */
export function createDesignMatrixIn(layout: ExpansionLayout, basis: SparseMatrix): DesignMatrix {
  const arena = new Arena();
  const frames = framesOf(layout.space.primitive.operations);
  const firstRaw = firstRawCoordinates(layout);
  let slots = 0;
  const sites = layout.sites.map((site): SiteTables => {
    const compiled = compileDesign(layout, site, frames, firstRaw);
    slots = Math.max(slots, compiled.slots);
    return {
      ...placeGroups(arena, site, 2, frames.rotations),
      program: placeProgram(arena, compiled, frames.count, 'float64'),
    };
  });
  return new KernelDesignMatrix(arena, layout.rows, basis, sites, slots, frames.count);
}

class KernelDesignMatrix implements DesignMatrix {
  readonly parameters: number;
  readonly bytes: number;
  readonly #memory: KernelMemory;
  readonly #columns: number;
  readonly #workspace: number;
  readonly #raw: number;
  readonly #tile: number;
  readonly #uAddress: number;
  readonly #rowsAddress: number;
  readonly #u: Float64Array;
  /** [6] the rows of two atoms. */
  readonly #rowViews: readonly Float64Array[];

  constructor(
    arena: Arena,
    readonly rows: number,
    basis: SparseMatrix,
    readonly sites: readonly SiteTables[],
    slots: number,
    frames: number,
  ) {
    this.parameters = basis.columns;
    this.#columns = placeColumns(arena, basis, 'float64').record;
    this.#workspace = arena.reserve(SLOT * slots);
    this.#raw = arena.reserve(3 * SLOT * frames * basis.rows);
    this.#tile = arena.reserve(3 * SLOT * basis.columns);
    this.#rowsAddress = arena.reserve(6 * 8 * basis.columns);
    this.#uAddress = arena.reserve(8 * rows);
    this.bytes = arena.bytes;
    this.#memory = arena.open();
    this.#u = this.#memory.float64(this.#uAddress, rows);
    this.#rowViews = [0, 1, 2, 3, 4, 5].map((k) =>
      this.#memory.float64(this.#rowsAddress + 8 * k * basis.columns, basis.columns),
    );
  }

  compute(u: Float64Array, out: Float64Array): void {
    requireLength('displacements', u, this.rows);
    requireLength('design matrix', out, this.rows * this.parameters);
    this.#u.set(u);
    for (const site of this.sites) {
      for (let group = 0; group < site.groups; group++) this.#computeGroup(site, group, out);
    }
  }

  #computeGroup(site: SiteTables, group: number, out: Float64Array): void {
    this.#memory.kernels.design64(
      site.surroundings,
      site.program,
      this.#columns,
      group,
      this.#uAddress,
      this.#workspace,
      this.#raw,
      this.#tile,
      this.#rowsAddress,
    );
    for (let lane = 0; lane < site.valid[group]; lane++) {
      const row = 3 * site.atoms[2 * group + lane];
      for (let a = 0; a < 3; a++) out.set(this.#rowViews[3 * lane + a], (row + a) * this.parameters);
    }
  }
}

function requireLength(what: string, array: Float64Array, length: number): void {
  if (array.length !== length) throw new RangeError(`${what}: ${array.length} numbers instead of ${length}`);
}
