import { readFileSync } from 'node:fs';

/**
 * The compute kernels: WebAssembly with 128-bit vectors, built from assembly/ by scripts/build-kernels.mjs.
 * Multiplications and additions stay separate and sums have a fixed order, so every machine gives the same bits.
 * All arguments are 32-bit; `address` means bytes from the start of the memory. The records which they read are in
 * assembly/tables.ts.
 */
export interface Kernels {
  /** Forces of all atoms of one primitive site, of the first `orders` orders. */
  forces(
    surroundings: number,
    tables: number,
    orders: number,
    displacements: number,
    workspace: number,
    forces: number,
    energies: number,
  ): void;
  /** Design matrix of one group of four atoms, f32 [columns][3][4 atoms]. */
  design32(
    surroundings: number,
    tables: number,
    columns: number,
    group: number,
    displacements: number,
    workspace: number,
    raw: number,
    tile: number,
  ): void;
  /** Design matrix of one group of two atoms, f64 [2 atoms][3][columns]. */
  design64(
    surroundings: number,
    tables: number,
    columns: number,
    group: number,
    displacements: number,
    workspace: number,
    raw: number,
    tile: number,
    rows: number,
  ): void;
  /** Adds the squared row norms of A·U, U upper triangular, to f64 [groups][3][4 atoms]. */
  errorProduct(tiles: number, groups: number, columns: number, panels: number, sums: number): void;
  /** C += sign · A·Bᵀ of C [m × n], A [m × k], B [n × k], f64, row strides in bytes. */
  addProduct(
    c: number,
    cStride: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    m: number,
    n: number,
    k: number,
    sign: number,
  ): void;
  /** Each row x of X [m × n] becomes the solution of L x = row, L [n × n] lower; f64, row strides in bytes. */
  solveRows(x: number, xStride: number, l: number, lStride: number, m: number, n: number): void;
  /** rounds × 96 floating-point operations in f32 vectors, as fast as the machine goes (benchmarks). */
  peak32(rounds: number): number;
}

const PAGE = 65536;
let compiled: WebAssembly.Module | undefined;

/** The kernels' code: compiled once in a thread, and handed to others as it is. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
  return compiled;
}

/** The kernels on a memory of their own, which other threads may share. */
export function openKernels(bytes: number): {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  readonly buffer: ArrayBufferLike;
} {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return { kernels: kernelsOn(kernelModule(), memory), memory, buffer: memory.buffer };
}

/** The kernels on a given memory. */
export function kernelsOn(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
