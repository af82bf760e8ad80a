import { ColumnTables, DesignTables, Surroundings } from './tables';
import { gather, multiply } from './surroundings';

/**
 * The rows of the design matrix of one group of atoms, f = A·(column coordinates), eV/Å per coordinate.
 * raw: [raw coordinates][frames][3] slots of scratch; tile: [columns][3] slots of result.
 */
// @ts-ignore: decorator
@inline
function design<T>(
  s: Surroundings,
  t: DesignTables,
  b: ColumnTables,
  group: i32,
  u: usize,
  workspace: usize,
  raw: usize,
  tile: usize,
): void {
  gather<T>(s, group, u, workspace);
  multiply<T>(t.shared, t.sharedCount, workspace, workspace + <usize>t.sharedDestination);
  memory.fill(raw, 0, <usize>(48 * b.raw * s.frames));
  accumulate<T>(t, workspace, raw);
  if (s.frames > 1) intoLaboratory<T>(s, b.raw, raw);
  combine<T>(b, raw, tile);
}

/** Raw design matrix: each slot is a sum of monomials with constant weights. */
// @ts-ignore: decorator
@inline
function accumulate<T>(t: DesignTables, workspace: usize, raw: usize): void {
  let products = t.products;
  let run = t.runs;
  let entry = t.entries;
  let value = t.values;
  const scratch = workspace + <usize>t.scratch;
  const lastStep = t.steps + <usize>(16 * t.stepCount);
  for (let step = t.steps; step < lastStep; step += 16) {
    const productCount = load<i32>(step);
    multiply<T>(products, productCount, workspace, scratch);
    products += <usize>(8 * productCount);
    let out = raw + <usize>load<i32>(step, 4);
    const lastRun = run + <usize>(4 * load<i32>(step, 8));
    for (; run < lastRun; run += 4) {
      let n = load<i32>(run);
      let a = v128.splat<T>(0);
      let c = v128.splat<T>(0);
      for (; n >= 4; n -= 4) {
        const a0 = weighted<T>(workspace, entry, value);
        const c0 = weighted<T>(workspace, entry + 4, value + sizeof<T>());
        const a1 = weighted<T>(workspace, entry + 8, value + 2 * sizeof<T>());
        const c1 = weighted<T>(workspace, entry + 12, value + 3 * sizeof<T>());
        a = v128.add<T>(a, v128.add<T>(a0, a1));
        c = v128.add<T>(c, v128.add<T>(c0, c1));
        entry += 16;
        value += 4 * sizeof<T>();
      }
      for (; n > 0; n--) {
        a = v128.add<T>(a, weighted<T>(workspace, entry, value));
        entry += 4;
        value += sizeof<T>();
      }
      v128.store(out, v128.add<T>(a, c));
      out += 16;
    }
  }
}

// @ts-ignore: decorator
@inline
function weighted<T>(workspace: usize, entry: usize, value: usize): v128 {
  return v128.mul<T>(v128.load(workspace + <usize>load<i32>(entry)), v128.load_splat<T>(value));
}

/** raw[p][0] = Σ_g F_g raw[p][g], and the rows of all p are moved together. */
// @ts-ignore: decorator
@inline
function intoLaboratory<T>(s: Surroundings, count: i32, raw: usize): void {
  let from = raw;
  let to = raw;
  for (let p = 0; p < count; p++) {
    let x = v128.load(from);
    let y = v128.load(from, 16);
    let z = v128.load(from, 32);
    from += 48;
    for (let g = 1; g < s.frames; g++) {
      const r = s.rotations + <usize>(72 * g);
      const fx = v128.load(from);
      const fy = v128.load(from, 16);
      const fz = v128.load(from, 32);
      x = v128.add<T>(x, outOfFrame<T>(r, fx, fy, fz));
      y = v128.add<T>(y, outOfFrame<T>(r + 24, fx, fy, fz));
      z = v128.add<T>(z, outOfFrame<T>(r + 48, fx, fy, fz));
      from += 48;
    }
    v128.store(to, x);
    v128.store(to, y, 16);
    v128.store(to, z, 32);
    to += 48;
  }
}

// @ts-ignore: decorator
@inline
function outOfFrame<T>(row: usize, x: v128, y: v128, z: v128): v128 {
  const a = v128.mul<T>(v128.splat<T>(<T>load<f64>(row)), x);
  const b = v128.mul<T>(v128.splat<T>(<T>load<f64>(row, 8)), y);
  const c = v128.mul<T>(v128.splat<T>(<T>load<f64>(row, 16)), z);
  return v128.add<T>(v128.add<T>(a, b), c);
}

// @ts-ignore: decorator
@inline
function combine<T>(b: ColumnTables, raw: usize, tile: usize): void {
  let row = b.rows;
  let value = b.values;
  let out = tile;
  for (let q = 0; q < b.columns; q++) {
    let x = v128.splat<T>(0);
    let y = v128.splat<T>(0);
    let z = v128.splat<T>(0);
    for (let n = load<i32>(b.counts + <usize>(4 * q)); n > 0; n--) {
      const r = raw + <usize>load<i32>(row);
      const v = v128.load_splat<T>(value);
      x = v128.add<T>(x, v128.mul<T>(v128.load(r), v));
      y = v128.add<T>(y, v128.mul<T>(v128.load(r, 16), v));
      z = v128.add<T>(z, v128.mul<T>(v128.load(r, 32), v));
      row += 4;
      value += sizeof<T>();
    }
    v128.store(out, x);
    v128.store(out, y, 16);
    v128.store(out, z, 32);
    out += 48;
  }
}

/** `design` in f32: four atoms at once. */
export function design32(
  surroundings: usize,
  tables: usize,
  columns: usize,
  group: i32,
  u: usize,
  workspace: usize,
  raw: usize,
  tile: usize,
): void {
  design<f32>(
    changetype<Surroundings>(surroundings),
    changetype<DesignTables>(tables),
    changetype<ColumnTables>(columns),
    group,
    u,
    workspace,
    raw,
    tile,
  );
}

/** `design` in f64: two atoms at once; then rows: f64 [2 lanes][3][columns] in place of the tile's interleaving. */
export function design64(
  surroundings: usize,
  tables: usize,
  columns: usize,
  group: i32,
  u: usize,
  workspace: usize,
  raw: usize,
  tile: usize,
  rows: usize,
): void {
  const b = changetype<ColumnTables>(columns);
  design<f64>(
    changetype<Surroundings>(surroundings),
    changetype<DesignTables>(tables),
    b,
    group,
    u,
    workspace,
    raw,
    tile,
  );
  const stride = <usize>(8 * b.columns);
  for (let q = 0; q < b.columns; q++) {
    for (let a = 0; a < 3; a++) {
      const v = v128.load(tile + <usize>(16 * (3 * q + a)));
      const out = rows + <usize>(8 * q) + <usize>a * stride;
      store<f64>(out, f64x2.extract_lane(v, 0));
      store<f64>(out + 3 * stride, f64x2.extract_lane(v, 1));
    }
  }
}
