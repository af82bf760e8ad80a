/** Columns of U in one panel. */
const WIDTH: i32 = 3;

/**
 * Row norms of A·U without A·U: adds Σ_c (Σ_k A[row][k] U[k][c])² to `sums`, for `groups` groups of four atoms.
 * tiles: f32 [groups][columns][3][4 atoms]; panels: U upper triangular, f32 [panel][k ≤ last column][WIDTH],
 * the last panel filled up with zero columns; sums: f64 [groups][3][4 atoms].
 * Every group meets a panel before the next panel is read: U passes through the caches once per call.
 */
export function errorProduct(tiles: usize, groups: i32, columns: i32, panels: usize, sums: usize): void {
  const stride = <usize>(48 * columns);
  let panel = panels;
  for (let c = 0; c < columns; c += WIDTH) {
    const depth = min(c + WIDTH, columns);
    for (let g = 0; g < groups; g++) {
      panelNorms(tiles + <usize>g * stride, depth, panel, sums + <usize>(96 * g));
    }
    panel += <usize>(4 * WIDTH * depth);
  }
}

/** Nine sums, three loads of A and one of U at a time: as many as there are vector registers. */
function panelNorms(tile: usize, depth: i32, panel: usize, sums: usize): void {
  let x0 = f32x4.splat(0);
  let x1 = f32x4.splat(0);
  let x2 = f32x4.splat(0);
  let y0 = f32x4.splat(0);
  let y1 = f32x4.splat(0);
  let y2 = f32x4.splat(0);
  let z0 = f32x4.splat(0);
  let z1 = f32x4.splat(0);
  let z2 = f32x4.splat(0);
  const end = panel + <usize>(4 * WIDTH * depth);
  let a = tile;
  for (let u = panel; u < end; u += 4 * WIDTH) {
    const x = v128.load(a);
    const y = v128.load(a, 16);
    const z = v128.load(a, 32);
    const u0 = v128.load_splat<f32>(u);
    x0 = f32x4.add(x0, f32x4.mul(x, u0));
    y0 = f32x4.add(y0, f32x4.mul(y, u0));
    z0 = f32x4.add(z0, f32x4.mul(z, u0));
    const u1 = v128.load_splat<f32>(u, 4);
    x1 = f32x4.add(x1, f32x4.mul(x, u1));
    y1 = f32x4.add(y1, f32x4.mul(y, u1));
    z1 = f32x4.add(z1, f32x4.mul(z, u1));
    const u2 = v128.load_splat<f32>(u, 8);
    x2 = f32x4.add(x2, f32x4.mul(x, u2));
    y2 = f32x4.add(y2, f32x4.mul(y, u2));
    z2 = f32x4.add(z2, f32x4.mul(z, u2));
    a += 48;
  }
  accumulate(sums, squares(x0, x1, x2));
  accumulate(sums + 32, squares(y0, y1, y2));
  accumulate(sums + 64, squares(z0, z1, z2));
}

// @ts-ignore: decorator
@inline
function squares(a: v128, b: v128, c: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.mul(a, a), f32x4.mul(b, b)), f32x4.mul(c, c));
}

/** Adds four f32 to four f64 in memory: sums of thousands of squares are kept in double precision. */
// @ts-ignore: decorator
@inline
function accumulate(sums: usize, s: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), f64x2.promote_low_f32x4(s)));
  const high = v128.shuffle<f32>(s, s, 2, 3, 2, 3);
  v128.store(sums, f64x2.add(v128.load(sums, 16), f64x2.promote_low_f32x4(high)), 16);
}
