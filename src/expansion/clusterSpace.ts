import type { PrimitiveCrystal } from '../crystal/types.js';
import { sparseNullSpace } from '../numerics/nullspace/elimination.js';
import { orthonormalColumns } from '../numerics/nullspace/orthonormal.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { enumerateClusters } from './clusters.js';
import { type ClusterSpaceOptions, clusterLimits, cutoffOrders } from './cutoffs.js';
import { eigentensors } from './eigentensors.js';
import { shellWarnings } from './neighbours.js';
import { chosenOptions } from './options.js';
import { type OrbitGeometry, partitionIntoOrbits, repeatedSites } from './orbits.js';
import { rotationalSumRules } from './rotationalSumRules.js';
import { acousticSumRules } from './sumRules.js';
import { type SymmetryFrame, symmetryFrame, tensorsFromFrame } from './symmetryFrame.js';
import type { ClusterSpace, Cutoffs, ExpansionOrder, Orbit } from './types.js';

export interface BuildOptions extends ClusterSpaceOptions {
  /** Called with each warning: cutoffs that lie on a shell of neighbours. */
  readonly onWarning?: (warning: string) => void;
}

/**
 * The symmetry-adapted space of force constants of a crystal: clusters, orbits, eigentensors and the null space of
 * the acoustic sum rules, for every order with a cutoff. Throws `InputError` naming `cutoffs.<order>`.
 */
export function buildClusterSpace(
  primitive: PrimitiveCrystal,
  cutoffs: Cutoffs,
  options: BuildOptions = {},
): ClusterSpace {
  const chosen = chosenOptions(options, cutoffs);
  const frame = symmetryFrame(primitive.operations.map((o) => o.rotation));
  const orders = cutoffOrders(cutoffs).map((order) => buildOrder(primitive, frame, cutoffs, order, options));
  return {
    primitive,
    cutoffs: Object.fromEntries(orders.map(({ order, cutoff }) => [order, cutoff])),
    ...(chosen !== undefined && { options: chosen }),
    orders,
    parameters: orders.reduce((sum, order) => sum + order.parameters, 0),
  };
}

function buildOrder(
  primitive: PrimitiveCrystal,
  frame: SymmetryFrame,
  cutoffs: Cutoffs,
  order: number,
  options: BuildOptions,
): ExpansionOrder {
  const limits = clusterLimits(cutoffs, options, order, primitive.crystal.species);
  for (const warning of shellWarnings(primitive.crystal, limits)) options.onWarning?.(warning);
  const clusters = enumerateClusters(primitive.crystal, limits);
  const partition = partitionIntoOrbits(primitive, clusters);
  const tensors = partition.orbits.map((orbit) =>
    eigentensors(order, repeatedSites(orbit.sites, orbit.cells), orbit.stabiliser, frame.transposed),
  );
  const firstCoordinate = runningSum(tensors.map((t) => t.columns));
  const unknowns = firstCoordinate[partition.orbits.length];
  const raw = { partition, eigentensors: tensors, firstCoordinate, rotations: frame.rotations };
  const acoustic = acousticSumRules(primitive, clusters, raw);
  const rotational =
    order === 2 ? rotationalSumRules(primitive.crystal, frame, raw, options.rotational ?? []) : [];
  const rules = [...acoustic, ...rotational];
  const priority = eliminationPriority(partition.orbits, tensors);
  const sparse = sparseNullSpace(rules, unknowns, priority);
  return {
    order,
    cutoff: cutoffs[order],
    clusters: clusters.count,
    orbits: partition.orbits.map((orbit, o) => {
      const eigen = tensorsFromFrame(order, tensors[o], frame);
      return assembleOrbit(order, orbit, eigen, firstCoordinate[o]);
    }),
    beforeSumRules: unknowns,
    parameters: sparse.columns,
    sizes: coordinateSizes(partition.orbits, tensors),
    nullSpace: orthonormalColumns(sparse),
    sparseNullSpace: sparse,
  };
}

/** [counts + 1] starts 0, a, a + b, … */
function runningSum(counts: readonly number[]): readonly number[] {
  const starts = [0];
  for (const count of counts) starts.push(starts[starts.length - 1] + count);
  return starts;
}

/**
 * Sum rules are solved for the terms with the fewest distinct sites and the longest repetition first (Φ^{aaaa}, then
 * Φ^{aaab}, …): each is −(the sum of terms with more sites), so that little fills in.
 */
function eliminationPriority(orbits: readonly OrbitGeometry[], tensors: readonly SparseMatrix[]): Int32Array {
  const rank = orbits.map((_, o) => o);
  const repetition = orbits.map((orbit) => longestRepetition(orbit));
  rank.sort(
    (a, b) => orbits[a].distinctSites - orbits[b].distinctSites || repetition[b] - repetition[a] || a - b,
  );
  const priority = new Int32Array(orbits.length);
  rank.forEach((orbit, place) => {
    priority[orbit] = place;
  });
  return Int32Array.from(orbits.flatMap((_, o) => new Array<number>(tensors[o].columns).fill(priority[o])));
}

function longestRepetition(orbit: OrbitGeometry): number {
  const counts = new Map<number, number>();
  for (const site of repeatedSites(orbit.sites, orbit.cells)) counts.set(site, (counts.get(site) ?? 0) + 1);
  return Math.max(...counts.values());
}

function coordinateSizes(orbits: readonly OrbitGeometry[], tensors: readonly SparseMatrix[]): Float64Array {
  return Float64Array.from(
    orbits.flatMap((orbit, o) => new Array<number>(tensors[o].columns).fill(orbit.size)),
  );
}

function assembleOrbit(
  order: number,
  orbit: OrbitGeometry,
  tensors: SparseMatrix,
  firstCoordinate: number,
): Orbit {
  const { sites, cells, size, multiplicity, images } = orbit;
  return { order, sites, cells, size, multiplicity, eigentensors: tensors, firstCoordinate, images };
}
