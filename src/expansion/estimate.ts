import type { PrimitiveCrystal } from '../crystal/types.js';
import { disjointSets, setMembers } from '../numerics/disjointSets.js';
import { visitMultisets } from './clusters.js';
import { type ClusterLimits, type ClusterSpaceOptions, clusterLimits, cutoffOrders } from './cutoffs.js';
import { laterNeighbours, shellWarnings } from './neighbours.js';
import { type SymmetryFrame, symmetryFrame } from './symmetryFrame.js';
import { componentCount, componentDigits, componentRotator, placeValues } from './tensors.js';
import type { Cutoffs } from './types.js';

/** What one order will hold. */
export interface OrderEstimate {
  readonly order: number;
  readonly cutoff: number;
  /** Clusters modulo lattice translations; exact unless `atLeast`. */
  readonly clusters: number;
  /** About how many parameters space group and permutations leave, mostly a few per cent low; the sum rules remove some more. */
  readonly coordinates: number;
  /** About how many of them the acoustic sum rules leave. */
  readonly parameters: number;
  /** Counting was given up at a bound: there is more. */
  readonly atLeast: boolean;
}

export interface ClusterSpaceEstimate {
  readonly orders: readonly OrderEstimate[];
  readonly coordinates: number;
  readonly parameters: number;
  /** Working memory of the build, bytes. */
  readonly memoryBytes: number;
  /** Seconds on one core of a desktop of 2020. */
  readonly seconds: number;
  readonly warnings: readonly string[];
}

/** Clusters counted per order before counting is given up. */
const MOST_CLUSTERS = 2_000_000;
/** Measured: keys, images and sites of a cluster; an entry of the null space while it is built. */
const BYTES_PER_CLUSTER = 800;
const BYTES_PER_ENTRY = 48;
/** Measured on the orthonormalisation, which takes most of a large build; and on everything else. */
const FLOPS_PER_SECOND = 2.5e9;
const SECONDS_PER_CLUSTER = 5e-4;

/**
 * What `buildClusterSpace` would need, in a small part of its time: clusters are counted, their tensors are divided by
 * the order of the point group (the leading term of Burnside's count), the sum rules by the blocks in which they fall.
 */
export function estimateClusterSpace(
  primitive: PrimitiveCrystal,
  cutoffs: Cutoffs,
  options: ClusterSpaceOptions = {},
): ClusterSpaceEstimate {
  const { species } = primitive.crystal;
  const frame = symmetryFrame(primitive.operations.map((o) => o.rotation));
  const limits = cutoffOrders(cutoffs).map((order) => clusterLimits(cutoffs, options, order, species));
  let memoryBytes = 0;
  let seconds = 0;
  const orders = limits.map((limit): OrderEstimate => {
    const counted = countClusters(primitive, limit);
    const coordinates = Math.ceil(counted.components / primitive.operations.length);
    const [second, third] = blockMoments(limit.order, frame);
    memoryBytes +=
      counted.clusters * BYTES_PER_CLUSTER + 0.5 * second * coordinates * coordinates * BYTES_PER_ENTRY;
    seconds +=
      counted.clusters * SECONDS_PER_CLUSTER +
      (4 * third * coordinates * coordinates * coordinates) / FLOPS_PER_SECOND;
    const { clusters, atLeast } = counted;
    const parameters = Math.min(
      coordinates,
      Math.max(
        1,
        Math.ceil(afterSumRules(primitive, limit, counted.components) / primitive.operations.length),
      ),
    );
    return { order: limit.order, cutoff: cutoffs[limit.order], clusters, coordinates, parameters, atLeast };
  });
  return {
    orders,
    coordinates: orders.reduce((sum, o) => sum + o.coordinates, 0),
    parameters: orders.reduce((sum, o) => sum + o.parameters, 0),
    memoryBytes,
    seconds,
    warnings: limits.flatMap((limit) => shellWarnings(primitive.crystal, limit)),
  };
}

function countClusters(
  primitive: PrimitiveCrystal,
  limits: ClusterLimits,
): { clusters: number; components: number; atLeast: boolean } {
  let clusters = 0;
  let components = 0;
  const visit = (chosen: Int32Array): boolean => {
    clusters++;
    components += symmetricComponents(chosen);
    return clusters < MOST_CLUSTERS;
  };
  const whole = primitive.crystal.species.every((_, site) =>
    visitMultisets(laterNeighbours(primitive.crystal, limits, site), limits, visit),
  );
  return { clusters, components, atLeast: !whole };
}

/**
 * Components that the sum rules leave: polynomials of degree n in the displacements that no translation changes. The
 * three derivatives along translations make a Koszul complex, Σ_k (−1)^k (3 over k) components of order n − k, taken as
 * exact: clusters of the order's own cutoff. A few per cent off where a cutoff leaves neighbours' neighbours out.
 */
function afterSumRules(primitive: PrimitiveCrystal, limits: ClusterLimits, components: number): number {
  const binomials = [1, -3, 3, -1];
  let sum = components;
  for (let k = 1; k <= 3 && k < limits.order; k++) {
    sum += binomials[k] * countClusters(primitive, { ...limits, order: limits.order - k }).components;
  }
  return sum;
}

/** Components that permutations of equal sites leave: Π (m+2)(m+1)/2 over the multiplicities m. */
function symmetricComponents(chosen: Int32Array): number {
  let product = 1;
  let run = 1;
  for (let k = 1; k <= chosen.length; k++) {
    if (k < chosen.length && chosen[k] === chosen[k - 1]) {
      run++;
      continue;
    }
    product *= ((run + 2) * (run + 1)) / 2;
    run = 1;
  }
  return product;
}

/**
 * Sums of squares and of cubes of the fractions of components in each block. Sum rules and rotations that do not mix
 * the axes keep how often each axis occurs among the indices; other rotations join such classes.
 */
function blockMoments(order: number, frame: SymmetryFrame): readonly [number, number] {
  const total = componentCount(order);
  const places = placeValues(order);
  const rotator = componentRotator(order);
  const digits = new Int32Array(order);
  const sorted = Int32Array.from({ length: total }, (_, component) =>
    componentDigits(component, order, digits)
      .sort()
      .reduce((sum, d, k) => sum + d * places[k], 0),
  );
  const sets = disjointSets(total);
  sorted.forEach((smallest, component) => {
    sets.join(smallest, component);
  });
  for (const component of new Set(sorted)) {
    for (const rotation of frame.rotations) {
      const count = rotator.expand(rotation, componentDigits(component, order, digits), places);
      for (let e = 0; e < count; e++) sets.join(component, rotator.index[e]);
    }
  }
  const fractions = setMembers(sets, total).map((members) => members.length / total);
  return [fractions.reduce((s, f) => s + f * f, 0), fractions.reduce((s, f) => s + f * f * f, 0)];
}
