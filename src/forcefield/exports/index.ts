import { expandForceConstants } from '../../expansion/forceConstants.js';
import { checkSupercell } from '../../expansion/supercellFit.js';
import type { ClusterSpace } from '../../expansion/types.js';
import type { ForceField } from '../forceField.js';
import { harmonicCrystal } from '../harmonic.js';
import { PHONO3PY } from './phono3py.js';
import { PHONOPY } from './phonopy.js';
import { exportSupercell } from './supercell.js';
import type { ExportFormat, ExportSource } from './types.js';

export const EXPORT_FORMATS: readonly ExportFormat[] = [PHONOPY, PHONO3PY];

/**
 * Force constants of orders 2 and 3 in a supercell ([9] integers, L_super = M · L_prim), ready for a format.
 * Throws `InputError` naming `field` where a cluster of the format's orders would meet its own image.
 */
export function exportSource(
  field: ForceField,
  space: ClusterSpace,
  format: ExportFormat,
  matrix: ArrayLike<number>,
  named = '--supercell',
): ExportSource {
  const cell = exportSupercell(field.primitive, matrix, named);
  const orders = space.orders.filter(({ order }) => order <= format.highestOrder);
  checkSupercell(
    Object.fromEntries(orders.map(({ order, cutoff }) => [order, cutoff])),
    cell.supercell,
    named,
  );
  const parameters = orders.reduce((sum, order) => sum + order.parameters, 0);
  const constants = expandForceConstants(
    { ...space, orders, parameters },
    field.parameters.subarray(0, parameters),
  );
  const third = constants.find(({ order }) => order === 3);
  return {
    cell,
    harmonic: harmonicCrystal(space, field.parameters),
    ...(third !== undefined && { third }),
    comment: `force constants of ${field.primitive.crystal.species.join(' ')}, written by anharmony`,
  };
}
