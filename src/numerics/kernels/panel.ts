import type { Window } from '../dense/window.js';
import { Arena, type KernelMemory } from './arena.js';

/** Rows of B that are held together, and rows of A that meet them at a time. */
export const PANEL_ROWS = 96;
/** Stretch of k summed in registers before it is added to C; a panel's share of it stays in the second-level cache. */
export const DEPTH = 256;

interface Buffers {
  readonly memory: KernelMemory;
  /** Longest k. */
  readonly capacity: number;
  readonly cAddress: number;
  readonly aAddress: number;
  readonly bAddress: number;
  readonly lAddress: number;
  /** [PANEL_ROWS · PANEL_ROWS] */
  readonly c: Float64Array;
  /** [PANEL_ROWS · DEPTH] */
  readonly a: Float64Array;
  /** [PANEL_ROWS · capacity], with a row stride of its own length k */
  readonly b: Float64Array;
  /** [PANEL_ROWS · PANEL_ROWS] */
  readonly l: Float64Array;
}

let buffers: Buffers | undefined;

function openBuffers(length: number): Buffers {
  if (buffers !== undefined && buffers.capacity >= length) return buffers;
  let capacity = 1024;
  while (capacity < length) capacity *= 2;
  const arena = new Arena();
  const cAddress = arena.reserve(8 * PANEL_ROWS * PANEL_ROWS);
  const aAddress = arena.reserve(8 * PANEL_ROWS * DEPTH);
  const bAddress = arena.reserve(8 * PANEL_ROWS * capacity);
  const lAddress = arena.reserve(8 * PANEL_ROWS * PANEL_ROWS);
  const memory = arena.open();
  buffers = {
    memory,
    capacity,
    cAddress,
    aAddress,
    bAddress,
    lAddress,
    c: memory.float64(cAddress, PANEL_ROWS * PANEL_ROWS),
    a: memory.float64(aAddress, PANEL_ROWS * DEPTH),
    b: memory.float64(bAddress, PANEL_ROWS * capacity),
    l: memory.float64(lAddress, PANEL_ROWS * PANEL_ROWS),
  };
  return buffers;
}

/**
 * B [n × k], n ≤ PANEL_ROWS, copied into the kernels' memory once for many rows of A; one at a time in a thread.
 * An entry of A Bᵀ is a sum over even k, a sum over odd k and their sum, for `DEPTH` k at a time: whatever block it falls
 * into, it has the same bits.
 */
export class Panel {
  readonly #own: Buffers;

  constructor(
    b: Window,
    readonly n: number,
    readonly k: number,
  ) {
    this.#own = openBuffers(k);
    copyIn(this.#own.b, k, b, n, k);
  }

  /** The lower triangular L [n × n] against which `add` solves. */
  loadTriangle(l: Window): void {
    copyIn(this.#own.l, PANEL_ROWS, l, this.n, this.n);
  }

  /**
   * C ← C + sign · A Bᵀ over columns `from` to k of A [m × k], C [m × n]; with `solve`, each row of C then becomes the
   * solution of L x = row.
   */
  add(c: Window, a: Window, m: number, sign: 1 | -1, from = 0, solve = false): void {
    if (from >= this.k && !solve) return;
    for (let i = 0; i < m; i += PANEL_ROWS) {
      this.#block(rowsFrom(c, i), rowsFrom(a, i), Math.min(PANEL_ROWS, m - i), sign, from, solve);
    }
  }

  #block(c: Window, a: Window, rows: number, sign: 1 | -1, from: number, solve: boolean): void {
    const { n, k } = this;
    const own = this.#own;
    const { kernels } = own.memory;
    copyIn(own.c, PANEL_ROWS, c, rows, n);
    for (let start = from; start < k; start += DEPTH) {
      const depth = Math.min(DEPTH, k - start);
      copyIn(own.a, DEPTH, { ...a, offset: a.offset + start }, rows, depth);
      kernels.addProduct(
        own.cAddress,
        8 * PANEL_ROWS,
        own.aAddress,
        8 * DEPTH,
        own.bAddress + 8 * start,
        8 * k,
        rows,
        n,
        depth,
        sign,
      );
    }
    if (solve) kernels.solveRows(own.cAddress, 8 * PANEL_ROWS, own.lAddress, 8 * PANEL_ROWS, rows, n);
    copyOut(own.c, PANEL_ROWS, c, rows, n);
  }
}

function rowsFrom(w: Window, row: number): Window {
  return { data: w.data, offset: w.offset + row * w.stride, stride: w.stride };
}

/** Shorter rows are copied number by number: a view costs as much as that. */
const SHORT = 24;

function copyIn(to: Float64Array, stride: number, from: Window, rows: number, columns: number): void {
  copyRows(from.data, from.offset, from.stride, to, 0, stride, rows, columns);
}

function copyOut(from: Float64Array, stride: number, to: Window, rows: number, columns: number): void {
  copyRows(from, 0, stride, to.data, to.offset, to.stride, rows, columns);
}

function copyRows(
  from: Float64Array,
  fromOffset: number,
  fromStride: number,
  to: Float64Array,
  toOffset: number,
  toStride: number,
  rows: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r++) {
    const source = fromOffset + r * fromStride;
    const target = toOffset + r * toStride;
    if (columns >= SHORT) to.set(from.subarray(source, source + columns), target);
    else for (let q = 0; q < columns; q++) to[target + q] = from[source + q];
  }
}
