import { Surroundings } from './tables';

/** Lanes of a vector of T: 2 for f64, 4 for f32. */
// @ts-ignore: decorator
@inline
export function lanes<T>(): i32 {
  return 16 / sizeof<T>();
}

// @ts-ignore: decorator
@inline
function pair(base: usize, first: i32, second: i32): v128 {
  return v128.load_lane<f64>(base + <usize>second, v128.load_splat<f64>(base + <usize>first), 1);
}

/** One Cartesian component of the displacements of the atoms at `atoms` (i32 byte offsets), as f64 pairs rounded to T after `minus`. */
// @ts-ignore: decorator
@inline
function relative<T>(u: usize, atoms: usize, centre: usize): v128 {
  const low = f64x2.sub(pair(u, load<i32>(atoms), load<i32>(atoms, 4)), pair(u, load<i32>(centre), load<i32>(centre, 4)));
  if (sizeof<T>() == 8) return low;
  const high = f64x2.sub(
    pair(u, load<i32>(atoms, 8), load<i32>(atoms, 12)),
    pair(u, load<i32>(centre, 8), load<i32>(centre, 12)),
  );
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** Relative displacements u_j − u_i of one group: workspace [frames][neighbours][3] slots, Å. */
// @ts-ignore: decorator
@inline
export function gather<T>(s: Surroundings, group: i32, u: usize, workspace: usize): void {
  const width = 4 * lanes<T>();
  const centre = s.atoms + <usize>(group * width);
  let atoms = s.table + <usize>(group * s.neighbours * width);
  let out = workspace;
  for (let k = 0; k < s.neighbours; k++) {
    v128.store(out, relative<T>(u, atoms, centre));
    v128.store(out, relative<T>(u + 8, atoms, centre), 16);
    v128.store(out, relative<T>(u + 16, atoms, centre), 32);
    atoms += width;
    out += 48;
  }
  for (let g = 1; g < s.frames; g++) {
    const r = s.rotations + <usize>(72 * g);
    let d = workspace;
    for (let k = 0; k < s.neighbours; k++) {
      const x = v128.load(d);
      const y = v128.load(d, 16);
      const z = v128.load(d, 32);
      v128.store(out, intoFrame<T>(r, x, y, z));
      v128.store(out, intoFrame<T>(r + 8, x, y, z), 16);
      v128.store(out, intoFrame<T>(r + 16, x, y, z), 32);
      d += 48;
      out += 48;
    }
  }
}

/** A component of R_gᵀ d; `column` is the address of R's first row in that column. */
// @ts-ignore: decorator
@inline
function intoFrame<T>(column: usize, x: v128, y: v128, z: v128): v128 {
  const a = v128.mul<T>(v128.splat<T>(<T>load<f64>(column)), x);
  const b = v128.mul<T>(v128.splat<T>(<T>load<f64>(column, 24)), y);
  const c = v128.mul<T>(v128.splat<T>(<T>load<f64>(column, 48)), z);
  return v128.add<T>(v128.add<T>(a, b), c);
}

/** Forms `count` monomials, each from two earlier ones. */
// @ts-ignore: decorator
@inline
export function multiply<T>(products: usize, count: i32, workspace: usize, destination: usize): void {
  const end = products + <usize>(8 * count);
  let out = destination;
  for (let p = products; p < end; p += 8) {
    v128.store(
      out,
      v128.mul<T>(v128.load(workspace + <usize>load<i32>(p)), v128.load(workspace + <usize>load<i32>(p, 4))),
    );
    out += 16;
  }
}
