import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { expandForceConstants, forceConstantLookup } from '../../src/expansion/forceConstants.js';
import { imageOfTuple } from '../../src/expansion/orbits.js';
import type { ClusterSpace, Cutoffs } from '../../src/expansion/types.js';
import type { SparseMatrix } from '../../src/numerics/sparse.js';
import * as crystals from './crystals.js';
import { exhaustiveSymmetry } from './exhaustiveSymmetry.js';
import { randomNumbers } from './random.js';

const TILT = [0.83, 0.21, -0.44, 0.27] as const;
const CASES: readonly (readonly [name: string, crystal: Crystal, cutoffs: Cutoffs])[] = [
  ['silicon', crystals.silicon, { 2: 4, 3: 4, 4: 2.5, 5: 2.5, 6: 2.5 }],
  ['silicon, turned in space', crystals.turned(crystals.silicon, TILT), { 2: 4, 3: 4, 4: 2.5 }],
  ['wurtzite', crystals.wurtzite, { 2: 4, 3: 3, 4: 2.4 }],
  ['wurtzite, turned in space', crystals.turned(crystals.wurtzite, TILT), { 2: 4, 3: 3, 4: 2.4 }],
  ['tin selenide, turned in space', crystals.turned(crystals.tinSelenide, TILT), { 2: 4, 3: 3.4, 4: 2.8 }],
  ['tellurium', crystals.tellurium, { 2: 3.6, 3: 3.6, 4: 3 }],
  ['monoclinic, turned in space', crystals.turned(crystals.monoclinic, TILT), { 2: 3.5, 3: 3, 4: 2.8 }],
  ['triclinic', crystals.triclinic, { 2: 4.6, 3: 4, 4: 3 }],
  ['one atom per cell', crystals.inversion, { 2: 6, 3: 4.6, 4: 4 }],
];

describe.each(CASES)('%s', (_, crystal, cutoffs) => {
  const space = buildClusterSpace(exhaustiveSymmetry(crystal), cutoffs);
  const parameters = randomNumbers(space.parameters, 7);
  const constants = expandForceConstants(space, parameters);

  it('maps force constants onto force constants by every operation of the space group', () => {
    for (const order of constants) {
      const lookup = forceConstantLookup(order, crystal.species.length);
      let worst = 0;
      for (let c = 0; c < order.count; c++) {
        const { sites, cells } = tupleAt(order, c);
        const phi = lookup(sites, cells)!;
        for (const operation of space.primitive.operations) {
          const image = imageOfTuple(operation, sites, cells);
          worst = Math.max(
            worst,
            distance(lookup(image.sites, image.cells)!, rotated(phi, operation.rotation, order.order)),
          );
        }
      }
      expect(worst).toBeLessThan(1e-11);
    }
  });

  it('fulfils the acoustic sum rules on every ordered prefix', () => {
    for (const order of constants) {
      const lookup = forceConstantLookup(order, crystal.species.length);
      const neighbours = completions(space, cutoffs[order.order]);
      let worst = 0;
      for (let c = 0; c < order.count; c++) {
        const { sites, cells } = tupleAt(order, c);
        for (let left = 0; left < order.order; left++) {
          worst = Math.max(worst, prefixSum(lookup, neighbours, sites, cells, left));
        }
      }
      expect(worst).toBeLessThan(1e-11);
    }
  });

  it('is orthonormal in the Frobenius norm over all ordered tuples of a primitive cell', () => {
    const total = constants.reduce((sum, order) => {
      const lookup = forceConstantLookup(order, crystal.species.length);
      return (
        sum +
        clusterIndices(order.count).reduce(
          (s, c) =>
            s + orderings(order, c) * square(lookup(tupleAt(order, c).sites, tupleAt(order, c).cells)!),
          0,
        )
      );
    }, 0);
    expect(total / square(parameters)).toBeCloseTo(1, 11);
    for (const order of space.orders) {
      expect(gramError(order.nullSpace)).toBeLessThan(1e-13);
      for (const orbit of order.orbits) expect(gramError(orbit.eigentensors)).toBeLessThan(1e-12);
    }
  });

  it('has one null space in both of its bases', () => {
    for (const { nullSpace, sparseNullSpace, parameters: count } of space.orders) {
      expect(sparseNullSpace.columns).toBe(count);
      expect(nullSpace.columns).toBe(count);
      expect(outsideOf(nullSpace, sparseNullSpace)).toBeLessThan(1e-12);
      expect(sparseNullSpace.values.length).toBeLessThanOrEqual(nullSpace.values.length + count);
    }
  });

  it('starts every orbit with its representative', () => {
    for (const { order, orbits, clusters } of space.orders) {
      expect(orbits.reduce((sum, o) => sum + o.images.count, 0)).toBe(clusters);
      for (const { images, sites, cells } of orbits) {
        expect(images.operation[0]).toBe(0);
        expect(images.sites.slice(0, order)).toEqual(sites);
        expect(images.cells.slice(0, 3 * order)).toEqual(cells);
        expect(Array.from(cells.slice(0, 3))).toEqual([0, 0, 0]);
      }
    }
  });
});

