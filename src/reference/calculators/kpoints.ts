/** Γ alone (pw.x then has real wavefunctions), or a Monkhorst–Pack grid; shifts are 0 or 1 (half a grid step). */
export type KPoints =
  | 'gamma'
  | {
      readonly grid: readonly [number, number, number];
      readonly shift?: readonly [number, number, number];
    };

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
