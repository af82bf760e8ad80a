/**
 * Each row x of X [m × n] becomes the solution of L x = row, L [n × n] lower; f64, row strides in bytes. Four rows at a
 * time, two unknowns at a time: what is known already is one `block` of a product.
 */
export function solveRows(x: usize, xStride: usize, l: usize, lStride: usize, m: i32, n: i32): void {
  let i = 0;
  for (; i + 4 <= m; i += 4) {
    const xi = x + <usize>i * xStride;
    let j = 0;
    for (; j + 2 <= n; j += 2) {
      const lj = l + <usize>j * lStride;
      const place = <usize>(8 * j);
      if (j > 0) block(xi + place, xStride, xi, xStride, lj, lStride, j, -1);
      const d0 = load<f64>(lj + place);
      const below = load<f64>(lj + lStride + place);
      const d1 = load<f64>(lj + lStride + place, 8);
      for (let r = 0; r < 4; r++) {
        const at = xi + <usize>r * xStride + place;
        const first = load<f64>(at) / d0;
        store<f64>(at, first);
        store<f64>(at, (load<f64>(at, 8) - first * below) / d1, 8);
      }
    }
    for (; j < n; j++) for (let r = 0; r < 4; r++) unknown(xi + <usize>r * xStride, l + <usize>j * lStride, j);
  }
  for (; i < m; i++) {
    for (let j = 0; j < n; j++) unknown(x + <usize>i * xStride, l + <usize>j * lStride, j);
  }
}

/** Unknown j of one row, those before it known; `l` is row j of L. */
function unknown(x: usize, l: usize, j: i32): void {
  const at = x + <usize>(8 * j);
  single(at, x, l, j, -1);
  store<f64>(at, load<f64>(at) / load<f64>(l + <usize>(8 * j)));
}

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
  let p: usize = 0;
  // Two steps in a loop: an address serves two loads.
  for (; p + 32 <= even; p += 32) {
    {
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
    {
      const x = v128.load(b0 + p, 16);
      const y = v128.load(b1 + p, 16);
      let v = v128.load(a0 + p, 16);
      s00 = f64x2.add(s00, f64x2.mul(v, x));
      s01 = f64x2.add(s01, f64x2.mul(v, y));
      v = v128.load(a1 + p, 16);
      s10 = f64x2.add(s10, f64x2.mul(v, x));
      s11 = f64x2.add(s11, f64x2.mul(v, y));
      v = v128.load(a2 + p, 16);
      s20 = f64x2.add(s20, f64x2.mul(v, x));
      s21 = f64x2.add(s21, f64x2.mul(v, y));
      v = v128.load(a3 + p, 16);
      s30 = f64x2.add(s30, f64x2.mul(v, x));
      s31 = f64x2.add(s31, f64x2.mul(v, y));
    }
  }
  if (p < even) {
    {
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
