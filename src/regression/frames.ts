import { symmetryFrame } from '../expansion/symmetryFrame.js';
import { placeValues, rotateTensors, sparseRotation, ZERO } from '../expansion/tensors.js';
import type { SparseMatrix } from '../numerics/sparse.js';

/**
 * Cartesian frames in which every operation of a space group only permutes and reflects the axes: with relative
 * displacements in the right frame, a rotated eigentensor has no more components than the representative's. Cubic,
 * tetragonal and orthorhombic crystals need one, hexagonal ones three (turned by 120°), and one more if the crystal's
 * axes do not lie along x, y, z.
 */
export interface Frames {
  readonly count: number;
  /** [9·count] row-major rotations F_g from frame g to the laboratory; the first is the identity. */
  readonly rotations: Float64Array;
  /** [9] row-major Q: rows are the axes of the symmetry frame, in which eigentensors are sparse. */
  readonly axes: Float64Array;
}

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** Frames for these rotations ([9] each, row-major, orthogonal). */
export function framesOf(operations: readonly { readonly rotation: Float64Array }[]): Frames {
  const { axes } = symmetryFrame(operations.map((o) => o.rotation));
  const found: Float64Array[] = [IDENTITY];
  for (const { rotation } of operations) {
    const image = product(rotation, transpose(axes));
    if (!found.some((frame) => isSignedPermutation(product(transpose(frame), image)))) found.push(image);
  }
  const rotations = new Float64Array(9 * found.length);
  found.forEach((r, g) => {
    rotations.set(r, 9 * g);
  });
  return { count: found.length, rotations, axes };
}

/** The frame g of an operation and what is left to do there, from the symmetry frame to frame g: F_gᵀ R Qᵀ. */
export function frameOf(
  frames: Frames,
  rotation: Float64Array,
): { readonly frame: number; readonly rest: Float64Array } {
  const image = product(rotation, transpose(frames.axes));
  for (let frame = 0; frame < frames.count; frame++) {
    const rest = product(transpose(frames.rotations.subarray(9 * frame, 9 * frame + 9)), image);
    if (isSignedPermutation(rest)) return { frame, rest };
  }
  return { frame: 0, rest: image };
}

/** Tensors [3ⁿ × k] given in Cartesian components, in the symmetry frame. */
export function intoSymmetryFrame(frames: Frames, order: number, tensors: SparseMatrix): SparseMatrix {
  if (frames.axes.every((v, k) => v === IDENTITY[k])) return tensors;
  const dense = rotateTensors(order, tensors, sparseRotation(frames.axes), placeValues(order));
  const columnStart = new Int32Array(tensors.columns + 1);
  const rowIndex: number[] = [];
  const values: number[] = [];
  for (let column = 0; column < tensors.columns; column++) {
    for (let component = 0; component < tensors.rows; component++) {
      const v = dense[column * tensors.rows + component];
      if (Math.abs(v) < ZERO) continue;
      rowIndex.push(component);
      values.push(v);
    }
    columnStart[column + 1] = rowIndex.length;
  }
  return { ...tensors, columnStart, rowIndex: Int32Array.from(rowIndex), values: Float64Array.from(values) };
}

function product(a: Float64Array, b: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, e) => {
    const row = e - (e % 3);
    return a[row] * b[e % 3] + a[row + 1] * b[3 + (e % 3)] + a[row + 2] * b[6 + (e % 3)];
  });
}

function transpose(m: Float64Array): Float64Array {
  return Float64Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]);
}

function isSignedPermutation(r: Float64Array): boolean {
  return r.every((x) => Math.abs(x) < ZERO || Math.abs(Math.abs(x) - 1) < ZERO);
}
