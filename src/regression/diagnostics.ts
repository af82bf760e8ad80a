import { ByForce, type ForceClass } from './errorsByForce.js';
import { type LeftOut, leaveOut } from './leaveOneOut.js';
import { type Calibration, calibration } from './metrics.js';
import { type OrderContribution, OrderShares } from './orderShares.js';
import { predictedMean } from './posterior.js';
import { atomDeviations, findSuspects, type Suspect, typicalDeviation } from './suspects.js';
import type { Gram, ParameterBlock, Posterior } from './types.js';

/** How one training structure looks to the fit without it; eV/Å. */
export interface StructureCheck {
  /** rms residual of the fit itself. */
  readonly residual: number;
  /** rms residual of the fit that never saw it, and what that fit expected of it: sqrt(β⁻¹ + ε_B²). */
  readonly leftOut: number;
  readonly expected: number;
  /** sqrt(r₋ᵀ C₋⁻¹ r₋ / m): 1 where the model is right. */
  readonly chi: number;
  /** Root of the atoms' median of r₋²/σ²: by it wrong labels are found. */
  readonly typical: number;
  /** AtomIndex whose left-out residual is largest in its own standard deviations, and that (rms of three). */
  readonly worstAtom: number;
  readonly worstDeviation: number;
}

/** Errors of one species; eV/Å. */
export interface SpeciesError {
  readonly species: string;
  readonly atoms: number;
  /** rms of the reference forces. */
  readonly force: number;
  readonly residual: number;
  readonly leftOut: number;
  readonly expected: number;
}

/** Everything that a fit tells about itself. Force errors in eV/Å. */
export interface FitDiagnostics {
  readonly structures: readonly StructureCheck[];
  /** Structures whose labels the posterior calls impossible. */
  readonly suspects: readonly Suspect[];
  readonly species: readonly SpeciesError[];
  readonly forceClasses: readonly ForceClass[];
  readonly orders: readonly OrderContribution[];
  /** Of the left-out residuals of all rows. */
  readonly calibration: Calibration;
  readonly leftOutRmse: number;
  readonly leftOutMae: number;
  /** Σ ln p(y_s | the other structures): predictive accuracy, errors of the error bars included. */
  readonly logPredictive: number;
  /** [rows] reference forces and left-out predictions. */
  readonly reference: Float64Array;
  readonly predicted: Float64Array;
}

/** Takes the training structures of a fit one by one, in their order: one design matrix is held at a time. */
export interface Diagnosis {
  /** A [3N × P] and y [3N] of the next structure. */
  add(a: Float64Array, y: Float64Array): void;
  /** `gram`: sums over these structures; without it nothing is fitted again. */
  finish(gram?: Gram): FitDiagnostics;
}

/** `species`: [N] of the supercell. Needs a posterior with an error bar. */
export function createDiagnosis(
  posterior: Posterior,
  blocks: readonly ParameterBlock[],
  species: readonly string[],
): Diagnosis {
  const checks: StructureCheck[] = [];
  const reference: Float64Array[] = [];
  const fitted: Float64Array[] = [];
  const leftOut: LeftOut[] = [];
  const shares = new OrderShares(posterior, blocks);
  return {
    add(a, y) {
      const left = leaveOut(posterior, a, y);
      const residuals = predictedMean(posterior.parameters, a).map((value, i) => y[i] - value);
      checks.push(checkOf(residuals, left));
      reference.push(y.slice());
      fitted.push(residuals);
      leftOut.push(left);
      shares.add(a, y);
    },
    finish(gram) {
      const y = joined(reference);
      const residuals = joined(leftOut.map((left) => left.residuals));
      const variances = joined(leftOut.map((left) => left.variances));
      const predicted = y.map((value, i) => value - residuals[i]);
      const rows = { reference: y, fitted: joined(fitted), leftOut: residuals, variances };
      return {
        structures: checks,
        suspects: findSuspects(
          checks.map((check) => check.typical),
          species.length,
        ),
        species: bySpecies(rows, species),
        forceClasses: new ByForce(rows).classes(),
        orders: shares.finish(gram),
        // β⁻¹ is in the variances already.
        calibration: calibration(predicted, y, variances, Number.POSITIVE_INFINITY),
        leftOutRmse: rms(residuals),
        leftOutMae: residuals.reduce((sum, value) => sum + Math.abs(value), 0) / residuals.length,
        logPredictive: leftOut.reduce((sum, left) => sum + left.logDensity, 0),
        reference: y,
        predicted,
      };
    },
  };
}

/** Rows of all structures, one after the other; residuals in eV/Å, variances of the left-out ones in (eV/Å)². */
export interface DiagnosedRows {
  readonly reference: Float64Array;
  readonly fitted: Float64Array;
  readonly leftOut: Float64Array;
  readonly variances: Float64Array;
}

function checkOf(
  residuals: Float64Array,
  { residuals: left, variances, chiSquare }: LeftOut,
): StructureCheck {
  const deviations = atomDeviations(left, variances);
  const worst = Math.max(...deviations);
  return {
    residual: rms(residuals),
    leftOut: rms(left),
    expected: Math.sqrt(variances.reduce((sum, value) => sum + value, 0) / variances.length),
    chi: Math.sqrt(chiSquare / left.length),
    typical: typicalDeviation(left, variances),
    worstAtom: deviations.indexOf(worst),
    worstDeviation: Math.sqrt(worst),
  };
}

function bySpecies(rows: DiagnosedRows, species: readonly string[]): SpeciesError[] {
  return [...new Set(species)].map((name) => {
    const own = (values: Float64Array): Float64Array =>
      values.filter((_, i) => species[Math.floor(i / 3) % species.length] === name);
    return {
      species: name,
      atoms: species.filter((s) => s === name).length,
      force: rms(own(rows.reference)),
      residual: rms(own(rows.fitted)),
      leftOut: rms(own(rows.leftOut)),
      expected: rms(own(rows.variances).map(Math.sqrt)),
    };
  });
}

export function rms(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
