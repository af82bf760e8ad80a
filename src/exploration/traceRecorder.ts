import type { Trace, TraceColumn } from './types.js';

/** The columns of a trace, in the order in which they are written. */
export const TRACE_COLUMNS: readonly TraceColumn[] = [
  'step',
  'rmsError',
  'largestAtomError',
  'mean',
  'deviation',
  'threshold',
  'temperature',
  'potentialEnergy',
  'kineticEnergy',
];

/** A trace that grows by rows. */
export interface TraceRecorder {
  /** One value for each of TRACE_COLUMNS. */
  add(row: ArrayLike<number>): void;
  /** A copy of what was recorded so far. */
  snapshot(): Trace;
}

/** A recorder that continues `from`. */
export function createTraceRecorder(from?: Trace): TraceRecorder {
  let rows = from === undefined ? 0 : from.columns.step.length;
  let capacity = Math.max(256, 2 * rows);
  let columns = TRACE_COLUMNS.map((name) => grown(from?.columns[name] ?? new Float64Array(0), capacity));
  return {
    add(row) {
      if (rows === capacity) {
        capacity *= 2;
        columns = columns.map((column) => grown(column, capacity));
      }
      for (let c = 0; c < columns.length; c++) columns[c][rows] = row[c];
      rows++;
    },
    snapshot: () => traceOf((_, c) => columns[c].slice(0, rows)),
  };
}

/** A trace from one array for each column. */
export function traceOf(column: (name: TraceColumn, index: number) => Float64Array): Trace {
  const columns = Object.fromEntries(TRACE_COLUMNS.map((name, c) => [name, column(name, c)]));
  return { columns: columns as Record<TraceColumn, Float64Array> };
}

function grown(column: Float64Array, capacity: number): Float64Array {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
