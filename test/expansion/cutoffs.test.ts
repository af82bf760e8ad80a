import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { parseCutoffs } from '../../src/expansion/cutoffs.js';
import { estimateClusterSpace } from '../../src/expansion/estimate.js';
import { checkSupercell } from '../../src/expansion/supercellFit.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import {
  argon,
  boronArsenide,
  exhaustiveSymmetry,
  nickel,
  rocksalt,
  silicon,
  tinSelenide,
} from './crystals.js';

function problem(action: () => unknown): InputError['problems'][number] {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.problems[0];
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('cutoffs as a person writes them', () => {
  it('are read in any order and with spaces', () => {
    expect(parseCutoffs('2:8,3:5,4:5')).toEqual({ 2: 8, 3: 5, 4: 5 });
    expect(parseCutoffs(' 3 : 4.25, 2:.5 ')).toEqual({ 2: 0.5, 3: 4.25 });
  });

  it.each([
    ['', 'order:cutoff', '--cutoffs'],
    ['2:8;3:5', 'order:cutoff', '--cutoffs'],
    ['2=8', 'order:cutoff', '--cutoffs'],
    ['2:-8', 'order:cutoff', '--cutoffs'],
    ['2:8,2:7', 'twice', '--cutoffs'],
    ['2:8,4:5', 'order 3 is missing', '--cutoffs.4'],
    ['1:8', 'not an order', '--cutoffs.1'],
    ['3:5', 'order 2 is missing', '--cutoffs.3'],
    ['2:0', 'length', '--cutoffs.2'],
  ])('are refused: "%s"', (text, message, field) => {
    const found = problem(() => parseCutoffs(text));
    expect(`${found.message} ${found.expected}`).toContain(message);
    expect(found.field).toBe(field);
  });
});

describe('cutoffs of a crystal', () => {
  const primitive = exhaustiveSymmetry(nickel);

  it('must be positive lengths of consecutive orders', () => {
    expect(problem(() => buildClusterSpace(primitive, { 2: 4, 3: Number.NaN })).field).toBe('cutoffs.3');
    expect(problem(() => buildClusterSpace(primitive, { 2: 4, 4: 3 })).field).toBe('cutoffs.4');
    expect(problem(() => buildClusterSpace(primitive, {})).field).toBe('cutoffs');
  });

  it('are warned about where they lie on a shell, and keep what exceeds them by rounding', () => {
    const shell = 3.52 / Math.sqrt(2);
    const counts = (cutoff: number) => {
      const warnings: string[] = [];
      const space = buildClusterSpace(primitive, { 2: cutoff }, { onWarning: (w) => warnings.push(w) });
      return [space.orders[0].orbits.length, warnings.length];
    };
    expect(counts(shell)).toEqual([2, 1]);
    expect(counts(shell - 0.9e-5)).toEqual([2, 1]);
    expect(counts(shell - 5e-4)).toEqual([1, 1]);
    expect(counts(shell + 5e-4)).toEqual([2, 1]);
    expect(counts(shell + 2e-3)).toEqual([2, 0]);
    expect(counts(shell - 2e-3)).toEqual([1, 0]);
  });
});

describe('limits beyond one cutoff per order', () => {
  const primitive = exhaustiveSymmetry(rocksalt);
  const counts = (cutoffs: Cutoffs, options = {}) =>
    buildClusterSpace(primitive, cutoffs, options).orders.map((o) => [o.clusters, o.parameters]);

  it('the same cutoff for every pair changes nothing', () => {
    const pairCutoffs = { 3: { 'Na-Na': 4.1, 'Cl-Na': 4.1, 'Cl-Cl': 4.1 } };
    expect(counts({ 2: 5, 3: 4.5 }, { pairCutoffs })[1]).toEqual(counts({ 2: 5, 3: 4.1 })[1]);
  });

  it('pairs of species may have cutoffs of their own', () => {
    const all = buildClusterSpace(primitive, { 2: 4.1 }).orders[0];
    const cut = buildClusterSpace(primitive, { 2: 4.1 }, { pairCutoffs: { 2: { 'Na-Na': 3 } } }).orders[0];
    expect(all.clusters - cut.clusters).toBe(6);
    expect(problem(() => counts({ 2: 4 }, { pairCutoffs: { 2: { 'Na-K': 3 } } })).field).toBe(
      'pairCutoffs.2.Na-K',
    );
  });

  it('the number of distinct sites may be limited', () => {
    const twoBody = buildClusterSpace(
      primitive,
      { 2: 4.1, 3: 4.1, 4: 4.1 },
      { maximumSites: { 3: 2, 4: 2 } },
    );
    const all = buildClusterSpace(primitive, { 2: 4.1, 3: 4.1, 4: 4.1 });
    for (const [k, order] of twoBody.orders.entries()) {
      const pairs = all.orders[k].orbits.filter((o) => distinct(o.sites, o.cells) <= 2);
      expect(order.orbits.length).toBe(pairs.length);
      expect(order.parameters).toBeGreaterThan(0);
    }
    expect(problem(() => counts({ 2: 4 }, { maximumSites: { 2: 0 } })).field).toBe('maximumSites.2');
  });
});

function distinct(sites: Int32Array, cells: Int32Array): number {
  return new Set(Array.from(sites, (s, k) => `${s} ${cells.slice(3 * k, 3 * k + 3)}`)).size;
}

describe('the supercell', () => {
  it('must be longer than twice each cutoff; the error names order, cutoff and the largest allowed', () => {
    const supercell = { shortestTranslation: 10.862 };
    expect(() => checkSupercell({ 2: 5.4, 3: 4 }, supercell)).not.toThrow();
    const found = problem(() => checkSupercell({ 2: 5.4, 3: 5.4309999 }, supercell, 'expansion.cutoffs'));
    expect(found.field).toBe('expansion.cutoffs.3');
    expect(found.message).toContain('order 3');
    expect(found.got).toContain('5.4309999');
    expect(found.expected).toContain('5.43 Å');
    expect(() => checkSupercell({ 2: 5.43 }, supercell)).not.toThrow();
  });
});

describe('the estimate made before a build', () => {
  it.each([
    ['silicon', silicon, { 2: 6, 3: 4, 4: 4 }],
    ['boron arsenide', boronArsenide, { 2: 7.1, 3: 4, 4: 4 }],
    ['argon', argon, { 2: 7.6, 3: 4, 4: 4 }],
    ['tin selenide', tinSelenide, { 2: 6, 3: 4, 4: 3.4, 5: 3, 6: 3 }],
  ] as const)('%s', (_, crystal, cutoffs) => {
    const primitive = exhaustiveSymmetry(crystal);
    const space = buildClusterSpace(primitive, cutoffs);
    const estimate = estimateClusterSpace(primitive, cutoffs);
    expect(estimate.orders.map((o) => o.clusters)).toEqual(space.orders.map((o) => o.clusters));
    const raw = space.orders.reduce((sum, o) => sum + o.beforeSumRules, 0);
    expect(estimate.coordinates / raw).toBeGreaterThan(0.5);
    expect(estimate.coordinates / raw).toBeLessThan(1.1);
  });

  it.each([
    ['Ni', nickel, { 2: 5, 3: 4, 4: 4 }],
    ['Si', silicon, { 2: 8, 3: 4, 4: 4 }],
    ['BAs', boronArsenide, { 2: 5, 3: 4 }],
  ] as const)('knows how many parameters the sum rules leave, %s', (_, crystal, cutoffs) => {
    const primitive = exhaustiveSymmetry(crystal);
    const ratio =
      estimateClusterSpace(primitive, cutoffs).parameters / buildClusterSpace(primitive, cutoffs).parameters;
    expect(ratio).toBeGreaterThan(0.7);
    expect(ratio).toBeLessThan(1.2);
  });

  it('gives up counting at a bound and says so', () => {
    const estimate = estimateClusterSpace(exhaustiveSymmetry(nickel), { 2: 6, 3: 6, 4: 6, 5: 6, 6: 9 });
    expect(estimate.orders.map((o) => o.atLeast)).toEqual([false, false, false, false, true]);
    expect(estimate.orders[4].clusters).toBe(2_000_000);
  });
});
