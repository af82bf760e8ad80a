import { inverse3, rowsTimes3, transpose3 } from '../../numerics/matrix3.js';
import type { BandPath } from './bandPath.js';

/** One unbroken piece of a path, divided into points. */
export interface PathPiece {
  /** [points] length along the whole path so far, Å⁻¹ (2π included). */
  readonly distance: Float64Array;
  /** [3·points] fractional, in reciprocal primitive lattice vectors. */
  readonly q: Float64Array;
  /** Named points and their distance. */
  readonly labels: readonly { readonly label: string; readonly distance: number }[];
}

/** Divides a path into about `count` points, as evenly as the named points allow. `lattice`: [9] rows, Å. */
export function pathPoints(lattice: Float64Array, path: BandPath, count: number): readonly PathPiece[] {
  const reciprocal = transpose3(inverse3(lattice));
  const lengths = path.pieces.map((piece) =>
    piece.slice(1).map(({ q }, k) => {
      const [x, y, z] = rowsTimes3(
        q.map((v, c) => v - piece[k].q[c]),
        reciprocal,
      );
      return 2 * Math.PI * Math.sqrt(x * x + y * y + z * z);
    }),
  );
  const total = lengths.flat().reduce((sum, length) => sum + length, 0);
  let start = 0;
  return path.pieces.map((piece, p) => {
    const distance: number[] = [start];
    const q: number[] = [...piece[0].q];
    const labels = [{ label: piece[0].label, distance: start }];
    lengths[p].forEach((length, k) => {
      const steps = Math.max(4, Math.round((count * length) / total));
      for (let step = 1; step <= steps; step++) {
        const t = step / steps;
        distance.push(start + t * length);
        q.push(...piece[k].q.map((v, c) => v + t * (piece[k + 1].q[c] - v)));
      }
      start += length;
      labels.push({ label: piece[k + 1].label, distance: start });
    });
    return { distance: Float64Array.from(distance), q: Float64Array.from(q), labels };
  });
}
