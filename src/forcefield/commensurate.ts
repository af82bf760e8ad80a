import { adjugate3, determinant3 } from '../numerics/matrix3.js';
import type { Phase } from './dynamicalMatrix.js';

/** The wave vectors whose plane waves fit a supercell, one for each of its primitive cells. */
export interface CommensuratePoints {
  /** D = |det M|: number of primitive cells, and the common denominator of all points. */
  readonly denominator: number;
  /** [3·D] numerators in [0, D): q = numerator / D, fractional. The first is Γ. */
  readonly numerators: Int32Array;
  /** [D] index of −q; itself where 2q is a reciprocal lattice vector. */
  readonly opposite: Int32Array;
}

/**
 * All q with M q integer, M ([9] integer rows) being the supercell's lattice vectors in primitive ones: the group which the
 * columns of M⁻¹ generate modulo 1.
 */
export function commensuratePoints(matrix: Int32Array): CommensuratePoints {
  const adjugate = adjugate3(matrix);
  const determinant = determinant3(matrix);
  const denominator = Math.abs(determinant);
  const sign = Math.sign(determinant);
  const fold = (x: number): number => ((x % denominator) + denominator) % denominator;
  let points: (readonly [number, number, number])[] = [[0, 0, 0]];
  const seen = new Set([key(points[0])]);
  for (let column = 0; column < 3; column++) {
    const g = [0, 1, 2].map((row) => fold(sign * adjugate[3 * row + column]));
    // All multiples of this generator added to the group so far.
    let layer = points;
    for (;;) {
      layer = layer.map((p) => [fold(p[0] + g[0]), fold(p[1] + g[1]), fold(p[2] + g[2])] as const);
      if (seen.has(key(layer[0]))) break;
      for (const p of layer) seen.add(key(p));
      points = [...points, ...layer];
    }
  }
  points.sort((p, q) => p[0] - q[0] || p[1] - q[1] || p[2] - q[2]);
  const index = new Map(points.map((p, i) => [key(p), i]));
  const opposite = points.map((p) => index.get(key([fold(-p[0]), fold(-p[1]), fold(-p[2])]))!);
  return { denominator, numerators: Int32Array.from(points.flat()), opposite: Int32Array.from(opposite) };
}

/** Bloch phases of point `index`, from a table: exactly ±1 and ±i where they are, and conjugate for −q to the last bit. */
export function phaseTable({ denominator, numerators }: CommensuratePoints): (index: number) => Phase {
  const phases = Array.from({ length: denominator }, (_, k) => rootOfUnity(k, denominator));
  return (index) => {
    const x = numerators[3 * index];
    const y = numerators[3 * index + 1];
    const z = numerators[3 * index + 2];
    return (a, b, c) => {
      const k = (x * a + y * b + z * c) % denominator;
      return phases[k < 0 ? k + denominator : k];
    };
  };
}

/** e^{2πik/n}; the lower half circle is the conjugate of the upper. */
function rootOfUnity(k: number, n: number): readonly [number, number] {
  if (2 * k > n) {
    const [cos, sin] = rootOfUnity(n - k, n);
    return [cos, -sin];
  }
  if (k === 0) return [1, 0];
  if (2 * k === n) return [-1, 0];
  if (4 * k === n) return [0, 1];
  const angle = (2 * Math.PI * k) / n;
  return [Math.cos(angle), Math.sin(angle)];
}

function key(p: readonly number[]): string {
  return `${p[0]},${p[1]},${p[2]}`;
}
