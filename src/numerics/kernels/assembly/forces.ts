import { pair } from './surroundings';
import { ForceTables, OrderTables, Surroundings } from './tables';

/**
 * Forces: four atoms at once, a slot being two f64 vectors, so that each coefficient is read once for both.
 */

/** u_j − u_i of one group: workspace [neighbours][3] slots, Å. */
// @ts-ignore: decorator
@inline
function gather(s: Surroundings, group: i32, u: usize, workspace: usize): void {
  const centre = s.atoms + <usize>(16 * group);
  let atoms = s.table + <usize>(group * s.neighbours * 16);
  const end = atoms + <usize>(16 * s.neighbours);
  for (let half = 0; half < 16; half += 8) {
    let first = u + <usize>load<i32>(centre + half);
    let second = u + <usize>load<i32>(centre + half, 4);
    const x = pair(first, second);
    const y = pair(first + 8, second + 8);
    const z = pair(first + 16, second + 16);
    let out = workspace + 2 * half;
    for (let near = atoms + half; near < end; near += 16) {
      first = u + <usize>load<i32>(near);
      second = u + <usize>load<i32>(near, 4);
      v128.store(out, f64x2.sub(pair(first, second), x));
      v128.store(out, f64x2.sub(pair(first + 8, second + 8), y), 32);
      v128.store(out, f64x2.sub(pair(first + 16, second + 16), z), 64);
      out += 96;
    }
  }
}

/** Forms `count` monomials, each from two earlier ones. */
// @ts-ignore: decorator
@inline
function multiply(products: usize, count: i32, workspace: usize, destination: usize): void {
  const end = products + <usize>(8 * count);
  let out = destination;
  for (let p = products; p < end; p += 8) {
    const a = workspace + <usize>load<i32>(p);
    const b = workspace + <usize>load<i32>(p, 4);
    v128.store(out, f64x2.mul(v128.load(a), v128.load(b)));
    v128.store(out, f64x2.mul(v128.load(a, 16), v128.load(b, 16)), 16);
    out += 32;
  }
}

/**
 * Forces of all atoms of one primitive site, of the first `orders` orders.
 * u: f64 [3·atoms], Å; output: f64 [3·atoms], eV/Å, written where the site's atoms are;
 * energies: f64 [orders], −Σ u·F⁽ⁿ⁾/n of these atoms is added to each, eV.
 */
export function forces(
  surroundings: usize,
  tables: usize,
  orders: i32,
  u: usize,
  workspace: usize,
  output: usize,
  energies: usize,
): void {
  const s = changetype<Surroundings>(surroundings);
  const t = changetype<ForceTables>(tables);
  for (let group = 0; group < s.groups; group++) {
    gather(s, group, u, workspace);
    const atoms = s.atoms + <usize>(16 * group);
    const valid = load<i32>(s.valid + <usize>(4 * group));
    for (let lane = 0; lane < valid; lane++) memory.fill(output + <usize>load<i32>(atoms + <usize>(4 * lane)), 0, 24);
    for (let n = 0; n < orders; n++) {
      const o = changetype<OrderTables>(t.order + <usize>(n * offsetof<OrderTables>()));
      multiply(o.products, o.productCount, workspace, workspace + <usize>o.destination);
      const e = contract(o, workspace, atoms, valid, u, output);
      store<f64>(energies + <usize>(8 * n), load<f64>(energies + <usize>(8 * n)) - e / <f64>o.order);
    }
  }
}

