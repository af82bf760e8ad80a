import { FailureError } from '../../errors.js';
import { disjointSets, setMembers } from '../disjointSets.js';
import type { SparseMatrix } from '../sparse.js';
import { eliminateBlock, type Pivot } from './pivoting.js';

/** One homogeneous linear equation: Σ value · x[index] = 0. */
export interface Equation {
  /** Ascending unknowns. */
  readonly index: Int32Array;
  readonly value: Float64Array;
}

/** Coefficients of the reduced form below this are rounding. */
const NEGLIGIBLE = 1e-11;
/** Equations, scaled to a largest coefficient of 1, must be met by the null space to this accuracy. */
const RESIDUAL = 1e-9;

/**
 * A sparse basis [unknowns × dimension] of the null space of `equations`, in reduced echelon form: free unknowns are
 * unit vectors, one column each, ascending. Unknowns of a lower `priority` [unknowns] are eliminated first; among
 * those of equal priority the pivots are chosen for stability and sparsity.
 *
 * Throws a FailureError when rank decisions are not clear.
 */
export function sparseNullSpace(
  equations: readonly Equation[],
  unknowns: number,
  priority: Int32Array,
): SparseMatrix {
  const scaled = equations.map(scaledToOne).filter((e) => e !== undefined);
  const reduced = new Map<number, Equation>();
  for (const block of equationBlocks(scaled, unknowns)) {
    backSubstitute(eliminateBlock(block, priority), reduced);
  }
  requireSolved(scaled, reduced, unknowns);
  return basisColumns(reduced, unknowns);
}

function scaledToOne(equation: Equation): Equation | undefined {
  let largest = 0;
  for (const v of equation.value) largest = Math.max(largest, Math.abs(v));
  if (largest === 0) return undefined;
  return { index: equation.index, value: equation.value.map((v) => v / largest) };
}

/** Equations that share unknowns, directly or through others, together. */
function equationBlocks(equations: readonly Equation[], unknowns: number): readonly (readonly Equation[])[] {
  const sets = disjointSets(unknowns);
  for (const { index } of equations) for (const i of index) sets.join(index[0], i);
  const byRoot = new Map<number, Equation[]>();
  for (const equation of equations) {
    const root = sets.find(equation.index[0]);
    const list = byRoot.get(root);
    if (list === undefined) byRoot.set(root, [equation]);
    else list.push(equation);
  }
  return [...byRoot.values()];
}

/** Expresses the pivots by free unknowns, the last one first. */
function backSubstitute(pivots: readonly Pivot[], reduced: Map<number, Equation>): void {
  for (let p = pivots.length - 1; p >= 0; p--) {
    const { unknown, equation } = pivots[p];
    const sum = new Map<number, number>();
    const lead = equation.value[equation.index.indexOf(unknown)];
    equation.index.forEach((i, e) => {
      if (i === unknown) return;
      const factor = -equation.value[e] / lead;
      const substitute = reduced.get(i);
      if (substitute === undefined) sum.set(i, (sum.get(i) ?? 0) + factor);
      else
        substitute.index.forEach((j, f) => void sum.set(j, (sum.get(j) ?? 0) + factor * substitute.value[f]));
    });
    const kept = [...sum].filter(([, v]) => Math.abs(v) > NEGLIGIBLE).sort((a, b) => a[0] - b[0]);
    reduced.set(unknown, {
      index: Int32Array.from(kept, ([i]) => i),
      value: Float64Array.from(kept, ([, v]) => v),
    });
  }
}

function requireSolved(
  equations: readonly Equation[],
  reduced: ReadonlyMap<number, Equation>,
  unknowns: number,
): void {
  const sum = new Float64Array(unknowns);
  let worst = 0;
  for (const { index, value } of equations) {
    const touched: number[] = [];
    const add = (i: number, v: number): void => {
      sum[i] += v;
      touched.push(i);
    };
    index.forEach((i, e) => {
      const substitute = reduced.get(i);
      if (substitute === undefined) add(i, value[e]);
      else substitute.index.forEach((j, f) => void add(j, value[e] * substitute.value[f]));
    });
    for (const i of touched) {
      worst = Math.max(worst, Math.abs(sum[i]));
      sum[i] = 0;
    }
  }
  if (worst > RESIDUAL) {
    throw new FailureError(`null space: equations are met to ${worst.toExponential(1)} only`);
  }
}

function basisColumns(reduced: ReadonlyMap<number, Equation>, unknowns: number): SparseMatrix {
  const free: number[] = [];
  const columnOf = new Int32Array(unknowns).fill(-1);
  for (let i = 0; i < unknowns; i++) {
    if (reduced.has(i)) continue;
    columnOf[i] = free.length;
    free.push(i);
  }
  const entries: { row: number; value: number }[][] = free.map(() => []);
  for (let i = 0; i < unknowns; i++) {
    const equation = reduced.get(i);
    if (equation === undefined) entries[columnOf[i]].push({ row: i, value: 1 });
    else
      equation.index.forEach((j, e) => void entries[columnOf[j]].push({ row: i, value: equation.value[e] }));
  }
  const columnStart = new Int32Array(free.length + 1);
  entries.forEach((column, k) => {
    columnStart[k + 1] = columnStart[k] + column.length;
  });
  const flat = entries.flat();
  return {
    rows: unknowns,
    columns: free.length,
    columnStart,
    rowIndex: Int32Array.from(flat, (e) => e.row),
    values: Float64Array.from(flat, (e) => e.value),
  };
}

/** Columns of a sparse matrix that share rows, directly or through others, together; both ascending. */
export function columnBlocks(matrix: SparseMatrix): readonly (readonly number[])[] {
  const sets = disjointSets(matrix.columns);
  const firstColumn = new Int32Array(matrix.rows).fill(-1);
  for (let column = 0; column < matrix.columns; column++) {
    for (let e = matrix.columnStart[column]; e < matrix.columnStart[column + 1]; e++) {
      const row = matrix.rowIndex[e];
      if (firstColumn[row] < 0) firstColumn[row] = column;
      else sets.join(firstColumn[row], column);
    }
  }
  return setMembers(sets, matrix.columns);
}
