import { FailureError, inputError } from '../errors.js';
import { addWeightedRows, mirrorLower } from '../numerics/dense/rows.js';
import { decodeFrame, encodeFrame, float64Of } from '../numerics/frame.js';
import type { Gram } from './types.js';

/** Sums over no rows yet. */
export function emptyGram(parameters: number): Gram {
  return {
    parameters,
    rows: 0,
    xtx: new Float64Array(parameters * parameters),
    xty: new Float64Array(parameters),
    yty: 0,
  };
}

/**
 * Adds labelled rows: A [rows × P] row-major, y [rows]. rows · P²/2 multiplications.
 * Throws `InputError` where a number is not finite, before anything is added.
 */
export function addRows(gram: Gram, a: Float64Array, y: Float64Array): void {
  const { parameters: n } = gram;
  if (a.length !== y.length * n) {
    throw new FailureError(`${y.length} labels for ${a.length / n} rows of ${n} parameters`);
  }
  requireFinite(a, 'design matrix');
  requireFinite(y, 'labels');
  addWeightedRows(gram.xtx, a, y.length, n);
  mirrorLower(gram.xtx, n);
  for (let r = 0; r < y.length; r++) {
    for (let j = 0; j < n; j++) gram.xty[j] += a[r * n + j] * y[r];
    gram.yty += y[r] * y[r];
  }
  gram.rows += y.length;
}

/** Sum over parts, in the order given: the caller's canonical order, because rounding depends on it. One part is its own sum. */
export function sumGrams(parts: readonly Gram[]): Gram {
  if (parts.length === 0) throw new FailureError('no sums to add');
  if (parts.length === 1) return parts[0];
  const total = emptyGram(parts[0].parameters);
  for (const part of parts) {
    if (part.parameters !== total.parameters) {
      throw new FailureError(`cannot add sums over ${part.parameters} and ${total.parameters} parameters`);
    }
    for (let i = 0; i < total.xtx.length; i++) total.xtx[i] += part.xtx[i];
    for (let i = 0; i < total.xty.length; i++) total.xty[i] += part.xty[i];
    total.yty += part.yty;
    total.rows += part.rows;
  }
  return total;
}

const FORMAT = 'gram';
const VERSION = 1;

/** Bytes of a Gram: equal sums give equal bytes. */
export function encodeGram(gram: Gram): Uint8Array {
  const { parameters, rows, xtx, xty, yty } = gram;
  // yᵀy goes with the arrays: as float64, so that not even −0 changes.
  return encodeFrame(FORMAT, VERSION, { parameters, rows }, { xtx, xty, yty: Float64Array.of(yty) });
}

/** The reverse; throws `FrameError` or `FailureError` for bytes that are not a Gram. */
export function decodeGram(bytes: Uint8Array): Gram {
  const frame = decodeFrame(bytes, FORMAT, VERSION);
  const { parameters, rows } = frame.header as { parameters: number; rows: number };
  const xtx = float64Of(frame, 'xtx');
  const xty = float64Of(frame, 'xty');
  const yty = float64Of(frame, 'yty');
  if (xty.length !== parameters || xtx.length !== parameters * parameters || yty.length !== 1) {
    throw new FailureError(`sums over ${parameters} parameters have arrays of other lengths`);
  }
  if (!Number.isSafeInteger(rows) || rows < 0) throw new FailureError(`sums over ${rows} rows`);
  return { parameters, rows, xtx, xty, yty: yty[0] };
}

function requireFinite(values: Float64Array, what: string): void {
  let bad = 0;
  while (bad < values.length && Number.isFinite(values[bad])) bad++;
  if (bad === values.length) return;
  throw inputError({
    field: 'training data',
    message: `the ${what} of the training rows hold a number that is not finite`,
    got: `${values[bad]} at entry ${bad}`,
    expected: 'finite displacements (Å) and forces (eV/Å)',
  });
}