/** Adds the forces of one order on four atoms to `output` and returns Σ u·F over those that count. */
function contract(o: OrderTables, workspace: usize, atoms: usize, valid: i32, u: usize, output: usize): f64 {
  let ax = f64x2.splat(0);
  let ay = f64x2.splat(0);
  let az = f64x2.splat(0);
  let bx = f64x2.splat(0);
  let by = f64x2.splat(0);
  let bz = f64x2.splat(0);
  let c = o.coefficients;
  const end = o.terms + <usize>(16 * o.termCount);
  for (let term = o.terms; term < end; term += 16) {
    let leading = workspace + <usize>load<i32>(term);
    const leadingCount = load<i32>(term, 4);
    const trailing = workspace + <usize>load<i32>(term, 8);
    const trailingEnd = trailing + <usize>(32 * load<i32>(term, 12));
    if (leadingCount == 0) {
      for (let q = trailing; q < trailingEnd; q += 32) {
        const m = v128.load(q);
        const w = v128.load(q, 16);
        let k = v128.load_splat<f64>(c);
        ax = f64x2.add(ax, f64x2.mul(m, k));
        bx = f64x2.add(bx, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 8);
        ay = f64x2.add(ay, f64x2.mul(m, k));
        by = f64x2.add(by, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 16);
        az = f64x2.add(az, f64x2.mul(m, k));
        bz = f64x2.add(bz, f64x2.mul(w, k));
        c += 24;
      }
      continue;
    }
    const leadingEnd = leading + <usize>(32 * leadingCount);
    if (trailingEnd - trailing == 96) {
      for (; leading < leadingEnd; leading += 32) {
        const p = v128.load(leading);
        const r = v128.load(leading, 16);
        let m = f64x2.mul(p, v128.load(trailing));
        let w = f64x2.mul(r, v128.load(trailing, 16));
        let k = v128.load_splat<f64>(c);
        ax = f64x2.add(ax, f64x2.mul(m, k));
        bx = f64x2.add(bx, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 8);
        ay = f64x2.add(ay, f64x2.mul(m, k));
        by = f64x2.add(by, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 16);
        az = f64x2.add(az, f64x2.mul(m, k));
        bz = f64x2.add(bz, f64x2.mul(w, k));
        m = f64x2.mul(p, v128.load(trailing, 32));
        w = f64x2.mul(r, v128.load(trailing, 48));
        k = v128.load_splat<f64>(c, 24);
        ax = f64x2.add(ax, f64x2.mul(m, k));
        bx = f64x2.add(bx, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 32);
        ay = f64x2.add(ay, f64x2.mul(m, k));
        by = f64x2.add(by, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 40);
        az = f64x2.add(az, f64x2.mul(m, k));
        bz = f64x2.add(bz, f64x2.mul(w, k));
        m = f64x2.mul(p, v128.load(trailing, 64));
        w = f64x2.mul(r, v128.load(trailing, 80));
        k = v128.load_splat<f64>(c, 48);
        ax = f64x2.add(ax, f64x2.mul(m, k));
        bx = f64x2.add(bx, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 56);
        ay = f64x2.add(ay, f64x2.mul(m, k));
        by = f64x2.add(by, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 64);
        az = f64x2.add(az, f64x2.mul(m, k));
        bz = f64x2.add(bz, f64x2.mul(w, k));
        c += 72;
      }
      continue;
    }
    for (; leading < leadingEnd; leading += 32) {
      const p = v128.load(leading);
      const r = v128.load(leading, 16);
      for (let q = trailing; q < trailingEnd; q += 32) {
        const m = f64x2.mul(p, v128.load(q));
        const w = f64x2.mul(r, v128.load(q, 16));
        let k = v128.load_splat<f64>(c);
        ax = f64x2.add(ax, f64x2.mul(m, k));
        bx = f64x2.add(bx, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 8);
        ay = f64x2.add(ay, f64x2.mul(m, k));
        by = f64x2.add(by, f64x2.mul(w, k));
        k = v128.load_splat<f64>(c, 16);
        az = f64x2.add(az, f64x2.mul(m, k));
        bz = f64x2.add(bz, f64x2.mul(w, k));
        c += 24;
      }
    }
  }
  let e = deliver(atoms, u, output, f64x2.extract_lane(ax, 0), f64x2.extract_lane(ay, 0), f64x2.extract_lane(az, 0));
  if (valid > 1) {
    e += deliver(atoms + 4, u, output, f64x2.extract_lane(ax, 1), f64x2.extract_lane(ay, 1), f64x2.extract_lane(az, 1));
  }
  if (valid > 2) {
    e += deliver(atoms + 8, u, output, f64x2.extract_lane(bx, 0), f64x2.extract_lane(by, 0), f64x2.extract_lane(bz, 0));
  }
  if (valid > 3) {
    e += deliver(atoms + 12, u, output, f64x2.extract_lane(bx, 1), f64x2.extract_lane(by, 1), f64x2.extract_lane(bz, 1));
  }
  return e;
}

/** Adds a force to its atom; returns u·F. */
// @ts-ignore: decorator
@inline
function deliver(atom: usize, u: usize, output: usize, x: f64, y: f64, z: f64): f64 {
  const f = output + <usize>load<i32>(atom);
  store<f64>(f, load<f64>(f) + x);
  store<f64>(f, load<f64>(f, 8) + y, 8);
  store<f64>(f, load<f64>(f, 16) + z, 16);
  const d = u + <usize>load<i32>(atom);
  return load<f64>(d) * x + load<f64>(d, 8) * y + load<f64>(d, 16) * z;
}
