import { inputError } from '../errors.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import { canonicalForm } from './latticeSites.js';
import { componentCount, componentDigits, placeValues, rotateTensors, sparseRotation } from './tensors.js';
import type { ClusterSpace, ExpansionOrder, Orbit } from './types.js';

/** Force constants of one order: one tensor for each cluster modulo lattice translations. */
export interface OrderForceConstants {
  readonly order: number;
  /** Clusters. */
  readonly count: number;
  /** [count·order] SiteIndex of each site. */
  readonly sites: Int32Array;
  /** [3·count·order] lattice translation of each site; not shifted to cell 0. */
  readonly cells: Int32Array;
  /** [count] largest distance between two sites, Å. */
  readonly sizes: Float64Array;
  /** [count] orbit within the order. */
  readonly orbit: Int32Array;
  /** [count·3^order] Φ^{a₁…a_n} in eV/Åⁿ, the k-th index being that of the k-th site; component a₁·3^{n−1} + … + a_n. */
  readonly tensors: Float64Array;
}

/** The force constants of all clusters from the independent parameters φ′ [space.parameters]. */
export function expandForceConstants(
  space: ClusterSpace,
  parameters: Float64Array,
): readonly OrderForceConstants[] {
  if (parameters.length !== space.parameters) {
    throw inputError({
      field: 'parameters',
      message: 'not the parameters of this expansion',
      got: `${parameters.length} numbers`,
      expected: `${space.parameters}`,
    });
  }
  let first = 0;
  return space.orders.map((order) => {
    const own = parameters.subarray(first, first + order.parameters);
    first += order.parameters;
    return expandOrder(space, order, own);
  });
}

function expandOrder(
  space: ClusterSpace,
  expansion: ExpansionOrder,
  parameters: Float64Array,
): OrderForceConstants {
  const { order, orbits } = expansion;
  const raw = multiply(expansion.nullSpace, parameters);
  const size = componentCount(order);
  const count = orbits.reduce((sum, orbit) => sum + orbit.images.count, 0);
  const tensors = new Float64Array(count * size);
  let image = 0;
  for (const orbit of orbits) {
    const representative = representativeTensor(orbit, raw);
    for (let m = 0; m < orbit.images.count; m++) {
      const rotation = sparseRotation(space.primitive.operations[orbit.images.operation[m]].rotation);
      tensors.set(rotateTensors(order, representative, rotation, placeValues(order)), image * size);
      image++;
    }
  }
  const joined = (part: (orbit: Orbit) => Int32Array): Int32Array =>
    Int32Array.from(orbits.flatMap((o) => Array.from(part(o))));
  const perImage = (part: (orbit: Orbit, o: number) => number): number[] =>
    orbits.flatMap((orbit, o) => new Array<number>(orbit.images.count).fill(part(orbit, o)));
  return {
    order,
    count,
    sites: joined((o) => o.images.sites),
    cells: joined((o) => o.images.cells),
    sizes: Float64Array.from(perImage((orbit) => orbit.size)),
    orbit: Int32Array.from(perImage((_, o) => o)),
    tensors,
  };
}

/** Φ = Σ_k c_k E_k / √multiplicity as a matrix of one column. */
function representativeTensor(orbit: Orbit, raw: Float64Array): SparseMatrix {
  const { eigentensors, firstCoordinate, multiplicity } = orbit;
  const coordinates = raw.subarray(firstCoordinate, firstCoordinate + eigentensors.columns);
  const dense = multiply(eigentensors, coordinates).map((v) => v / Math.sqrt(multiplicity));
  const rowIndex = Int32Array.from(dense.keys()).filter((component) => dense[component] !== 0);
  return {
    rows: dense.length,
    columns: 1,
    columnStart: Int32Array.of(0, rowIndex.length),
    rowIndex,
    values: Float64Array.from(rowIndex, (component) => dense[component]),
  };
}

function multiply(matrix: SparseMatrix, x: Float64Array): Float64Array {
  const y = new Float64Array(matrix.rows);
  for (let column = 0; column < matrix.columns; column++) {
    for (let e = matrix.columnStart[column]; e < matrix.columnStart[column + 1]; e++) {
      y[matrix.rowIndex[e]] += matrix.values[e] * x[column];
    }
  }
  return y;
}

/**
 * Looks up Φ of any ordered tuple: the indices of the cluster's tensor, permuted. `sites` is [n] and `cells` [3·n];
 * `undefined` where the sites are no cluster of this order.
 */
export function forceConstantLookup(
  constants: OrderForceConstants,
  siteCount: number,
): (sites: Int32Array, cells: Int32Array) => Float64Array | undefined {
  const n = constants.order;
  const size = componentCount(n);
  const clusterOf = new Map<string, { readonly cluster: number; readonly order: Int32Array }>();
  for (let cluster = 0; cluster < constants.count; cluster++) {
    const { key, order } = canonicalForm(constants.sites, constants.cells, cluster * n, n, siteCount);
    clusterOf.set(key, { cluster, order });
  }
  const value = placeValues(n);
  const digits = new Int32Array(n);
  return (sites, cells) => {
    const tuple = canonicalForm(sites, cells, 0, n, siteCount);
    const found = clusterOf.get(tuple.key);
    if (found === undefined) return undefined;
    const places = new Int32Array(n);
    for (let k = 0; k < n; k++) places[found.order[k]] = value[tuple.order[k]];
    const phi = new Float64Array(size);
    for (let component = 0; component < size; component++) {
      componentDigits(component, n, digits);
      let target = 0;
      for (let k = 0; k < n; k++) target += digits[k] * places[k];
      phi[target] = constants.tensors[found.cluster * size + component];
    }
    return phi;
  };
}
