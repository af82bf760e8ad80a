import { createHash } from 'node:crypto';
import type { PrimitiveCrystal } from '../crystal/types.js';
import type { ClusterSpaceOptions } from '../expansion/cutoffs.js';
import type { Cutoffs } from '../expansion/types.js';
import type { Hyperparameters } from '../regression/types.js';

export { decodeForceField, encodeForceField } from './encoding.js';

/** Plain JSON data. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A trained force field: everything that its predictions and their error bars need, and where it came from. */
export interface ForceField {
  readonly primitive: PrimitiveCrystal;
  readonly cutoffs: Cutoffs;
  /** What was chosen of the expansion beyond its cutoffs; absent where nothing was. */
  readonly options?: ClusterSpaceOptions;
  /** Hash that identifies the basis (crystal, cutoffs, options, algorithm) in which φ′ are coordinates. */
  readonly basis: string;
  /** [P] φ′: coordinates of the force constants in the basis, eV/Åⁿ. */
  readonly parameters: Float64Array;
  /** [P·P] row-major lower Cholesky factor R of the posterior precision: Σ⁻¹ = R Rᵀ; absent for least squares. */
  readonly precisionFactor?: Float64Array;
  /** Noise precision, (eV/Å)⁻²; the fitting error is β^{-1/2}. */
  readonly beta: number;
  readonly hyperparameters: Hyperparameters;
  readonly logEvidence?: number;
  /** [9] integers: the supercell it was trained in, L_super = M · L_prim. */
  readonly supercell: Int32Array;
  /** How it was trained: campaign, structures, versions. */
  readonly provenance: Json;
}

/** `sha256:…` of the little-endian float64 bytes of φ′: two force fields of one basis agree when these do, bit for bit. */
export function parametersHash(parameters: Float64Array): string {
  const bytes = new Uint8Array(8 * parameters.length);
  const view = new DataView(bytes.buffer);
  parameters.forEach((x, i) => {
    view.setFloat64(8 * i, x, true);
  });
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
