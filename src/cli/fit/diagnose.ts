import type { Supercell } from '../../crystal/types.js';
import type { ClusterSpace } from '../../expansion/types.js';
import { parameterBlocks } from '../../regression/blocks.js';
import { createDiagnosis, type FitDiagnostics } from '../../regression/diagnostics.js';
import { gramOfStructures, type Labelling, labelsOf } from '../../regression/trainingRows.js';
import type { Posterior } from '../../regression/types.js';
import type { LoadedStructure } from './load.js';

/** Diagnostics of a fit on its own training structures; undefined for least squares, which leave nothing out. */
export function diagnoseFit(
  space: ClusterSpace,
  supercell: Supercell,
  labelling: Labelling,
  train: readonly LoadedStructure[],
  posterior: Posterior,
): FitDiagnostics | undefined {
  if (posterior.precisionFactor === undefined) return undefined;
  const { design, idealForces } = labelling;
  const diagnosis = createDiagnosis(posterior, parameterBlocks(space), supercell.crystal.species);
  const a = new Float64Array(design.rows * design.parameters);
  for (const structure of train) {
    design.compute(structure.displacements, a);
    diagnosis.add(a, labelsOf(structure, idealForces));
  }
  return diagnosis.finish(gramOfStructures(labelling, train));
}
