import { createHash } from 'node:crypto';
import { inputError } from '../errors.js';
import { buildClusterSpace } from '../expansion/clusterSpace.js';
import { encodeClusterSpace } from '../expansion/codec.js';
import type { ClusterSpace } from '../expansion/types.js';
import type { ForceField } from './forceField.js';

/** What a force field's `basis` holds: SHA-256 of the bytes of the cluster space in which φ′ are coordinates. */
export function basisHash(space: ClusterSpace): string {
  return createHash('sha256').update(encodeClusterSpace(space)).digest('hex');
}

/**
 * The cluster space in which the force field's parameters are coordinates, built again from its crystal, cutoffs and options.
 * `name` (a path) stands in the `InputError` for a basis that this version does not build.
 */
export function clusterSpaceOf(field: ForceField, name = 'force field'): ClusterSpace {
  const space = buildClusterSpace(field.primitive, field.cutoffs, field.options);
  const found = basisHash(space);
  if (space.parameters === field.parameters.length && found === field.basis) return space;
  throw inputError({
    field: name,
    message: 'the parameters of this force field are coordinates in a basis that this version does not build',
    got: `basis ${field.basis.slice(0, 16)}…, ${field.parameters.length} parameters`,
    expected: `basis ${found.slice(0, 16)}…, ${space.parameters} parameters`,
    hint: 'use the version that trained it, or train it again',
  });
}
