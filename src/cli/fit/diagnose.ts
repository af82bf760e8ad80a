import type { Supercell } from '../../crystal/types.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { createDiagnosis, type FitDiagnostics } from '../../regression/diagnostics.js';
import { type Labelling, labelsOf } from '../../regression/trainingRows.js';
import type { LoadedStructure } from './load.js';
import type { FitResult } from './result.js';

/** Above this many parameters the fit is not repeated without each order: each takes a search of its own. */
const REFIT_LIMIT = 1500;

/**
 * Diagnostics of a fit on structures that were trained on, left out one by one; undefined for least squares, which leave
 * nothing out.
 */
export function diagnoseFit(
  space: ClusterSpace,
  supercell: Supercell,
  labelling: Labelling,
  structures: readonly LoadedStructure[],
  { posterior, gram }: FitResult,
): FitDiagnostics | undefined {
  if (posterior.precisionFactor === undefined) return undefined;
  const { design, idealForces } = labelling;
  const diagnosis = createDiagnosis(posterior, parameterBlocks(space), supercell.crystal.species);
  const a = new Float64Array(design.rows * design.parameters);
  for (const structure of structures) {
    design.compute(structure.displacements, a);
    diagnosis.add(a, labelsOf(structure, idealForces));
  }
  return diagnosis.finish(space.parameters > REFIT_LIMIT ? undefined : gram);
}
