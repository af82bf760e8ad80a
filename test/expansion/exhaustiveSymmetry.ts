import type { Crystal } from '../../src/crystal/structure.js';
import type { PrimitiveCrystal, SpaceGroupOperation } from '../../src/crystal/types.js';

/**
 * The space group by exhaustion, as an oracle: integer matrices with entries up to `bound` (1 is enough for a reduced cell) that keep the
 * metric, each with every translation that maps the sites onto themselves. The cell must be primitive.
 */
export function exhaustiveSymmetry(c: Crystal, bound = 1): PrimitiveCrystal {
  const operations: SpaceGroupOperation[] = [];
  for (const w of metricPreserving(metricOf(c.lattice), bound)) {
    for (let image = 0; image < c.species.length; image++) {
      const operation = withTranslation(c, w, image);
      if (operation !== undefined) operations.push(operation);
    }
  }
  const identity = operations.findIndex((o) =>
    [1, 0, 0, 0, 1, 0, 0, 0, 1].every((v, k) => o.fractionalRotation[k] === v),
  );
  operations.unshift(...operations.splice(identity, 1));
  return {
    crystal: c,
    masses: new Float64Array(c.species.length).fill(1),
    operations,
    spaceGroup: { number: 0, symbol: 'by exhaustion' },
  };
}

/** Matrices with Wᵀ G W = G: their columns are vectors of the lattice vectors' lengths. */
function metricPreserving(g: Float64Array, bound: number): readonly Int32Array[] {
  const range = Array.from({ length: 2 * bound + 1 }, (_, k) => k - bound);
  const vectors = range.flatMap((x) => range.flatMap((y) => range.map((z) => [x, y, z])));
  const product = (u: readonly number[], v: readonly number[]): number => {
    let sum = 0;
    for (let p = 0; p < 3; p++) for (let q = 0; q < 3; q++) sum += u[p] * g[3 * p + q] * v[q];
    return sum;
  };
  const close = (u: readonly number[], v: readonly number[], e: number): boolean =>
    Math.abs(product(u, v) - g[e]) < 1e-8;
  const found: Int32Array[] = [];
  for (const u of vectors.filter((x) => close(x, x, 0))) {
    for (const v of vectors.filter((x) => close(x, x, 4) && close(u, x, 1))) {
      for (const w of vectors.filter((x) => close(x, x, 8) && close(u, x, 2) && close(v, x, 5))) {
        found.push(Int32Array.of(u[0], v[0], w[0], u[1], v[1], w[1], u[2], v[2], w[2]));
      }
    }
  }
  return found;
}

function metricOf(l: Float64Array): Float64Array {
  return Float64Array.from({ length: 9 }, (_, e) => {
    const [i, j] = [Math.floor(e / 3), e % 3];
    return l[3 * i] * l[3 * j] + l[3 * i + 1] * l[3 * j + 1] + l[3 * i + 2] * l[3 * j + 2];
  });
}

/** The operation with rotation W that maps site 0 onto `image`, when there is one. */
function withTranslation(c: Crystal, w: Int32Array, image: number): SpaceGroupOperation | undefined {
  const f = c.positions;
  const apply = (s: number, x: number): number =>
    w[3 * x] * f[3 * s] + w[3 * x + 1] * f[3 * s + 1] + w[3 * x + 2] * f[3 * s + 2];
  const translation = Float64Array.from([0, 1, 2], (x) => {
    const t = f[3 * image + x] - apply(0, x);
    return t - Math.floor(t + 1e-9);
  });
  const siteImage = new Int32Array(c.species.length);
  const cellImage = new Int32Array(3 * c.species.length);
  for (let s = 0; s < c.species.length; s++) {
    const target = [0, 1, 2].map((x) => apply(s, x) + translation[x]);
    const found = c.species.findIndex(
      (symbol, t) =>
        symbol === c.species[s] &&
        target.every((v, x) => Math.abs(v - f[3 * t + x] - Math.round(v - f[3 * t + x])) < 1e-6),
    );
    if (found < 0) return undefined;
    siteImage[s] = found;
    target.forEach((v, x) => {
      cellImage[3 * s + x] = Math.round(v - f[3 * found + x]);
    });
  }
  return { fractionalRotation: w, rotation: cartesian(c.lattice, w), translation, siteImage, cellImage };
}

/** R = Lᵀ W L⁻ᵀ. */
function cartesian(l: Float64Array, w: Int32Array): Float64Array {
  const inverse = invert(l);
  const r = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      for (let p = 0; p < 3; p++) {
        for (let q = 0; q < 3; q++) r[3 * i + j] += l[3 * p + i] * w[3 * p + q] * inverse[3 * j + q];
      }
    }
  }
  return r;
}

function invert(m: Float64Array): Float64Array {
  const [a, b, c, d, e, f, g, h, i] = m;
  const determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  const adjugate = [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d,
  ]; // prettier-ignore
  return Float64Array.from(adjugate, (v) => v / determinant);
}
