import { z } from 'zod';
import type { ReadonlyDeep } from '../../readonly.js';

const count = z.int().positive();
const half = z.union([z.literal(0), z.literal(1)]);

export const kpoints = z
  .union([
    z.literal('gamma'),
    z.strictObject({
      grid: z.tuple([count, count, count]),
      shift: z.tuple([half, half, half]).default([0, 0, 0]),
    }),
  ])
  .describe(
    'gamma, or a Monkhorst–Pack grid of the supercell: {grid: [2, 2, 2], shift: [1, 1, 1]}, shifts 0 or 1',
  );

/** Γ alone (pw.x then has real wavefunctions), or a Monkhorst–Pack grid; shifts are 0 or 1 (half a grid step). */
export type KPoints = ReadonlyDeep<z.input<typeof kpoints>>;

/**
 * How many points a code makes of them without symmetry: k and −k count as one (time reversal), or each for itself where that
 * does not hold.
 */
export function kPointCounts(kpoints: KPoints): { readonly paired: number; readonly all: number } {
  if (kpoints === 'gamma') return { paired: 1, all: 1 };
  const { grid, shift = [0, 0, 0] } = kpoints;
  const all = grid[0] * grid[1] * grid[2];
  // Per direction the points are (2i + s)/2n: k = −k where 2(2i + s) = 0 (mod 2n) for all three.
  const self = grid.map((n, a) => {
    let count = 0;
    for (let i = 0; i < n; i++) if ((2 * i + shift[a]) % n === 0) count++;
    return count;
  });
  return { paired: (all + self[0] * self[1] * self[2]) / 2, all };
}

/** All points, as multiples of the reciprocal lattice vectors in (−1/2, 1/2]. */
export function kPointList(kpoints: KPoints): readonly (readonly [number, number, number])[] {
  if (kpoints === 'gamma') return [[0, 0, 0]];
  const { grid, shift = [0, 0, 0] } = kpoints;
  const [a, b, c] = grid.map((n, axis) =>
    Array.from({ length: n }, (_, i) => {
      const twice = 2 * i + shift[axis];
      return (twice > n ? twice - 2 * n : twice) / (2 * n);
    }),
  );
  return a.flatMap((x) => b.flatMap((y) => c.map((z) => [x, y, z] as const)));
}
