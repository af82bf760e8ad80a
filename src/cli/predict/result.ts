import type { ExtxyzFrame } from '../../crystal/formats/extxyz.js';
import { meanAbsoluteError, rootMeanSquareError } from '../../regression/metrics.js';
import { TO_MEV } from '../../units.js';
import type { Prediction } from './predictor.js';

/** What `anharmony predict --json` prints of one structure; eV and Å, atoms counted from 1. */
export interface PredictedStructure {
  readonly source: string;
  readonly atoms: number;
  /** Relative to the ideal crystal. */
  readonly energy: number;
  /** ε_B, largest error of an atom, that atom, sqrt(β⁻¹ + ε_B²); null for a force field without error bars. */
  readonly bayesianError: number | null;
  readonly largestAtomError: number | null;
  readonly worstAtom: number | null;
  readonly expectedRmse: number | null;
  /** Against the forces of the file; null where it has none. */
  readonly rmse: number | null;
  readonly mae: number | null;
  /** [atoms][3] */
  readonly forces: readonly (readonly number[])[];
  /** [atoms] ε_B of each, and sqrt(β⁻¹ + ε_B²); null for a force field without error bars. */
  readonly atomErrors: readonly number[] | null;
  readonly expectedAtomErrors: readonly number[] | null;
}

export interface PredictionSummary {
  readonly forceField: string;
  /** β^{-1/2} */
  readonly fittingError: number;
  readonly structures: readonly PredictedStructure[];
  /** Over all structures with reference forces; null without any. */
  readonly reference: {
    readonly structures: number;
    readonly rmse: number;
    readonly mae: number;
    /** sqrt(β⁻¹ + ⟨ε_B²⟩) over the same. */
    readonly expectedRmse: number | null;
  } | null;
}

export function summarise(
  forceField: string,
  beta: number,
  predictions: readonly Prediction[],
): PredictionSummary {
  return {
    forceField,
    fittingError: 1 / Math.sqrt(beta),
    structures: predictions.map((prediction) => structureOf(prediction, beta)),
    reference: againstReference(predictions, beta),
  };
}

function structureOf({ frame, energy, forces, error }: Prediction, beta: number): PredictedStructure {
  return {
    source: frame.source,
    atoms: frame.species.length,
    energy,
    bayesianError: error?.rms ?? null,
    largestAtomError: error?.largestAtom ?? null,
    worstAtom: error === undefined ? null : error.worstAtom + 1,
    expectedRmse: error === undefined ? null : withNoise(error.rms, beta),
    rmse: frame.forces === undefined ? null : rootMeanSquareError(forces, frame.forces),
    mae: frame.forces === undefined ? null : meanAbsoluteError(forces, frame.forces),
    forces: frame.species.map((_, i) => [...forces.subarray(3 * i, 3 * i + 3)]),
    atomErrors: error === undefined ? null : [...error.perAtom],
    expectedAtomErrors: error === undefined ? null : [...error.perAtom].map((e) => withNoise(e, beta)),
  };
}

function againstReference(predictions: readonly Prediction[], beta: number): PredictionSummary['reference'] {
  const known = predictions.filter(({ frame }) => frame.forces !== undefined);
  if (known.length === 0) return null;
  const predicted = Float64Array.from(known.flatMap(({ forces }) => [...forces]));
  const reference = Float64Array.from(known.flatMap(({ frame }) => [...frame.forces!]));
  const errors = known.map(({ error, frame }) => ({
    square: (error?.rms ?? 0) * (error?.rms ?? 0),
    rows: frame.species.length,
  }));
  const rows = errors.reduce((sum, e) => sum + e.rows, 0);
  const meanSquare = errors.reduce((sum, e) => sum + e.square * e.rows, 0) / rows;
  return {
    structures: known.length,
    rmse: rootMeanSquareError(predicted, reference),
    mae: meanAbsoluteError(predicted, reference),
    expectedRmse: known.every(({ error }) => error !== undefined) ? Math.sqrt(1 / beta + meanSquare) : null,
  };
}

function withNoise(error: number, beta: number): number {
  return Math.sqrt(1 / beta + error * error);
}

/**
 * A structure with its predicted `forces` and, for each atom, `force_error` (ε_B) and `expected_error` (sqrt(β⁻¹ + ε_B²)), eV/Å;
 * reference forces stay beside them as `REF_forces`.
 */
export function predictedFrame({ frame, energy, forces, error }: Prediction, beta: number): ExtxyzFrame {
  const errors =
    error === undefined
      ? []
      : [
          { name: 'force_error', width: 1, values: error.perAtom },
          { name: 'expected_error', width: 1, values: error.perAtom.map((e) => withNoise(e, beta)) },
        ];
  const reference =
    frame.forces === undefined ? [] : [{ name: 'REF_forces', width: 3, values: frame.forces }];
  const { lattice, species, positions, source } = frame;
  return { lattice, species, positions, forces, energy, extra: [...errors, ...reference], info: { source } };
}

/** For a person. */
export function describePredictions({ fittingError, structures, reference }: PredictionSummary): string {
  const headings = ['structure', 'atoms', 'energy (eV)', 'ε_B', 'worst atom', 'expected RMSE', 'RMSE', 'MAE'];
  const rows = structures.map((s) => [
    s.source,
    String(s.atoms),
    s.energy.toFixed(4),
    mev(s.bayesianError),
    s.worstAtom === null ? '–' : `${mev(s.largestAtomError)} (${s.worstAtom})`,
    mev(s.expectedRmse),
    mev(s.rmse),
    mev(s.mae),
  ]);
  const used = headings.map((_, k) => rows.some((row) => row[k] !== '–'));
  const widths = headings.map((h, k) => Math.max(h.length, ...rows.map((row) => row[k].length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k])))
      .filter((_, k) => used[k])
      .join('  ');
  return [
    `force errors in meV/Å; fitting error β^{-1/2} ${mev(fittingError)}; energies relative to the ideal crystal`,
    line(headings),
    ...rows.map(line),
    ...(reference === null
      ? []
      : [
          `all ${reference.structures} with reference forces: RMSE ${mev(reference.rmse)}, MAE ${mev(reference.mae)}, expected RMSE ${mev(reference.expectedRmse)}`,
        ]),
  ].join('\n');
}

function mev(error: number | null): string {
  return error === null ? '–' : (error * TO_MEV).toFixed(2);
}
