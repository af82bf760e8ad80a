import type { SparseMatrix } from '../numerics/sparse.js';
import {
  componentCount,
  placeValues,
  rotateTensors,
  type SparseRotation,
  sparseRotation,
  ZERO,
} from './tensors.js';

/**
 * An orthonormal frame in which the rotations of a crystal are as sparse as can be: in it they mix the fewest
 * components, so that invariant tensors and sum rules fall into small blocks, however the crystal lies in space.
 */
export interface SymmetryFrame {
  /** [9] row-major: rows are the frame's axes, v_frame = Q v. */
  readonly axes: Float64Array;
  /** Operations in this frame, Q R Qᵀ, and their transposes. */
  readonly rotations: readonly SparseRotation[];
  readonly transposed: readonly SparseRotation[];
}

type Vector = readonly [number, number, number];

const CARTESIAN: readonly Vector[] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** The frame for the rotations [9] of a space group; the Cartesian one where no other is sparser. */
export function symmetryFrame(rotations: readonly Float64Array[]): SymmetryFrame {
  let best = frameOf(CARTESIAN.flat(), rotations);
  let fewest = entries(best);
  for (const axes of candidateAxes(rotations)) {
    const frame = frameOf(axes, rotations);
    if (entries(frame) >= fewest) continue;
    best = frame;
    fewest = entries(frame);
  }
  return best;
}

/** Tensors [3ⁿ × k] given in the frame, in Cartesian components. */
export function tensorsFromFrame(order: number, tensors: SparseMatrix, frame: SymmetryFrame): SparseMatrix {
  if (CARTESIAN.flat().every((v, k) => frame.axes[k] === v)) return tensors;
  const size = componentCount(order);
  const dense = rotateTensors(order, tensors, sparseRotation(frame.axes, true), placeValues(order));
  const columnStart = new Int32Array(tensors.columns + 1);
  const rowIndex: number[] = [];
  const values: number[] = [];
  for (let column = 0; column < tensors.columns; column++) {
    for (let component = 0; component < size; component++) {
      const v = dense[column * size + component];
      if (Math.abs(v) < ZERO) continue;
      rowIndex.push(component);
      values.push(v);
    }
    columnStart[column + 1] = rowIndex.length;
  }
  return {
    rows: size,
    columns: tensors.columns,
    columnStart,
    rowIndex: Int32Array.from(rowIndex),
    values: Float64Array.from(values),
  };
}

function frameOf(axes: readonly number[], rotations: readonly Float64Array[]): SymmetryFrame {
  const q = Float64Array.from(axes);
  const turned = rotations.map((r) => congruence(q, r));
  return {
    axes: q,
    rotations: turned.map((r) => sparseRotation(r)),
    transposed: turned.map((r) => sparseRotation(r, true)),
  };
}

function entries(frame: SymmetryFrame): number {
  return frame.rotations.reduce((sum, r) => sum + r.value.length, 0);
}

/** Frames spanned by rotation axes: each axis as z, with each axis at right angles to it as x, or any x where there is none. */
function candidateAxes(rotations: readonly Float64Array[]): readonly (readonly number[])[] {
  const axes = rotationAxes(rotations);
  return axes.flatMap((z) => {
    const partners = axes.filter((x) => Math.abs(dot(x, z)) < 1e-6);
    const choices = partners.length > 0 ? partners : [leastParallel(z)];
    return choices.map((x) => rightHanded(z, x));
  });
}

/** Distinct axes of the proper parts det(R) R: P + Pᵀ − (tr P − 1) = (3 − tr P) n nᵀ. */
function rotationAxes(rotations: readonly Float64Array[]): readonly Vector[] {
  const axes: Vector[] = [];
  for (const r of rotations) {
    const proper = Array.from(r, (v) => v * Math.sign(determinant(r)));
    const trace = proper[0] + proper[4] + proper[8];
    if (3 - trace < 1e-6) continue;
    const diagonal = [0, 1, 2].map((i) => 2 * proper[4 * i] - (trace - 1));
    const column = diagonal.indexOf(Math.max(...diagonal));
    const axis = unit(
      [0, 1, 2].map((i) =>
        i === column ? diagonal[column] : proper[3 * i + column] + proper[3 * column + i],
      ) as unknown as Vector,
    );
    if (axes.every((other) => Math.abs(dot(axis, other)) < 1 - 1e-6)) axes.push(axis);
  }
  return axes;
}

function leastParallel(z: Vector): Vector {
  const overlap = z.map(Math.abs);
  return CARTESIAN[overlap.indexOf(Math.min(...overlap))];
}

function rightHanded(z: Vector, towards: Vector): readonly number[] {
  const along = dot(z, towards);
  const x = unit([towards[0] - along * z[0], towards[1] - along * z[1], towards[2] - along * z[2]]);
  const y = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
  return [...x, ...y, ...z];
}

/** Q R Qᵀ. */
function congruence(q: Float64Array, r: Float64Array): Float64Array {
  const result = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0;
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) sum += q[3 * i + a] * r[3 * a + b] * q[3 * j + b];
      result[3 * i + j] = sum;
    }
  }
  return result;
}

function determinant(m: Float64Array): number {
  return (
    m[0] * (m[4] * m[8] - m[5] * m[7]) -
    m[1] * (m[3] * m[8] - m[5] * m[6]) +
    m[2] * (m[3] * m[7] - m[4] * m[6])
  );
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function unit(a: Vector): Vector {
  const scale = 1 / Math.sqrt(dot(a, a));
  return [a[0] * scale, a[1] * scale, a[2] * scale];
}
