import { buildSupercell } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { ClusterSpaceOptions } from '../../src/expansion/cutoffs.js';
import { basisHash } from '../../src/forcefield/clusterSpaceOf.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { boronArsenide, wurtzite } from '../expansion/crystals.js';
import { noise } from '../reference/fixture.js';

const SETTINGS = {
  boronArsenide: {
    crystal: boronArsenide,
    supercell: [-3, 3, 3, 3, -3, 3, 3, 3, -3],
    cutoffs: { 2: 4.7, 3: 3.5, 4: 2.2 },
  },
  wurtzite: {
    crystal: wurtzite,
    supercell: [3, 0, 0, 0, 3, 0, 0, 0, 2],
    cutoffs: { 2: 4.5, 3: 3.3 },
  },
} as const;

/** A force field that nobody trained: random parameters, which make a crystal as good as any for tests of conventions. */
export function synthetic(name: keyof typeof SETTINGS, options: ClusterSpaceOptions = {}): ForceField {
  const primitive = analyseSymmetry(SETTINGS[name].crystal);
  const { cutoffs, supercell } = SETTINGS[name];
  const space = buildClusterSpace(primitive, cutoffs, options);
  const p = space.parameters;
  const precisionFactor = new Float64Array(p * p);
  for (let i = 0; i < p; i++) precisionFactor[i * p + i] = 30 + (i % 7);
  return {
    primitive,
    cutoffs: space.cutoffs,
    ...(space.options !== undefined && { options: space.options }),
    basis: basisHash(space),
    parameters: noise(p, 11).map((x) => 5 * x),
    precisionFactor,
    beta: 1e4,
    hyperparameters: { prior: 'isotropic', logAlpha: 0 },
    supercell: buildSupercell(primitive, primitive.crystal, supercell).matrix,
    provenance: null,
  };
}
