/** Mean absolute deviation of two arrays of forces, in their unit. */
export function meanAbsoluteError(predicted: Float64Array, reference: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < reference.length; i++) sum += Math.abs(predicted[i] - reference[i]);
  return sum / reference.length;
}

/** Root of the mean square deviation of two arrays of forces, in their unit. */
export function rootMeanSquareError(predicted: Float64Array, reference: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < reference.length; i++) {
    const error = predicted[i] - reference[i];
    sum += error * error;
  }
  return Math.sqrt(sum / reference.length);
}

/** ε_B: root of the mean of diag(A Σ Aᵀ) over its rows, eV/Å. */
export function bayesianError(variances: Float64Array): number {
  let sum = 0;
  for (const variance of variances) sum += variance;
  return Math.sqrt(sum / variances.length);
}

/** How far off predictions are in units of what they claim. */
export interface Calibration {
  /** [rows] z = (f − F)/σ with σ² = β⁻¹ + (A Σ Aᵀ)_rr; standard normal where the model is right. */
  readonly z: Float64Array;
  readonly mean: number;
  /** Root of the mean of z²: above 1 the model is over-confident, below 1 too modest. */
  readonly rms: number;
  /** Fractions of |z| below 1, 2 and 3; 0.683, 0.954 and 0.997 where the model is right. */
  readonly within: readonly [number, number, number];
}

/** Calibration of predicted forces f against reference forces F, eV/Å, with variances diag(A Σ Aᵀ). */
export function calibration(
  predicted: Float64Array,
  reference: Float64Array,
  variances: Float64Array,
  beta: number,
): Calibration {
  const z = Float64Array.from(
    predicted,
    (value, i) => (value - reference[i]) / Math.sqrt(1 / beta + variances[i]),
  );
  const below = (limit: number): number => z.filter((value) => Math.abs(value) < limit).length / z.length;
  let sum = 0;
  let squares = 0;
  for (const value of z) {
    sum += value;
    squares += value * value;
  }
  return {
    z,
    mean: sum / z.length,
    rms: Math.sqrt(squares / z.length),
    within: [below(1), below(2), below(3)],
  };
}
