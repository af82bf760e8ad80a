/**
 * C += sign · A·Bᵀ in f64; C [m × n], A [m × k], B [n × k], row-major with the given row strides in bytes.
 * Sums run along k in two interleaved halves, then the odd rest.
 */
export function addProduct(
  c: usize,
  cStride: usize,
  a: usize,
  aStride: usize,
  b: usize,
  bStride: usize,
  m: i32,
  n: i32,
  k: i32,
  sign: f64,
): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const ai = a + <usize>i * aStride;
    const ci = c + <usize>i * cStride;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      block(ci + <usize>(8 * j), cStride, ai, aStride, b + <usize>j * bStride, bStride, k, sign);
    }
    for (; j < n; j++) {
      for (let r = 0; r < 4; r++) {
        single(ci + <usize>(8 * j) + <usize>r * cStride, ai + <usize>r * aStride, b + <usize>j * bStride, k, sign);
      }
    }
  }
  for (; i < m; i++) {
    for (let j = 0; j < n; j++) {
      single(c + <usize>i * cStride + <usize>(8 * j), a + <usize>i * aStride, b + <usize>j * bStride, k, sign);
    }
  }
}

function block(c: usize, cStride: usize, a0: usize, aStride: usize, b0: usize, bStride: usize, k: i32, sign: f64): void {
  const a1 = a0 + aStride;
  const a2 = a1 + aStride;
  const a3 = a2 + aStride;
  const b1 = b0 + bStride;
  let s00 = f64x2.splat(0);
  let s01 = f64x2.splat(0);
  let s10 = f64x2.splat(0);
  let s11 = f64x2.splat(0);
  let s20 = f64x2.splat(0);
  let s21 = f64x2.splat(0);
  let s30 = f64x2.splat(0);
  let s31 = f64x2.splat(0);
  const even = <usize>(8 * (k & ~1));
  for (let p: usize = 0; p < even; p += 16) {
    const x = v128.load(b0 + p);
    const y = v128.load(b1 + p);
    let v = v128.load(a0 + p);
    s00 = f64x2.add(s00, f64x2.mul(v, x));
    s01 = f64x2.add(s01, f64x2.mul(v, y));
    v = v128.load(a1 + p);
    s10 = f64x2.add(s10, f64x2.mul(v, x));
    s11 = f64x2.add(s11, f64x2.mul(v, y));
    v = v128.load(a2 + p);
    s20 = f64x2.add(s20, f64x2.mul(v, x));
    s21 = f64x2.add(s21, f64x2.mul(v, y));
    v = v128.load(a3 + p);
    s30 = f64x2.add(s30, f64x2.mul(v, x));
    s31 = f64x2.add(s31, f64x2.mul(v, y));
  }
  finish(c, s00, a0, b0, even, k, sign);
  finish(c + 8, s01, a0, b1, even, k, sign);
  finish(c + cStride, s10, a1, b0, even, k, sign);
  finish(c + cStride + 8, s11, a1, b1, even, k, sign);
  finish(c + 2 * cStride, s20, a2, b0, even, k, sign);
  finish(c + 2 * cStride + 8, s21, a2, b1, even, k, sign);
  finish(c + 3 * cStride, s30, a3, b0, even, k, sign);
  finish(c + 3 * cStride + 8, s31, a3, b1, even, k, sign);
}

// @ts-ignore: decorator
@inline
function finish(c: usize, s: v128, a: usize, b: usize, even: usize, k: i32, sign: f64): void {
  let t = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  if (k & 1) t += load<f64>(a + even) * load<f64>(b + even);
  store<f64>(c, load<f64>(c) + sign * t);
}

function single(c: usize, a: usize, b: usize, k: i32, sign: f64): void {
  let s = f64x2.splat(0);
  const even = <usize>(8 * (k & ~1));
  for (let p: usize = 0; p < even; p += 16) s = f64x2.add(s, f64x2.mul(v128.load(a + p), v128.load(b + p)));
  finish(c, s, a, b, even, k, sign);
}
