import { type Matrix3, matrixVector3, transpose3 } from '../../../numerics/matrix3.js';

/** A lattice as LAMMPS takes it, and the way there. */
export interface LammpsFrame {
  /** [9] rows: a along x, b in the xy plane, all three diagonal elements above zero; Å. */
  readonly lattice: Float64Array;
  /** [9] orthogonal Q: a column vector v becomes Q v. Of a left-handed lattice it is a reflection, which no potential sees. */
  readonly turn: Float64Array;
}

/** Å: what rounding leaves of a right angle. */
const ROUNDING = 1e-12;

/** The frame of a lattice whose rows are its vectors, Å. */
export function lammpsFrame(lattice: Matrix3): LammpsFrame {
  const [a, b, c] = [0, 3, 6].map((i) => [lattice[i], lattice[i + 1], lattice[i + 2]]);
  const x = unit(a);
  const y = unit(without(b, [x]));
  const z = unit(without(c, [x, y]));
  const turn = Float64Array.from([...x, ...y, ...z]);
  const rows = [a, b, c].flatMap((row) => matrixVector3(turn, row[0], row[1], row[2]));
  // Exact zeros where LAMMPS has none, and right angles as such.
  const above = [1, 2, 5];
  const turned = rows.map((value, i) => (above.includes(i) || Math.abs(value) < ROUNDING ? 0 : value));
  return { lattice: Float64Array.from(turned), turn };
}

/** Triples in LAMMPS's frame. */
export function intoFrame({ turn }: LammpsFrame, vectors: Float64Array): Float64Array {
  return turned(turn, vectors);
}

/** Triples in LAMMPS's frame, back in the crystal's own. */
export function outOfFrame({ turn }: LammpsFrame, vectors: Float64Array): Float64Array {
  return turned(transpose3(turn), vectors);
}

function turned(matrix: Float64Array, vectors: Float64Array): Float64Array {
  const out = new Float64Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3)
    out.set(matrixVector3(matrix, vectors[i], vectors[i + 1], vectors[i + 2]), i);
  return out;
}

function unit(v: readonly number[]): number[] {
  const length = Math.sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
  return v.map((value) => value / length);
}

/** What is left of a vector without its parts along unit vectors; taken twice, so that rounding leaves nothing of them. */
function without(v: readonly number[], axes: readonly (readonly number[])[]): number[] {
  let out = [...v];
  for (const axis of [...axes, ...axes]) {
    const along = out[0] * axis[0] + out[1] * axis[1] + out[2] * axis[2];
    out = out.map((value, i) => value - along * axis[i]);
  }
  return out;
}
