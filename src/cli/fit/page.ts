import { basename } from 'node:path';
import { reducedFormula } from '../../crystal/formula.js';
import type { Supercell } from '../../crystal/types.js';
import type { ClusterSpace } from '../../expansion/types.js';
import type { FitDiagnostics } from '../../regression/diagnostics.js';
import { calibration } from '../../regression/metrics.js';
import { type Labelling, predictStructures } from '../../regression/trainingRows.js';
import { type NamedDiagnostics, suspectText } from '../../report/diagnostics/sections.js';
import { type FitReport, renderFitReport } from '../../report/fitPage.js';
import { PROGRAM_VERSION } from '../../version.js';
import type { CrossValidation } from './folds.js';
import type { LoadedStructure } from './load.js';
import type { FitResult } from './result.js';

export interface FittedData {
  readonly space: ClusterSpace;
  readonly supercell: Supercell;
  readonly labelling: Labelling;
  readonly train: readonly LoadedStructure[];
  readonly test: readonly LoadedStructure[];
  readonly files: readonly string[];
  readonly warnings: readonly string[];
}

/** Diagnostics with the structures' places in the training set, counted from 1, and their sources; `sample`: which were left out. */
export function named(
  train: readonly LoadedStructure[],
  sample: readonly number[],
  diagnostics: FitDiagnostics | undefined,
): NamedDiagnostics | null {
  if (diagnostics === undefined) return null;
  const numbers = sample.map((index) => index + 1);
  return { diagnostics, numbers, sources: sample.map((index) => train[index].source), of: train.length };
}

/** The suspects as warnings. */
export function suspectWarnings(diagnosed: NamedDiagnostics | null): readonly string[] {
  return diagnosed === null ? [] : suspectText(diagnosed);
}

/** The page of a fit. */
export function fitPage(
  data: FittedData,
  { summary, posterior }: FitResult,
  diagnosed: NamedDiagnostics | null,
  crossValidation: CrossValidation | undefined,
  generated: Date,
): string {
  const { space, supercell, labelling, train, test, files, warnings } = data;
  const report: FitReport = {
    formula: reducedFormula(space.primitive.crystal.species),
    spaceGroup: space.primitive.spaceGroup,
    supercellAtoms: supercell.siteOf.length,
    files: files.map((file) => basename(file)),
    generated: generated.toISOString(),
    version: PROGRAM_VERSION,
    expansion: space.orders.map((o) => ({ ...o, orbits: o.orbits.length })),
    prior: summary.prior,
    hyperparameters: summary.hyperparameters,
    parameters: summary.parameters,
    effectiveParameters: posterior.effectiveParameters,
    notDetermined: posterior.notDetermined,
    fittingError: summary.fittingError,
    logEvidence: summary.logEvidence,
    train: { structures: train.length, mae: summary.trainMae, rmse: summary.trainRmse },
    test: test.length === 0 ? null : testOf(labelling, posterior, test, summary),
    folds: crossValidation?.folds ?? [],
    diagnosed,
    without: 'Least squares have no posterior that could leave a structure out: fit with a prior.',
    warnings,
  };
  return renderFitReport(report);
}

function testOf(
  labelling: Labelling,
  posterior: FitResult['posterior'],
  test: readonly LoadedStructure[],
  { testMae, testRmse }: FitResult['summary'],
): NonNullable<FitReport['test']> {
  const { predicted, reference, variances } = predictStructures(labelling, posterior, test);
  return {
    structures: test.length,
    mae: testMae!,
    rmse: testRmse!,
    reference,
    predicted,
    calibration: variances ? calibration(predicted, reference, variances, posterior.beta) : null,
  };
}