describe('counts do not depend on how the crystal is described', () => {
  const counts = (space: ClusterSpace) =>
    space.orders.map((o) => [o.order, o.clusters, o.orbits.length, o.beforeSumRules, o.parameters]);

  it.each(CASES.filter(([name]) => !name.includes('turned')))('%s', (_, crystal, cutoffs) => {
    const expected = counts(buildClusterSpace(exhaustiveSymmetry(crystal), cutoffs));
    const tilted = crystals.turned(crystal, TILT);
    expect(counts(buildClusterSpace(exhaustiveSymmetry(tilted), cutoffs))).toEqual(expected);
    const other = exhaustiveSymmetry(crystals.otherCell(crystal), 4);
    expect(counts(buildClusterSpace(other, cutoffs))).toEqual(expected);
  });

  it('gives the same numbers when run twice', () => {
    const build = () => buildClusterSpace(exhaustiveSymmetry(crystals.wurtzite), { 2: 4, 3: 3 });
    expect(build()).toEqual(build());
  });
});

type Constants = ReturnType<typeof expandForceConstants>[number];
type Lookup = ReturnType<typeof forceConstantLookup>;

function tupleAt(order: Constants, c: number): { sites: Int32Array; cells: Int32Array } {
  const n = order.order;
  return {
    sites: order.sites.slice(c * n, (c + 1) * n),
    cells: order.cells.slice(3 * c * n, 3 * (c + 1) * n),
  };
}

function clusterIndices(count: number): readonly number[] {
  return Array.from({ length: count }, (_, c) => c);
}

/** R⊗…⊗R Φ from the definition, index by index. */
function rotated(phi: Float64Array, rotation: Float64Array, n: number): Float64Array {
  let tensor = phi;
  for (let k = 0, stride = 1; k < n; k++, stride *= 3) {
    const from = tensor;
    tensor = Float64Array.from(from, (_, index) => {
      const a = Math.floor(index / stride) % 3;
      const base = index - a * stride;
      return (
        rotation[3 * a] * from[base] +
        rotation[3 * a + 1] * from[base + stride] +
        rotation[3 * a + 2] * from[base + 2 * stride]
      );
    });
  }
  return tensor;
}

/** For each site of cell 0, all sites within the cutoff: [site, a, b, c]. */
function completions(space: ClusterSpace, cutoff: number): readonly (readonly (readonly number[])[])[] {
  const { lattice: l, positions: f, species } = space.primitive.crystal;
  const range = [-4, -3, -2, -1, 0, 1, 2, 3, 4];
  return species.map((_, i) =>
    species.flatMap((__, j) =>
      range.flatMap((a) =>
        range.flatMap((b) =>
          range.flatMap((c) => {
            const d = [0, 1, 2].map((k) => f[3 * j + k] - f[3 * i + k] + [a, b, c][k]);
            const v = [0, 1, 2].map((x) => d[0] * l[x] + d[1] * l[3 + x] + d[2] * l[6 + x]);
            return Math.hypot(...v) <= cutoff + 1e-5 ? [[j, a, b, c]] : [];
          }),
        ),
      ),
    ),
  );
}

/** Largest component of Σ_j Φ^{…j…}, j standing in place of site `left`. */
function prefixSum(
  lookup: Lookup,
  neighbours: readonly (readonly (readonly number[])[])[],
  sites: Int32Array,
  cells: Int32Array,
  left: number,
): number {
  const n = sites.length;
  const other = left === 0 ? 1 : 0;
  let sum: Float64Array | undefined;
  for (const [site, ...cell] of neighbours[sites[other]]) {
    const s = sites.slice();
    const c = cells.slice();
    s[left] = site;
    for (let x = 0; x < 3; x++) c[3 * left + x] = cells[3 * other + x] + cell[x];
    const phi = lookup(s, c);
    if (phi === undefined) continue;
    sum = sum === undefined ? phi : sum.map((v, k) => v + phi[k]);
  }
  expect(sum?.length).toBe([1, 3, 9, 27, 81, 243, 729][n]);
  return Math.max(...sum!.map(Math.abs));
}

function orderings(order: Constants, c: number): number {
  const { sites, cells } = tupleAt(order, c);
  const counts = new Map<string, number>();
  let result = 1;
  sites.forEach((s, k) => {
    const key = `${s},${cells.slice(3 * k, 3 * k + 3)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    result *= (k + 1) / counts.get(key)!;
  });
  return Math.round(result);
}

function square(x: Float64Array): number {
  return x.reduce((sum, v) => sum + v * v, 0);
}

function distance(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, v, k) => Math.max(worst, Math.abs(v - b[k])), 0);
}

function denseColumn(m: SparseMatrix, column: number): Float64Array {
  const dense = new Float64Array(m.rows);
  for (let e = m.columnStart[column]; e < m.columnStart[column + 1]; e++) dense[m.rowIndex[e]] = m.values[e];
  return dense;
}

function applyTransposed(m: SparseMatrix, x: Float64Array): Float64Array {
  return Float64Array.from({ length: m.columns }, (_, column) => {
    let sum = 0;
    for (let e = m.columnStart[column]; e < m.columnStart[column + 1]; e++)
      sum += m.values[e] * x[m.rowIndex[e]];
    return sum;
  });
}

/** Largest deviation of MᵀM from 1. */
function gramError(m: SparseMatrix): number {
  let worst = 0;
  for (let k = 0; k < m.columns; k++) {
    const row = applyTransposed(m, denseColumn(m, k));
    row[k] -= 1;
    worst = row.reduce((w, v) => Math.max(w, Math.abs(v)), worst);
  }
  return worst;
}

/** Largest relative part of a column of `m` outside the span of the orthonormal `basis`. */
function outsideOf(basis: SparseMatrix, m: SparseMatrix): number {
  let worst = 0;
  for (let k = 0; k < m.columns; k++) {
    const column = denseColumn(m, k);
    const inside = square(applyTransposed(basis, column));
    worst = Math.max(worst, Math.abs(1 - inside / square(column)));
  }
  return worst;
}
