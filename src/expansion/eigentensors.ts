import { FailureError } from '../errors.js';
import { disjointSets, setMembers } from '../numerics/disjointSets.js';
import type { SparseMatrix } from '../numerics/sparse.js';
import type { StabiliserElement } from './orbits.js';
import { type SymmetricClasses, symmetricClasses } from './symmetricClasses.js';
import { componentDigits, componentRotator, placeValues, type SparseRotation, ZERO } from './tensors.js';

/** Smallest diagonal that a column of a projector's factor may start from: the largest one is at least rank/size. */
const PIVOT_TOLERANCE = 1e-8;

/**
 * Invariant tensors of a cluster's stabiliser: the columns [3ⁿ × k] are an orthonormal basis of all Φ with
 * Φ^{b₁…b_n} = Σ Π_k R_{b_{π(k)} c_k} Φ^{c₁…c_n} for every element (R, π), and symmetric under permutations of equal sites.
 *
 * The average P of the stabiliser's representation is the projector onto this space. It falls into blocks of
 * components that symmetry mixes; each block's pivoted Cholesky factor L (P = L Lᵀ) has orthonormal columns because
 * P L = L, and they are as sparse as the block is small.
 *
 * `repeats` is [n], the number of the distinct site at each position; `rotations` are the transposes Rᵀ of the
 * operations, so that their columns are the rows of R.
 */
export function eigentensors(
  order: number,
  repeats: Int32Array,
  stabiliser: readonly StabiliserElement[],
  rotations: readonly SparseRotation[],
): SparseMatrix {
  const classes = symmetricClasses(order, repeats);
  const projector = averagedRows(order, classes, stabiliser, rotations);
  const sets = disjointSets(classes.count);
  projector.forEach((row, i) => {
    for (const j of row.index) sets.join(i, j);
  });
  const vectors: { classes: readonly number[]; values: Float64Array }[] = [];
  for (const block of setMembers(sets, classes.count)) {
    const dense = denseBlock(projector, block);
    for (const values of projectorBasis(dense, block.length)) vectors.push({ classes: block, values });
  }
  return columnsInComponents(classes, vectors);
}

interface SparseRow {
  readonly index: readonly number[];
  readonly value: readonly number[];
}

/** Rows of P in the orthonormal basis of symmetric classes, e_C = |C|^{−1/2} Σ_{c∈C} e_c. */
function averagedRows(
  order: number,
  classes: SymmetricClasses,
  stabiliser: readonly StabiliserElement[],
  rotations: readonly SparseRotation[],
): readonly SparseRow[] {
  const rotator = componentRotator(order);
  const places = placeValues(order);
  const b = new Int32Array(order);
  const permuted = new Int32Array(order);
  const sum = new Float64Array(classes.count);
  return Array.from(classes.representative, (component, row) => {
    componentDigits(component, order, b);
    const touched = new Set<number>();
    for (const { operation, permutation } of stabiliser) {
      for (let k = 0; k < order; k++) permuted[k] = b[permutation[k]];
      const count = rotator.expand(rotations[operation], permuted, places);
      for (let e = 0; e < count; e++) {
        const c = classes.classOf[rotator.index[e]];
        sum[c] += rotator.value[e];
        touched.add(c);
      }
    }
    const index = [...touched].sort((p, q) => p - q);
    const value = index.map(
      (c) => (sum[c] / stabiliser.length) * Math.sqrt(classes.size[row] / classes.size[c]),
    );
    for (const c of index) sum[c] = 0;
    const kept = index.map((_, e) => e).filter((e) => Math.abs(value[e]) > ZERO);
    return { index: kept.map((e) => index[e]), value: kept.map((e) => value[e]) };
  });
}

function denseBlock(rows: readonly SparseRow[], block: readonly number[]): Float64Array {
  const size = block.length;
  const place = new Map(block.map((c, i) => [c, i]));
  const dense = new Float64Array(size * size);
  block.forEach((c, i) => {
    rows[c].index.forEach((d, e) => {
      const j = place.get(d)!;
      // Half from either triangle: symmetric to the last bit.
      dense[i * size + j] += rows[c].value[e] / 2;
      dense[j * size + i] += rows[c].value[e] / 2;
    });
  });
  return dense;
}

/** Orthonormal basis of the range of a projector P [size × size] by pivoted Cholesky decomposition. */
function projectorBasis(p: Float64Array, size: number): readonly Float64Array[] {
  const diagonal = Float64Array.from({ length: size }, (_, i) => p[i * size + i]);
  const trace = diagonal.reduce((a, b) => a + b, 0);
  const rank = Math.round(trace);
  const columns: Float64Array[] = [];
  while (columns.length < size) {
    const pivot = largestIndex(diagonal);
    if (diagonal[pivot] < PIVOT_TOLERANCE) break;
    const scale = 1 / Math.sqrt(diagonal[pivot]);
    const column = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let v = p[i * size + pivot];
      for (const l of columns) v -= l[i] * l[pivot];
      column[i] = v * scale;
      diagonal[i] -= column[i] * column[i];
    }
    columns.push(column);
  }
  if (columns.length !== rank || Math.abs(trace - rank) > 1e-6) {
    throw new FailureError(
      `invariant tensors: a projector of trace ${trace} has numerical rank ${columns.length}`,
      'the operations of the crystal are not a group, or not orthogonal to machine precision',
    );
  }
  return columns;
}

/** First of the largest; values equal up to rounding count as equal, so that the choice does not hang on the last bit. */
function largestIndex(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best] + 1e-9) best = i;
  return best;
}

function columnsInComponents(
  classes: SymmetricClasses,
  vectors: readonly { readonly classes: readonly number[]; readonly values: Float64Array }[],
): SparseMatrix {
  const columnStart = [0];
  const rowIndex: number[] = [];
  const values: number[] = [];
  for (const vector of vectors) {
    const entries: [number, number][] = [];
    vector.classes.forEach((c, i) => {
      if (Math.abs(vector.values[i]) < ZERO) return;
      const value = vector.values[i] / Math.sqrt(classes.size[c]);
      for (const component of classes.members[c]) entries.push([component, value]);
    });
    entries.sort((a, b) => a[0] - b[0]);
    for (const [component, value] of entries) {
      rowIndex.push(component);
      values.push(value);
    }
    columnStart.push(rowIndex.length);
  }
  return {
    rows: classes.classOf.length,
    columns: vectors.length,
    columnStart: Int32Array.from(columnStart),
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
}
