import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { ClusterSpaceOptions } from '../../src/expansion/cutoffs.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import { bruteForceDimensions } from './bruteForce.js';
import * as crystals from './crystals.js';
import { exhaustiveSymmetry } from './exhaustiveSymmetry.js';

const CASES: readonly (readonly [name: string, crystal: Crystal, operations: number, cutoffs: Cutoffs])[] = [
  ['triclinic P1', crystals.triclinic, 1, { 2: 4.6, 3: 3.7, 4: 3 }],
  ['triclinic P-1, one atom', crystals.inversion, 2, { 2: 6, 3: 4.6, 4: 4, 5: 4 }],
  ['monoclinic P2₁/c', crystals.monoclinic, 4, { 2: 3.5, 3: 3, 4: 2.8 }],
  ['orthorhombic Pnma, two species', crystals.tinSelenide, 8, { 2: 3.4, 3: 2.8 }],
  ['tetragonal P4', crystals.tetragonal, 4, { 2: 2.6, 3: 2.2 }],
  ['trigonal P3₁21', crystals.tellurium, 6, { 2: 3.6, 3: 3.6, 4: 3 }],
  ['hexagonal P6₃/mmc', crystals.magnesium, 24, { 2: 3.3, 3: 3.3 }],
  ['hexagonal P6₃mc, two species', crystals.wurtzite, 12, { 2: 3, 3: 2.4 }],
  ['cubic Fd-3m', crystals.silicon, 48, { 2: 4, 3: 2.5 }],
];

describe('dimensions against the full system of constraints, solved exactly', () => {
  it.each(CASES)('%s', (_, crystal, operations, cutoffs) => {
    const primitive = exhaustiveSymmetry(crystal);
    expect(primitive.operations.length).toBe(operations);
    const space = buildClusterSpace(primitive, cutoffs);
    for (const { order, cutoff, beforeSumRules, parameters } of space.orders) {
      const expected = bruteForceDimensions(primitive, order, cutoff);
      expect({ order, beforeSumRules, parameters }).toEqual({ order, ...expected });
    }
  });
});

/** Several species, low and high symmetry, hexagonal and non-symmorphic: as many dimensions as the constraints on what is left. */
const LIMITED: readonly (readonly [
  name: string,
  crystal: Crystal,
  cutoffs: Cutoffs,
  options: ClusterSpaceOptions,
])[] = [
  [
    'cubic, rock salt, pairs of one species',
    crystals.rocksalt,
    { 2: 5, 3: 3 },
    { pairCutoffs: { 2: { 'Na-Na': 3 } } },
  ],
  [
    'hexagonal P6₃mc, pairs and two-body terms',
    crystals.wurtzite,
    { 2: 3.9, 3: 3 },
    { pairCutoffs: { 2: { 'Ga-N': 2.5, 'N-N': 3.8 } }, maximumSites: { 3: 2 } },
  ],
  ['hexagonal P6₃/mmc, two-body terms', crystals.magnesium, { 2: 3.3, 3: 3.3 }, { maximumSites: { 3: 2 } }],
  [
    'orthorhombic Pnma, pairs and on-site terms',
    crystals.tinSelenide,
    { 2: 3.4, 3: 2.8 },
    { pairCutoffs: { 2: { 'Se-Sn': 2.8 } }, maximumSites: { 3: 1 } },
  ],
  [
    'triclinic, one atom, two-body and on-site terms',
    crystals.inversion,
    { 2: 5, 3: 4.6, 4: 4 },
    { maximumSites: { 3: 2, 4: 1 } },
  ],
  [
    'triclinic, two species',
    crystals.triclinic,
    { 2: 4.6, 3: 4.1, 4: 3 },
    { pairCutoffs: { 3: { 'K-F': 3.7 } }, maximumSites: { 3: 2, 4: 1 } },
  ],
];

describe('dimensions with pair cutoffs and limits on sites, against the same', () => {
  it.each(LIMITED)('%s', (_, crystal, cutoffs, options) => {
    const primitive = exhaustiveSymmetry(crystal);
    const all = buildClusterSpace(primitive, cutoffs);
    const space = buildClusterSpace(primitive, cutoffs, options);
    expect(space.parameters).toBeLessThan(all.parameters);
    for (const { order, cutoff, beforeSumRules, parameters } of space.orders) {
      const pairs = options.pairCutoffs?.[order] ?? {};
      const expected = bruteForceDimensions(primitive, order, cutoff, {
        pairCutoff: (a, b) => pairs[`${a}-${b}`] ?? pairs[`${b}-${a}`] ?? cutoff,
        maximumSites: options.maximumSites?.[order],
      });
      expect({ order, beforeSumRules, parameters }).toEqual({ order, ...expected });
    }
  });
});

describe('order 6 of a triclinic crystal', () => {
  const primitive = exhaustiveSymmetry(crystals.inversion);
  // The brute force takes 40 s for this one: it is run where ANHARMONY_SLOW_TESTS is set, and its result kept here.
  const FOUND = { beforeSumRules: 236, parameters: 28 };

  it('has the dimensions that the brute force found', () => {
    const { beforeSumRules, parameters } = buildClusterSpace(primitive, { 2: 4, 3: 4, 4: 4, 5: 4, 6: 4 })
      .orders[4];
    expect({ beforeSumRules, parameters }).toEqual(FOUND);
  });

  it.skipIf(process.env['ANHARMONY_SLOW_TESTS'] === undefined)(
    'has them indeed (skipped without ANHARMONY_SLOW_TESTS)',
    () => expect(bruteForceDimensions(primitive, 6, 4)).toEqual(FOUND),
    120_000,
  );
});
