import { inBytes, SLOT } from '../expansion/kernelTables.js';
import type { Arena } from '../numerics/kernels/arena.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import type { DesignProgram } from './designProgram.js';

/** Precision of a set of kernel tables. */
export type Precision = 'float32' | 'float64';

function numbers(precision: Precision, values: Float64Array): Float32Array | Float64Array {
  return precision === 'float64' ? values : Float32Array.from(values);
}

/** Places a site's program: the `DesignTables` record of assembly/tables.ts. */
export function placeProgram(
  arena: Arena,
  program: DesignProgram,
  frames: number,
  precision: Precision,
): number {
  const { steps } = program;
  const heads = new Int32Array(4 * steps.length);
  steps.forEach((step, k) => {
    heads[4 * k] = step.products.length / 2;
    heads[4 * k + 1] = 3 * frames * SLOT * step.firstRaw;
    heads[4 * k + 2] = step.runs.length;
  });
  return arena.record(
    arena.place(inBytes(program.sharedProducts)),
    program.sharedProducts.length / 2,
    SLOT * program.firstShared,
    arena.place(heads),
    steps.length,
    SLOT * program.scratch,
    arena.place(inBytes(joined(steps.map((s) => s.products)))),
    arena.place(joined(steps.map((s) => s.runs))),
    arena.place(inBytes(joined(steps.map((s) => s.monomials)))),
    arena.place(numbers(precision, joinedNumbers(steps.map((s) => s.weights)))),
  );
}

/** Places the matrix that turns raw coordinates into columns: the `ColumnTables` record of assembly/tables.ts. */
export function placeColumns(arena: Arena, basis: SparseMatrix, precision: Precision): PlacedColumns {
  const counts = new Int32Array(basis.columns);
  for (let q = 0; q < basis.columns; q++) counts[q] = basis.columnStart[q + 1] - basis.columnStart[q];
  const values = arena.place(numbers(precision, basis.values));
  const record = arena.record(
    basis.columns,
    basis.rows,
    arena.place(counts),
    arena.place(basis.rowIndex.map((r) => 3 * SLOT * r)),
    values,
  );
  return { record, values };
}

export interface PlacedColumns {
  /** Address of the record. */
  readonly record: number;
  /** Address of the matrix's values. */
  readonly values: number;
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, p) => sum + p.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}

function joinedNumbers(parts: readonly Float64Array[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, p) => sum + p.length, 0));
  let end = 0;
  for (const part of parts) {
    whole.set(part, end);
    end += part.length;
  }
  return whole;
}
