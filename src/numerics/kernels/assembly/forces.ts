import { ForceTables, OrderTables, Surroundings } from './tables';
import { gather, multiply } from './surroundings';

/**
 * Forces of all atoms of one primitive site (f64, two atoms at once), of the first `orders` orders.
 * u: f64 [3·atoms], Å; forces: f64 [3·atoms], eV/Å, written where the site's atoms are;
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
    gather<f64>(s, group, u, workspace);
    const first = <usize>load<i32>(s.atoms + <usize>(8 * group));
    const second = <usize>load<i32>(s.atoms + <usize>(8 * group), 4);
    const both = load<i32>(s.valid + <usize>(4 * group)) > 1;
    let fx = f64x2.splat(0);
    let fy = f64x2.splat(0);
    let fz = f64x2.splat(0);
    for (let n = 0; n < orders; n++) {
      const o = changetype<OrderTables>(t.order + <usize>(n * offsetof<OrderTables>()));
      multiply<f64>(o.products, o.productCount, workspace, workspace + <usize>o.destination);
      let ax = f64x2.splat(0);
      let ay = f64x2.splat(0);
      let az = f64x2.splat(0);
      let c = o.coefficients;
      const end = o.terms + <usize>(16 * o.termCount);
      for (let term = o.terms; term < end; term += 16) {
        let leading = workspace + <usize>load<i32>(term);
        const leadingEnd = leading + <usize>(16 * load<i32>(term, 4));
        const trailing = workspace + <usize>load<i32>(term, 8);
        const trailingCount = load<i32>(term, 12);
        if (leading == leadingEnd) {
          // Powers of one neighbour have 3, 6, 10, 15, … monomials: by threes, then the rest.
          let m = trailing;
          let q = trailingCount;
          for (; q >= 3; q -= 3) {
            const mx = v128.load(m);
            const my = v128.load(m, 16);
            const mz = v128.load(m, 32);
            ax = f64x2.add(ax, weighted(c, mx, my, mz));
            ay = f64x2.add(ay, weighted(c + 8, mx, my, mz));
            az = f64x2.add(az, weighted(c + 16, mx, my, mz));
            c += 72;
            m += 48;
          }
          for (; q > 0; q--) {
            const mx = v128.load(m);
            ax = f64x2.add(ax, f64x2.mul(mx, v128.load_splat<f64>(c)));
            ay = f64x2.add(ay, f64x2.mul(mx, v128.load_splat<f64>(c, 8)));
            az = f64x2.add(az, f64x2.mul(mx, v128.load_splat<f64>(c, 16)));
            c += 24;
            m += 16;
          }
        } else if (trailingCount == 3) {
          const dx = v128.load(trailing);
          const dy = v128.load(trailing, 16);
          const dz = v128.load(trailing, 32);
          while (leading < leadingEnd) {
            const p = v128.load(leading);
            const mx = f64x2.mul(p, dx);
            const my = f64x2.mul(p, dy);
            const mz = f64x2.mul(p, dz);
            ax = f64x2.add(ax, weighted(c, mx, my, mz));
            ay = f64x2.add(ay, weighted(c + 8, mx, my, mz));
            az = f64x2.add(az, weighted(c + 16, mx, my, mz));
            c += 72;
            leading += 16;
          }
        } else {
          while (leading < leadingEnd) {
            const p = v128.load(leading);
            for (let q = 0; q < trailingCount; q++) {
              const m = f64x2.mul(p, v128.load(trailing + <usize>(16 * q)));
              ax = f64x2.add(ax, f64x2.mul(m, v128.load_splat<f64>(c)));
              ay = f64x2.add(ay, f64x2.mul(m, v128.load_splat<f64>(c, 8)));
              az = f64x2.add(az, f64x2.mul(m, v128.load_splat<f64>(c, 16)));
              c += 24;
            }
            leading += 16;
          }
        }
      }
      const scale = -1.0 / <f64>o.order;
      let e = load<f64>(energies + <usize>(8 * n));
      e += scale * dot(u + first, f64x2.extract_lane(ax, 0), f64x2.extract_lane(ay, 0), f64x2.extract_lane(az, 0));
      if (both) {
        e += scale * dot(u + second, f64x2.extract_lane(ax, 1), f64x2.extract_lane(ay, 1), f64x2.extract_lane(az, 1));
      }
      store<f64>(energies + <usize>(8 * n), e);
      fx = f64x2.add(fx, ax);
      fy = f64x2.add(fy, ay);
      fz = f64x2.add(fz, az);
    }
    store<f64>(output + first, f64x2.extract_lane(fx, 0));
    store<f64>(output + first, f64x2.extract_lane(fy, 0), 8);
    store<f64>(output + first, f64x2.extract_lane(fz, 0), 16);
    if (both) {
      store<f64>(output + second, f64x2.extract_lane(fx, 1));
      store<f64>(output + second, f64x2.extract_lane(fy, 1), 8);
      store<f64>(output + second, f64x2.extract_lane(fz, 1), 16);
    }
  }
}

/** Three monomials with their coefficients of one direction: summed before they join the long sum, to shorten its chain. */
// @ts-ignore: decorator
@inline
function weighted(c: usize, x: v128, y: v128, z: v128): v128 {
  const a = f64x2.mul(x, v128.load_splat<f64>(c));
  const b = f64x2.mul(y, v128.load_splat<f64>(c, 24));
  return f64x2.add(f64x2.add(a, b), f64x2.mul(z, v128.load_splat<f64>(c, 48)));
}

// @ts-ignore: decorator
@inline
function dot(u: usize, x: f64, y: f64, z: f64): f64 {
  return load<f64>(u) * x + load<f64>(u, 8) * y + load<f64>(u, 16) * z;
}
