import { latticeLengths } from '../../crystal/geometry.js';
import type { PrimitiveCrystal } from '../../crystal/types.js';
import { inverse3, transpose3 } from '../../numerics/matrix3.js';

/** Wave vectors of a mesh that symmetry does not map onto each other. */
export interface IrreducibleMesh {
  /** Divisions of the three reciprocal vectors; Γ is a point of the mesh. */
  readonly divisions: readonly [number, number, number];
  /** [3·points] fractional. */
  readonly q: Float64Array;
  /** [points] fraction of all points of the mesh that each stands for. */
  readonly weights: Float64Array;
}

/** Divisions with about `n` along the longest reciprocal vector and the same spacing along the others. */
export function evenDivisions(lattice: Float64Array, n: number): [number, number, number] {
  const lengths = latticeLengths(transpose3(inverse3(lattice)));
  const longest = Math.max(...lengths);
  const [a, b, c] = lengths.map((length) => Math.max(1, Math.round((n * length) / longest - 1e-6)));
  return [a, b, c];
}

/**
 * The Γ-centred mesh reduced by the space group's rotations and by q → −q (time reversal). A rotation maps q (a row, in
 * reciprocal vectors) to q W; one that does not map the mesh onto itself is left out.
 */
export function irreducibleMesh(
  { operations }: PrimitiveCrystal,
  divisions: readonly [number, number, number],
): IrreducibleMesh {
  const [a, b, c] = divisions;
  const maps = operations.flatMap(({ fractionalRotation: w }) => onMesh(w, divisions) ?? []);
  const total = a * b * c;
  const seen = new Uint8Array(total);
  const q: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < total; index++) {
    if (seen[index] !== 0) continue;
    const m = [Math.floor(index / (b * c)), Math.floor(index / c) % b, index % c];
    let count = 0;
    for (const w of maps) {
      for (const sign of [1, -1]) {
        const image = divisions.map((n, j) => {
          const x = sign * (m[0] * w[j] + m[1] * w[3 + j] + m[2] * w[6 + j]);
          return ((x % n) + n) % n;
        });
        const place = (image[0] * b + image[1]) * c + image[2];
        if (seen[place] !== 0) continue;
        seen[place] = 1;
        count++;
      }
    }
    q.push(m[0] / a, m[1] / b, m[2] / c);
    weights.push(count / total);
  }
  return { divisions, q: Float64Array.from(q), weights: Float64Array.from(weights) };
}

/** [9] W as it acts on numerators; undefined where an image of the mesh is not on it. */
function onMesh(w: Int32Array, divisions: readonly number[]): readonly (readonly number[])[] | undefined {
  const scaled = Array.from(w, (x, k) => (x * divisions[k % 3]) / divisions[Math.floor(k / 3)]);
  return scaled.every(Number.isInteger) ? [scaled] : undefined;
}
