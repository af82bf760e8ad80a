import { FailureError } from '../../errors.js';
import type { Equation } from './elimination.js';

/** An unknown and the equation that eliminates it; the equation holds no unknown eliminated before it. */
export interface Pivot {
  readonly unknown: number;
  readonly equation: Equation;
}

/** Entries below this are rounding; equations are scaled to 1. */
const DROP = 1e-10;
/** A clear gap: no pivot may be smaller; in between, rank would be a matter of opinion. */
const SMALLEST_PIVOT = 1e-5;
/** A pivot may be smaller than the largest candidate by this factor, for the sake of sparsity. Away from simple fractions, where rounding would decide. */
const THRESHOLD = 0.37;

interface Gap {
  smallestPivot: number;
  largestDropped: number;
}

/**
 * Gaussian elimination of equations that share unknowns, priority by priority: first all unknowns of the lowest
 * priority, with threshold complete pivoting among them, then those of the next.
 */
export function eliminateBlock(equations: readonly Equation[], priority: Int32Array): readonly Pivot[] {
  const waiting = new Map<number, Equation[]>();
  const pivots: Pivot[] = [];
  const gap: Gap = { smallestPivot: Infinity, largestDropped: 0 };
  const enqueue = (equation: Equation): void => {
    if (equation.index.length === 0) return;
    let lowest = priority[equation.index[0]];
    for (const i of equation.index) lowest = Math.min(lowest, priority[i]);
    const list = waiting.get(lowest);
    if (list === undefined) waiting.set(lowest, [equation]);
    else list.push(equation);
  };
  for (const equation of equations) enqueue(equation);
  const levels = [...new Set(equations.flatMap((e) => Array.from(e.index, (i) => priority[i])))];
  levels.sort((a, b) => a - b);
  for (const level of levels) {
    const rest = eliminateLevel(waiting.get(level) ?? [], level, priority, pivots, gap);
    waiting.delete(level);
    for (const equation of rest) enqueue(equation);
  }
  if (gap.smallestPivot < SMALLEST_PIVOT) {
    throw new FailureError(
      `null space: no clear rank; smallest pivot ${gap.smallestPivot.toExponential(1)}, largest entry dropped ${gap.largestDropped.toExponential(1)}`,
      'the rotations of the crystal are not orthogonal to machine precision',
    );
  }
  return pivots;
}

/** Eliminates the unknowns of one priority; returns what is left of the other equations. */
function eliminateLevel(
  equations: readonly Equation[],
  level: number,
  priority: Int32Array,
  pivots: Pivot[],
  gap: Gap,
): readonly Equation[] {
  let remaining = equations;
  for (;;) {
    const choice = choosePivot(remaining, level, priority);
    if (choice === undefined) return remaining;
    gap.smallestPivot = Math.min(gap.smallestPivot, choice.size);
    const { equation, unknown } = choice;
    pivots.push({ unknown, equation });
    remaining = remaining.filter((e) => e !== equation).map((e) => eliminate(e, equation, unknown, gap));
  }
}

function choosePivot(
  equations: readonly Equation[],
  level: number,
  priority: Int32Array,
): { equation: Equation; unknown: number; size: number } | undefined {
  let largest = 0;
  for (const { index, value } of equations) {
    for (let e = 0; e < index.length; e++) {
      if (priority[index[e]] === level) largest = Math.max(largest, Math.abs(value[e]));
    }
  }
  if (largest === 0) return undefined;
  let best: { equation: Equation; unknown: number; size: number } | undefined;
  for (const equation of equations) {
    if (best !== undefined && equation.index.length > best.equation.index.length) continue;
    for (let e = 0; e < equation.index.length; e++) {
      const unknown = equation.index[e];
      const size = Math.abs(equation.value[e]);
      if (priority[unknown] !== level || size < THRESHOLD * largest) continue;
      const sparser = best === undefined || equation.index.length < best.equation.index.length;
      if (sparser || unknown < best!.unknown) best = { equation, unknown, size };
    }
  }
  return best;
}

/** `equation` minus the multiple of `pivot` that removes `unknown` from it. */
function eliminate(equation: Equation, pivot: Equation, unknown: number, gap: Gap): Equation {
  const at = equation.index.indexOf(unknown);
  if (at < 0) return equation;
  const factor = equation.value[at] / pivot.value[pivot.index.indexOf(unknown)];
  const index: number[] = [];
  const value: number[] = [];
  let i = 0;
  let j = 0;
  while (i < equation.index.length || j < pivot.index.length) {
    const a = i < equation.index.length ? equation.index[i] : Infinity;
    const b = j < pivot.index.length ? pivot.index[j] : Infinity;
    const unknownHere = Math.min(a, b);
    let v = 0;
    if (a === unknownHere) v += equation.value[i++];
    if (b === unknownHere) v -= factor * pivot.value[j++];
    if (unknownHere === unknown) continue;
    if (Math.abs(v) < DROP) {
      gap.largestDropped = Math.max(gap.largestDropped, Math.abs(v));
      continue;
    }
    index.push(unknownHere);
    value.push(v);
  }
  return { index: Int32Array.from(index), value: Float64Array.from(value) };
}
