import type { Window } from '../dense/product.js';
import { Arena, type KernelMemory } from './arena.js';

/** Blocks of A and B are copied into the kernels' memory: small enough for the second-level cache. */
const ROWS = 96;
const DEPTH = 256;

interface Blocks {
  readonly memory: KernelMemory;
  readonly addresses: readonly [c: number, a: number, b: number];
  readonly c: Float64Array;
  readonly a: Float64Array;
  readonly b: Float64Array;
}

let blocks: Blocks | undefined;

function openBlocks(): Blocks {
  const arena = new Arena();
  const c = arena.reserve(8 * ROWS * ROWS);
  const a = arena.reserve(8 * ROWS * DEPTH);
  const b = arena.reserve(8 * ROWS * DEPTH);
  const memory = arena.open();
  return {
    memory,
    addresses: [c, a, b],
    c: memory.float64(c, ROWS * ROWS),
    a: memory.float64(a, ROWS * DEPTH),
    b: memory.float64(b, ROWS * DEPTH),
  };
}

/**
 * C ← C + sign · A Bᵀ with C [m × n], A [m × k], B [n × k], in float64 WebAssembly. C may share its array with A and B
 * but not its entries. Each entry is a sum over even k, a sum over odd k and their sum, for 256 k at a time: whatever
 * block it falls into, it has the same bits.
 */
export function addProduct(
  c: Window,
  a: Window,
  b: Window,
  m: number,
  n: number,
  k: number,
  sign: 1 | -1,
): void {
  blocks ??= openBlocks();
  const own = blocks;
  const [cAddress, aAddress, bAddress] = own.addresses;
  for (let start = 0; start < k; start += DEPTH) {
    const depth = Math.min(DEPTH, k - start);
    for (let j = 0; j < n; j += ROWS) {
      const columns = Math.min(ROWS, n - j);
      load(own.b, DEPTH, b, j, start, columns, depth);
      for (let i = 0; i < m; i += ROWS) {
        const rows = Math.min(ROWS, m - i);
        load(own.a, DEPTH, a, i, start, rows, depth);
        load(own.c, ROWS, c, i, j, rows, columns);
        own.memory.kernels.addProduct(
          cAddress,
          8 * ROWS,
          aAddress,
          8 * DEPTH,
          bAddress,
          8 * DEPTH,
          rows,
          columns,
          depth,
          sign,
        );
        unload(own.c, c, i, j, rows, columns);
      }
    }
  }
}

/** Lower triangle of C ← C + sign · A Aᵀ with C [n × n], A [n × k]; blocks on the diagonal are filled whole. */
export function addSymmetricProduct(c: Window, a: Window, n: number, k: number, sign: 1 | -1): void {
  for (let j = 0; j < n; j += ROWS) {
    const columns = Math.min(ROWS, n - j);
    const across: Window = { data: a.data, offset: a.offset + j * a.stride, stride: a.stride };
    for (let i = j; i < n; i += ROWS) {
      const block: Window = { data: c.data, offset: c.offset + i * c.stride + j, stride: c.stride };
      const down: Window = { data: a.data, offset: a.offset + i * a.stride, stride: a.stride };
      addProduct(block, down, across, Math.min(ROWS, n - i), columns, k, sign);
    }
  }
}

function load(
  to: Float64Array,
  stride: number,
  from: Window,
  row: number,
  column: number,
  rows: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r++) {
    const source = from.offset + (row + r) * from.stride + column;
    const target = r * stride;
    for (let q = 0; q < columns; q++) to[target + q] = from.data[source + q];
  }
}

function unload(
  from: Float64Array,
  to: Window,
  row: number,
  column: number,
  rows: number,
  columns: number,
): void {
  for (let r = 0; r < rows; r++) {
    const target = to.offset + (row + r) * to.stride + column;
    const source = r * ROWS;
    for (let q = 0; q < columns; q++) to.data[target + q] = from[source + q];
  }
}
