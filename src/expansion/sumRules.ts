import type { PrimitiveCrystal } from '../crystal/types.js';
import type { Equation } from '../numerics/nullspace/elimination.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import type { ClusterList } from './clusters.js';
import { canonicalForm } from './latticeSites.js';
import { type OrbitPartition, repeatedSites } from './orbits.js';
import { type Prefix, prefixes } from './prefixes.js';
import { symmetricClasses } from './symmetricClasses.js';
import { componentCount, placeValues, rotateTensors, type SparseRotation, ZERO } from './tensors.js';

/** What the sum rules of one order act on. */
export interface RawCoordinates {
  readonly partition: OrbitPartition;
  /** Eigentensors of each orbit, in the frame of `rotations`. */
  readonly eigentensors: readonly SparseMatrix[];
  /** First raw coordinate of each orbit. */
  readonly firstCoordinate: readonly number[];
  /** Operations of the space group. */
  readonly rotations: readonly SparseRotation[];
}

/**
 * Acoustic sum rules of one order, Σ_j Φ^{prefix, j}_{a₁…a_n} = 0 for every prefix of n−1 sites and all components,
 * as equations of the raw coordinates. Prefixes that the space group maps onto each other give the same equations, as
 * do components that differ by a permutation of equal sites of the prefix.
 */
export function acousticSumRules(
  primitive: PrimitiveCrystal,
  clusters: ClusterList,
  raw: RawCoordinates,
): readonly Equation[] {
  return prefixes(primitive, clusters).flatMap((prefix) =>
    sumRulesOfPrefix(prefix, clusters.order, raw, primitive.crystal.species.length),
  );
}

function sumRulesOfPrefix(
  prefix: Prefix,
  n: number,
  raw: RawCoordinates,
  siteCount: number,
): readonly Equation[] {
  const terms = prefix.completions.map((completion) => termOf(prefix, completion, n, raw, siteCount));
  const coordinates = coordinatesOf(terms, raw);
  const column = new Map(coordinates.map((c, k) => [c, k]));
  const rows = distinctComponents(prefix, n);
  const sums = new Float64Array(rows.count * coordinates.length);
  const size = componentCount(n);
  for (const { orbit, tensors } of terms) {
    const scale = 1 / Math.sqrt(raw.partition.orbits[orbit].multiplicity);
    for (let k = 0; k < raw.eigentensors[orbit].columns; k++) {
      const target = column.get(raw.firstCoordinate[orbit] + k)!;
      for (let component = 0; component < size; component++) {
        const row = rows.rowOf[component];
        if (row >= 0) sums[row * coordinates.length + target] += scale * tensors[k * size + component];
      }
    }
  }
  return equations(sums, rows.count, coordinates);
}

interface Term {
  readonly orbit: number;
  /** [k·3ⁿ] the orbit's eigentensors, rotated, their indices in the order (prefix, completion). */
  readonly tensors: Float64Array;
}

function termOf(
  prefix: Prefix,
  completion: Prefix['completions'][number],
  n: number,
  raw: RawCoordinates,
  siteCount: number,
): Term {
  const sites = Int32Array.of(...prefix.sites, completion.site);
  const cells = Int32Array.of(...prefix.cells, ...completion.cell);
  const tuple = canonicalForm(sites, cells, 0, n, siteCount);
  const orbit = raw.partition.orbitOf.get(tuple.key)!;
  const image = raw.partition.imageOf.get(tuple.key)!;
  const { images } = raw.partition.orbits[orbit];
  const ofImage = canonicalForm(images.sites, images.cells, image * n, n, siteCount);
  const value = placeValues(n);
  const places = new Int32Array(n);
  for (let k = 0; k < n; k++) places[ofImage.order[k]] = value[tuple.order[k]];
  const rotation = raw.rotations[images.operation[image]];
  return { orbit, tensors: rotateTensors(n, raw.eigentensors[orbit], rotation, places) };
}

function coordinatesOf(terms: readonly Term[], raw: RawCoordinates): readonly number[] {
  const orbits = [...new Set(terms.map((t) => t.orbit))].sort((a, b) => a - b);
  return orbits.flatMap((orbit) =>
    Array.from({ length: raw.eigentensors[orbit].columns }, (_, k) => raw.firstCoordinate[orbit] + k),
  );
}

/** Rows for components that are the smallest of their class under permutations of the prefix's equal sites; −1 for others. */
function distinctComponents(
  prefix: Prefix,
  n: number,
): { readonly rowOf: Int32Array; readonly count: number } {
  const repeats = repeatedSites(prefix.sites, prefix.cells);
  const classes = symmetricClasses(n, Int32Array.of(...repeats, n));
  const rowOf = new Int32Array(componentCount(n)).fill(-1);
  classes.representative.forEach((component, row) => {
    rowOf[component] = row;
  });
  return { rowOf, count: classes.count };
}

function equations(sums: Float64Array, rows: number, coordinates: readonly number[]): readonly Equation[] {
  const width = coordinates.length;
  const found: Equation[] = [];
  for (let row = 0; row < rows; row++) {
    const index: number[] = [];
    const value: number[] = [];
    for (let k = 0; k < width; k++) {
      if (Math.abs(sums[row * width + k]) < ZERO) continue;
      index.push(coordinates[k]);
      value.push(sums[row * width + k]);
    }
    if (index.length > 0) found.push({ index: Int32Array.from(index), value: Float64Array.from(value) });
  }
  return found;
}
