import { Surroundings } from './tables';

/** Two f64 from two addresses. */
// @ts-ignore: decorator
@inline
export function pair(first: usize, second: usize): v128 {
  return v128.load_lane<f64>(second, v128.load_splat<f64>(first), 1);
}

/** Relative displacements u_j − u_i of one group: workspace [frames][neighbours][3] slots, Å. */
// @ts-ignore: decorator
@inline
export function gather<T>(s: Surroundings, group: i32, u: usize, workspace: usize): void {
  if (sizeof<T>() == 8) gatherPairs(s, group, u, workspace);
  else gatherFours(s, group, u, workspace);
  if (s.frames > 1) turn<T>(s, workspace);
}

// @ts-ignore: decorator
@inline
function gatherPairs(s: Surroundings, group: i32, u: usize, workspace: usize): void {
  const centre = s.atoms + <usize>(8 * group);
  let first = u + <usize>load<i32>(centre);
  let second = u + <usize>load<i32>(centre, 4);
  const x = pair(first, second);
  const y = pair(first + 8, second + 8);
  const z = pair(first + 16, second + 16);
  let atoms = s.table + <usize>(group * s.neighbours * 8);
  const end = atoms + <usize>(8 * s.neighbours);
  for (let out = workspace; atoms < end; atoms += 8) {
    first = u + <usize>load<i32>(atoms);
    second = u + <usize>load<i32>(atoms, 4);
    v128.store(out, f64x2.sub(pair(first, second), x));
    v128.store(out, f64x2.sub(pair(first + 8, second + 8), y), 16);
    v128.store(out, f64x2.sub(pair(first + 16, second + 16), z), 32);
    out += 48;
  }
}

/** Differences are taken in f64 and rounded afterwards. */
// @ts-ignore: decorator
@inline
function gatherFours(s: Surroundings, group: i32, u: usize, workspace: usize): void {
  const centre = s.atoms + <usize>(16 * group);
  let atoms = s.table + <usize>(group * s.neighbours * 16);
  const end = atoms + <usize>(16 * s.neighbours);
  for (let out = workspace; atoms < end; atoms += 16) {
    v128.store(out, four(u, atoms, centre));
    v128.store(out, four(u + 8, atoms, centre), 16);
    v128.store(out, four(u + 16, atoms, centre), 32);
    out += 48;
  }
}

// @ts-ignore: decorator
@inline
function four(u: usize, atoms: usize, centre: usize): v128 {
  const low = f64x2.sub(
    pair(u + <usize>load<i32>(atoms), u + <usize>load<i32>(atoms, 4)),
    pair(u + <usize>load<i32>(centre), u + <usize>load<i32>(centre, 4)),
  );
  const high = f64x2.sub(
    pair(u + <usize>load<i32>(atoms, 8), u + <usize>load<i32>(atoms, 12)),
    pair(u + <usize>load<i32>(centre, 8), u + <usize>load<i32>(centre, 12)),
  );
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The same displacements in the other frames, d_g = F_gᵀ d. */
// @ts-ignore: decorator
@inline
function turn<T>(s: Surroundings, workspace: usize): void {
  let out = workspace + <usize>(48 * s.neighbours);
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

/** A component of F_gᵀ d; `column` is the address of F's first row in that column. */
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
