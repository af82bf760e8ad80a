/**
 * What this machine can do at best: `rounds` × 12 independent chains of one multiplication and one addition of
 * four f32 (benchmarks only). Returns a number that depends on all of them.
 */
export function peak32(rounds: i32): f32 {
  const s = f32x4.splat(0.999);
  const t = f32x4.splat(0.001);
  let a = f32x4.splat(0.1);
  let b = f32x4.splat(0.2);
  let c = f32x4.splat(0.3);
  let d = f32x4.splat(0.4);
  let e = f32x4.splat(0.5);
  let f = f32x4.splat(0.6);
  let g = f32x4.splat(0.7);
  let h = f32x4.splat(0.8);
  let i = f32x4.splat(0.9);
  let j = f32x4.splat(1.1);
  let k = f32x4.splat(1.2);
  let l = f32x4.splat(1.3);
  for (let n = 0; n < rounds; n++) {
    a = f32x4.add(f32x4.mul(a, s), t);
    b = f32x4.add(f32x4.mul(b, s), t);
    c = f32x4.add(f32x4.mul(c, s), t);
    d = f32x4.add(f32x4.mul(d, s), t);
    e = f32x4.add(f32x4.mul(e, s), t);
    f = f32x4.add(f32x4.mul(f, s), t);
    g = f32x4.add(f32x4.mul(g, s), t);
    h = f32x4.add(f32x4.mul(h, s), t);
    i = f32x4.add(f32x4.mul(i, s), t);
    j = f32x4.add(f32x4.mul(j, s), t);
    k = f32x4.add(f32x4.mul(k, s), t);
    l = f32x4.add(f32x4.mul(l, s), t);
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(f32x4.add(e, f), f32x4.add(g, h))),
    f32x4.add(f32x4.add(i, j), f32x4.add(k, l)),
  );
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 3);
}
