import type { Supercell } from '../crystal/types.js';
import { combinedBasis } from '../expansion/basis.js';
import { firstRawCoordinates, placeGroups } from '../expansion/kernelTables.js';
import { layOut } from '../expansion/layout.js';
import type { ClusterSpace } from '../expansion/types.js';
import { Arena, type KernelMemory } from '../numerics/kernels/arena.js';
import { compileForces, foldCoefficients, type OrderProgram } from './forceProgram.js';
import { imageTensors } from './imageTensors.js';

/** Energy and forces of the expansion in one supercell. Owns the kernels' memory; repeated calls allocate nothing. */
export interface ForceKernel {
  /** 3N */
  readonly rows: number;
  /** Takes new parameters φ′ ([P]). */
  setParameters(parameters: Float64Array): void;
  /** Fills `forces` ([3N], eV/Å) at displacements `u` ([3N], Å); returns the energy relative to the ideal supercell, eV. */
  evaluate(u: Float64Array, forces: Float64Array): number;
  /** The same with the harmonic part alone: F⁽²⁾ for σ_A. */
  evaluateHarmonic(u: Float64Array, forces: Float64Array): number;
  /** [orders] energy of each order in the last evaluation, eV; the kernel's own memory, overwritten by the next. */
  readonly energies: Float64Array;
}

/** Atoms to a group, in two vectors of float64. */
const LANES = 4;
/** Bytes of a slot: one number for each atom of a group. */
const SLOT = 8 * LANES;

interface SiteTables {
  readonly surroundings: number;
  readonly tables: number;
  readonly orders: readonly { readonly program: OrderProgram; readonly coefficients: number }[];
}

/** Compiles the force kernel. Throws `InputError` for a supercell that is too small. */
export function createForceKernel(space: ClusterSpace, supercell: Supercell): ForceKernel {
  const layout = layOut(space, supercell);
  const arena = new Arena();
  let slots = 0;
  const laboratory = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const sites = layout.sites.map((site): SiteTables => {
    const program = compileForces(layout, site);
    slots = Math.max(slots, program.slots);
    const orders = program.orders.map((order) => ({
      program: order,
      coefficients: arena.reserve(8 * order.coefficients),
    }));
    const records = orders.map(({ program: p, coefficients }) => [
      p.order,
      arena.place(p.products.map((slot) => SLOT * slot)),
      p.products.length / 2,
      SLOT * p.firstProduct,
      arena.place(termsInBytes(p.terms)),
      p.terms.length / 4,
      coefficients,
    ]);
    return {
      surroundings: placeGroups(arena, site, LANES, laboratory).surroundings,
      tables: arena.record(orders.length, arena.record(...records.flat())),
      orders,
    };
  });
  return new WasmForceKernel(arena, space, layout.rows, sites, slots, firstRawCoordinates(layout));
}

class WasmForceKernel implements ForceKernel {
  readonly energies: Float64Array;
  readonly #memory: KernelMemory;
  readonly #workspace: number;
  readonly #uAddress: number;
  readonly #forcesAddress: number;
  readonly #energiesAddress: number;
  readonly #u: Float64Array;
  readonly #forces: Float64Array;

  constructor(
    arena: Arena,
    readonly space: ClusterSpace,
    readonly rows: number,
    readonly sites: readonly SiteTables[],
    slots: number,
    readonly firstRaw: readonly number[],
  ) {
    this.#workspace = arena.reserve(SLOT * slots);
    this.#uAddress = arena.reserve(8 * rows);
    this.#forcesAddress = arena.reserve(8 * rows);
    this.#energiesAddress = arena.reserve(8 * space.orders.length);
    this.#memory = arena.open();
    this.#u = this.#memory.float64(this.#uAddress, rows);
    this.#forces = this.#memory.float64(this.#forcesAddress, rows);
    this.energies = this.#memory.float64(this.#energiesAddress, space.orders.length);
  }

  setParameters(parameters: Float64Array): void {
    if (parameters.length !== this.space.parameters) {
      throw new RangeError(`parameters: ${parameters.length} numbers instead of ${this.space.parameters}`);
    }
    const tensorOf = imageTensors(this.space, rawCoordinates(this.space, parameters), this.firstRaw);
    for (const site of this.sites) {
      for (const { program, coefficients } of site.orders) {
        foldCoefficients(program, tensorOf, this.#memory.float64(coefficients, program.coefficients));
      }
    }
  }

  evaluate(u: Float64Array, forces: Float64Array): number {
    return this.#evaluate(u, forces, this.energies.length);
  }

  evaluateHarmonic(u: Float64Array, forces: Float64Array): number {
    return this.#evaluate(u, forces, 1);
  }

  #evaluate(u: Float64Array, forces: Float64Array, orders: number): number {
    if (u.length !== this.rows || forces.length !== this.rows) {
      throw new RangeError(`${u.length} displacements and ${forces.length} forces instead of ${this.rows}`);
    }
    this.#u.set(u);
    this.energies.fill(0);
    for (const { surroundings, tables } of this.sites) {
      this.#memory.kernels.forces(
        surroundings,
        tables,
        orders,
        this.#uAddress,
        this.#workspace,
        this.#forcesAddress,
        this.#energiesAddress,
      );
    }
    forces.set(this.#forces);
    let energy = 0;
    for (let n = 0; n < orders; n++) energy += this.energies[n];
    return energy;
  }
}

/** [raw of all orders] raw coordinates of φ′. */
function rawCoordinates(space: ClusterSpace, parameters: Float64Array): Float64Array {
  const basis = combinedBasis(space, 'nullSpace');
  const raw = new Float64Array(basis.rows);
  for (let q = 0; q < basis.columns; q++) {
    for (let e = basis.columnStart[q]; e < basis.columnStart[q + 1]; e++) {
      raw[basis.rowIndex[e]] += basis.values[e] * parameters[q];
    }
  }
  return raw;
}

/** Slots to bytes, sizes as they are. */
function termsInBytes(terms: Int32Array): Int32Array {
  return terms.map((x, k) => (k % 2 === 0 ? SLOT * x : x));
}
