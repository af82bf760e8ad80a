import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import { argon, boronArsenide, nickel, rocksalt, silicon, tinSelenide, wurtzite } from './crystals.js';
import { exhaustiveSymmetry } from './exhaustiveSymmetry.js';

interface Counts {
  readonly name: string;
  readonly crystal: Crystal;
  readonly cutoffs: Cutoffs;
  /** Per order: after space group and permutation, after the acoustic sum rules; only the orders the source gives. */
  readonly parameters: Readonly<Record<number, readonly [number | undefined, number]>>;
  readonly clusters?: Readonly<Record<number, number>>;
  readonly orbits?: Readonly<Record<number, number>>;
  readonly total?: number;
  readonly source: string;
}

const nearest = (cutoff: number): Cutoffs => ({ 2: cutoff, 3: cutoff, 4: cutoff, 5: cutoff, 6: cutoff });

const COUNTS: readonly Counts[] = [
  {
    name: 'fcc Ni',
    crystal: nickel,
    cutoffs: { 2: 5, 3: 4, 4: 4 },
    parameters: { 2: [13, 12], 3: [22, 19], 4: [146, 88] },
    orbits: { 2: 5, 3: 5, 4: 11 },
    total: 119,
    source: 'hiphive tutorial',
  },
  {
    name: 'Si, nearest neighbours',
    crystal: silicon,
    cutoffs: nearest(2.5),
    parameters: { 2: [3, 2], 3: [5, 3], 4: [14, 4], 5: [22, 5], 6: [46, 7] },
    source: 'mlfcs (orders 2–4); invariants of a bond under C3v',
  },
  {
    name: 'NaCl, nearest neighbours',
    crystal: rocksalt,
    cutoffs: nearest(3),
    parameters: { 2: [4, 2], 3: [6, 2], 4: [21, 4], 5: [32, 4], 6: [71, 6] },
    source: 'invariants of a bond under C4v',
  },
  {
    name: 'NaCl, 5 Å',
    crystal: rocksalt,
    cutoffs: { 2: 5, 3: 5 },
    parameters: { 2: [12, 10], 3: [80, 67] },
    source: 'asserted by the tests of symfc and phonopy',
  },
  {
    name: 'Si, 4 Å',
    crystal: silicon,
    cutoffs: { 2: 4, 3: 4, 4: 4 },
    parameters: { 2: [7, 6], 3: [36, 27], 4: [175, 90] },
    source: 'ALAMODE (order 3), symfc (orders 2, 3)',
  },
  {
    name: 'BAs, nearest neighbours',
    crystal: boronArsenide,
    cutoffs: nearest(2.2),
    parameters: { 2: [4, 2], 3: [10, 3], 4: [24, 4], 5: [44, 5], 6: [85, 7] },
    source: 'an independent counter; symfc (orders 2, 3)',
  },
  {
    name: 'wurtzite',
    crystal: wurtzite,
    cutoffs: { 2: 5, 3: 3 },
    parameters: { 2: [49, 45], 3: [34, 9] },
    source: 'asserted by the tests of symfc',
  },
  {
    name: 'Si, the paper',
    crystal: silicon,
    cutoffs: { 2: 8, 3: 5, 4: 5 },
    parameters: { 2: [undefined, 31], 3: [undefined, 82], 4: [undefined, 581] },
    total: 694,
    source: 'an independent counter',
  },
  {
    name: 'BAs, the paper',
    crystal: boronArsenide,
    cutoffs: { 2: 7.1, 3: 4, 4: 4 },
    parameters: { 2: [undefined, 58], 3: [undefined, 155], 4: [undefined, 1131] },
    total: 1344,
    source: 'an independent counter',
  },
  {
    name: 'SnSe, the paper',
    crystal: tinSelenide,
    cutoffs: { 2: 11.2, 3: 4.5, 4: 4.5, 5: 3.4, 6: 3.4 },
    parameters: { 2: [1047, 1037], 3: [830, 592], 4: [4808, 2621], 5: [556, 54], 6: [1058, 72] },
    clusters: { 2: 876, 3: 288, 4: 740, 5: 88, 6: 108 },
    orbits: { 2: 141, 3: 48, 4: 117, 5: 14, 6: 17 },
    total: 4376,
    source: 'an independent counter',
  },
  {
    name: 'fcc argon, 7.6/4/4 Å',
    crystal: argon,
    cutoffs: { 2: 7.6, 3: 4, 4: 4 },
    parameters: {},
    total: 49,
    source: 'an independent counter',
  },
  {
    name: 'fcc argon, 7.6/5.4/5.4 Å',
    crystal: argon,
    cutoffs: { 2: 7.6, 3: 5.4, 4: 5.4 },
    parameters: {},
    total: 119,
    source: 'an independent counter',
  },
]; // prettier-ignore

describe('independent parameters against published and independent counts', () => {
  it.each(COUNTS)('$name ($source)', ({ crystal, cutoffs, parameters, clusters, orbits, total }) => {
    const warnings: string[] = [];
    const space = buildClusterSpace(exhaustiveSymmetry(crystal), cutoffs, {
      onWarning: (w) => warnings.push(w),
    });
    expect(warnings).toEqual([]);
    for (const order of space.orders) {
      const expected = parameters[order.order];
      if (expected?.[0] !== undefined) expect(order.beforeSumRules, `order ${order.order}`).toBe(expected[0]);
      if (expected !== undefined) expect(order.parameters, `order ${order.order}`).toBe(expected[1]);
      if (clusters !== undefined) expect(order.clusters).toBe(clusters[order.order]);
      if (orbits !== undefined) expect(order.orbits.length).toBe(orbits[order.order]);
    }
    if (total !== undefined) expect(space.parameters).toBe(total);
  });
});
