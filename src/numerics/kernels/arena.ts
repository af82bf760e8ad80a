import { FailureError } from '../../errors.js';
import { type Kernels, openKernels } from './kernels.js';

/** Caches read 64 bytes at once. */
const LINE = 64;
const LARGEST = 4_294_967_296 - 65536;

type Table = Int32Array | Float32Array | Float64Array;

/**
 * Plans the memory of a set of kernels: first everything is reserved, then `open` makes the memory once and for all,
 * so that nothing is allocated, grown or moved while the kernels run.
 */
export class Arena {
  #end = LINE;
  readonly #tables: { readonly address: number; readonly table: Table }[] = [];

  /** Reserves zeroed memory and returns its address. */
  reserve(bytes: number): number {
    const address = this.#end;
    this.#end += Math.ceil(Math.max(bytes, 1) / LINE) * LINE;
    if (this.#end > LARGEST) {
      throw new FailureError(
        `the kernels would need more than 4 GiB of memory`,
        'use fewer parameters: shorter cutoffs or a lower order',
      );
    }
    return address;
  }

  /** Reserves memory that `open` fills with this table. */
  place(table: Table): number {
    const address = this.reserve(table.byteLength);
    this.#tables.push({ address, table });
    return address;
  }

  /** Places a record of 32-bit words (assembly/tables.ts). */
  record(...words: readonly number[]): number {
    return this.place(Int32Array.from(words));
  }

  /** Bytes reserved so far. */
  get bytes(): number {
    return this.#end;
  }

  open(): KernelMemory {
    const { kernels, memory, buffer } = openKernels(this.#end);
    for (const { address, table } of this.#tables) {
      const bytes = new Uint8Array(table.buffer, table.byteOffset, table.byteLength);
      new Uint8Array(buffer, address, bytes.length).set(bytes);
    }
    return new KernelMemory(kernels, memory, buffer);
  }
}

/** Kernels and their memory, which never grows. */
export class KernelMemory {
  constructor(
    readonly kernels: Kernels,
    readonly memory: WebAssembly.Memory,
    readonly buffer: ArrayBufferLike,
  ) {}

  float64(address: number, length: number): Float64Array {
    return new Float64Array(this.buffer, address, length);
  }

  float32(address: number, length: number): Float32Array {
    return new Float32Array(this.buffer, address, length);
  }
}
