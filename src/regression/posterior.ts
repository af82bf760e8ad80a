import { FailureError } from '../errors.js';
import { dot } from '../numerics/dense/product.js';
import { solveLowerRows, solveLowerTransposed } from '../numerics/dense/triangular.js';
import { decodeFrame, encodeFrame, float64Of } from '../numerics/frame.js';
import type { Hyperparameters, Posterior } from './types.js';

/** Rows solved at a time: bounds the working memory to this many rows of P numbers. */
const CHUNK = 576;

/**
 * diag(A Σ Aᵀ) of A [rows × P]: the predictive variance of each row without noise, (eV/Å)². Σ is never formed: with
 * Σ = R⁻ᵀR⁻¹ it is |R⁻¹ aᵀ|² of each row a. rows · P²/2 multiplications.
 */
export function predictiveVariance(posterior: Posterior, a: Float64Array): Float64Array {
  const n = posterior.parameters.length;
  const factor = requireFactor(posterior);
  const rows = n === 0 ? 0 : a.length / n;
  const out = new Float64Array(rows);
  const work = new Float64Array(CHUNK * n);
  for (let start = 0; start < rows; start += CHUNK) {
    const count = Math.min(CHUNK, rows - start);
    work.set(a.subarray(start * n, (start + count) * n));
    solveLowerRows(factor, n, work, count);
    for (let r = 0; r < count; r++) out[start + r] = dot(work, r * n, work, r * n, n);
  }
  return out;
}

/** A m̄: the predicted forces [rows], eV/Å. */
export function predictedMean(parameters: Float64Array, a: Float64Array): Float64Array {
  const n = parameters.length;
  const rows = n === 0 ? 0 : a.length / n;
  const out = new Float64Array(rows);
  for (let r = 0; r < rows; r++) out[r] = dot(a, r * n, parameters, 0, n);
  return out;
}

/** A sample m̄ + R⁻ᵀ z of the posterior [P], from P standard normal numbers z. */
export function posteriorSample(posterior: Posterior, normals: Float64Array): Float64Array {
  const n = posterior.parameters.length;
  if (normals.length !== n) throw new FailureError(`${normals.length} normal numbers for ${n} parameters`);
  const sample = normals.slice();
  solveLowerTransposed(requireFactor(posterior), n, sample);
  for (let i = 0; i < n; i++) sample[i] += posterior.parameters[i];
  return sample;
}

const FORMAT = 'posterior';
const VERSION = 1;

/** Bytes of a posterior; only the lower triangle of the factor is stored, row after row. */
export function encodePosterior(posterior: Posterior): Uint8Array {
  const { parameters, precisionFactor, hyperparameters, notDetermined, rows } = posterior;
  const { beta, effectiveParameters, logEvidence } = posterior;
  // Numbers that may be infinite, and that must come back to the bit, go with the arrays.
  const scalars = Float64Array.of(beta, effectiveParameters, logEvidence ?? Number.NaN);
  const header = { hyperparameters, notDetermined, rows };
  const arrays = { parameters, scalars };
  if (!precisionFactor) return encodeFrame(FORMAT, VERSION, header, arrays);
  const factor = packLower(precisionFactor, parameters.length);
  return encodeFrame(FORMAT, VERSION, header, { ...arrays, factor });
}

/** The reverse; throws `FrameError` or `FailureError` for bytes that are not a posterior. */
export function decodePosterior(bytes: Uint8Array): Posterior {
  const frame = decodeFrame(bytes, FORMAT, VERSION);
  const header = frame.header as {
    readonly hyperparameters: Hyperparameters;
    readonly notDetermined: readonly number[];
    readonly rows: number;
  };
  const parameters = float64Of(frame, 'parameters');
  const [beta, effectiveParameters, logEvidence] = float64Of(frame, 'scalars');
  const packed = 'factor' in frame.arrays ? float64Of(frame, 'factor') : undefined;
  return {
    parameters,
    ...(packed && { precisionFactor: unpackLower(packed, parameters.length) }),
    beta,
    hyperparameters: header.hyperparameters,
    ...(!Number.isNaN(logEvidence) && { logEvidence }),
    effectiveParameters,
    notDetermined: header.notDetermined,
    rows: header.rows,
  };
}

function packLower(matrix: Float64Array, n: number): Float64Array {
  const packed = new Float64Array((n * (n + 1)) / 2);
  for (let i = 0, k = 0; i < n; k += ++i) packed.set(matrix.subarray(i * n, i * n + i + 1), k);
  return packed;
}

function unpackLower(packed: Float64Array, n: number): Float64Array {
  if (packed.length !== (n * (n + 1)) / 2) {
    throw new FailureError(`a factor of ${packed.length} numbers for ${n} parameters`);
  }
  const matrix = new Float64Array(n * n);
  for (let i = 0, k = 0; i < n; k += ++i) matrix.set(packed.subarray(k, k + i + 1), i * n);
  return matrix;
}

function requireFactor(posterior: Posterior): Float64Array {
  if (posterior.precisionFactor) return posterior.precisionFactor;
  throw new FailureError(
    'a fit without a prior has no error bar',
    'fit with prior isotropic, by-order or decay',
  );
}
