import type { OrbitTerms } from '../expansion/layout.js';
import {
  componentCount,
  placeValues,
  rotateTensors,
  type SparseRotation,
  sparseRotation,
} from '../expansion/tensors.js';
import type { ClusterSpace, Orbit } from '../expansion/types.js';
import type { SparseMatrix } from '../numerics/sparse.js';

/**
 * Force constants of the images of orbits, Φ_image = (R⊗…⊗R) Φ_representative, each computed once.
 * raw: raw coordinates of all orders; firstRaw: [orders] where each order's start.
 */
export function imageTensors(
  space: ClusterSpace,
  raw: Float64Array,
  firstRaw: readonly number[],
): (terms: OrbitTerms, image: number) => Float64Array {
  const rotations = space.primitive.operations.map((operation) => sparseRotation(operation.rotation));
  let orbit: Orbit | undefined;
  let representative: SparseMatrix | undefined;
  let cache = new Map<number, Float64Array>();
  return (terms, image) => {
    if (orbit !== terms.orbit || representative === undefined) {
      orbit = terms.orbit;
      representative = asColumn(forceConstants(orbit, raw, firstRaw[terms.orderIndex]));
      cache = new Map();
    }
    const operation = orbit.images.operation[image];
    return cached(cache, operation, () => rotated(orbit!, representative!, rotations[operation]));
  };
}

function cached(cache: Map<number, Float64Array>, key: number, make: () => Float64Array): Float64Array {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const value = make();
  cache.set(key, value);
  return value;
}

function rotated(orbit: Orbit, tensor: SparseMatrix, rotation: SparseRotation): Float64Array {
  return rotateTensors(orbit.order, tensor, rotation, placeValues(orbit.order));
}

/** [3ⁿ] force constants of the representative, eV/Åⁿ: Σ c E/√multiplicity. */
function forceConstants(orbit: Orbit, raw: Float64Array, firstRaw: number): Float64Array {
  const tensor = new Float64Array(componentCount(orbit.order));
  const { columns, columnStart, rowIndex, values } = orbit.eigentensors;
  const scale = 1 / Math.sqrt(orbit.multiplicity);
  for (let p = 0; p < columns; p++) {
    const c = scale * raw[firstRaw + orbit.firstCoordinate + p];
    for (let e = columnStart[p]; e < columnStart[p + 1]; e++) tensor[rowIndex[e]] += c * values[e];
  }
  return tensor;
}

/** A dense tensor as a matrix of one column, without its zeros. */
function asColumn(tensor: Float64Array): SparseMatrix {
  const rowIndex: number[] = [];
  const values: number[] = [];
  tensor.forEach((v, i) => {
    if (v === 0) return;
    rowIndex.push(i);
    values.push(v);
  });
  return {
    rows: tensor.length,
    columns: 1,
    columnStart: Int32Array.of(0, rowIndex.length),
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
}
