import type { PrimitiveCrystal } from '../../src/crystal/types.js';

/**
 * The dimension of the space of force constants from the definition alone: one unknown for each component of each
 * ordered tuple of sites, one equation for each permutation, each space-group operation and each sum rule. In lattice
 * components all coefficients are integers, so the rank is taken exactly, modulo a prime.
 */
export interface Dimensions {
  /** After space group and permutations. */
  readonly beforeSumRules: number;
  readonly parameters: number;
}

/** Largest prime below 2²⁶: products stay exact in double precision. */
const PRIME = 67_108_859;

/** What limits the tuples beyond the cutoff of all pairs. */
export interface TupleLimits {
  /** Å; absent: the cutoff of the order. */
  readonly pairCutoff?: (a: string, b: string) => number;
  /** Absent: the order. */
  readonly maximumSites?: number;
}

type Site = readonly [site: number, a: number, b: number, c: number];
type Row = Map<number, number>;

export function bruteForceDimensions(
  primitive: PrimitiveCrystal,
  order: number,
  cutoff: number,
  limits: TupleLimits = {},
): Dimensions {
  const tuples = allTuples(primitive, order, cutoff, limits);
  const number = new Map(tuples.map((t, i) => [keyOf(t), i]));
  const size = power(3, order);
  const unknown = (tuple: readonly Site[], digits: readonly number[]): number => {
    const index = number.get(keyOf(tuple));
    if (index === undefined) throw new Error(`${keyOf(tuple)} is no tuple within the cutoff`);
    return index * size + digits.reduce((sum, d) => 3 * sum + d, 0);
  };
  const echelon = new Map<number, Row>();
  let rank = 0;
  const demand = (row: Row): void => {
    if (insert(row, echelon)) rank++;
  };
  for (const tuple of tuples) {
    for (const digits of allDigits(order)) {
      for (let k = 0; k + 1 < order; k++) {
        demand(difference(unknown(tuple, digits), unknown(swapped(tuple, k), swapped(digits, k))));
      }
    }
  }
  for (const operation of primitive.operations) {
    for (const tuple of tuples) {
      const image = tuple.map((s) => imageOfSite(operation, s));
      // Φ(g t)[W u, …] = Φ(t)[u, …] for all u, the components being those along the lattice vectors.
      for (const b of allDigits(order)) {
        const row: Row = new Map();
        for (const a of allDigits(order)) {
          const factor = a.reduce((product, x, k) => product * operation.fractionalRotation[3 * x + b[k]], 1);
          if (factor !== 0) add(row, unknown(image, a), factor);
        }
        add(row, unknown(tuple, b), -1);
        demand(row);
      }
    }
  }
  const beforeSumRules = tuples.length * size - rank;
  const byPrefix = new Map<string, (readonly Site[])[]>();
  for (const tuple of tuples) {
    const key = keyOf(tuple.slice(0, -1));
    byPrefix.set(key, [...(byPrefix.get(key) ?? []), tuple]);
  }
  for (const completions of byPrefix.values()) {
    for (const digits of allDigits(order)) {
      const row: Row = new Map();
      for (const tuple of completions) add(row, unknown(tuple, digits), 1);
      demand(row);
    }
  }
  return { beforeSumRules, parameters: tuples.length * size - rank };
}

/** Ordered tuples with all pairs within the cutoff, the first site in cell 0. */
function allTuples(
  primitive: PrimitiveCrystal,
  order: number,
  cutoff: number,
  { pairCutoff = () => cutoff, maximumSites = order }: TupleLimits,
): readonly (readonly Site[])[] {
  const { lattice: l, positions: f, species } = primitive.crystal;
  const cartesian = ([s, ...cell]: Site): readonly number[] =>
    [0, 1, 2].map((x) => [0, 1, 2].reduce((sum, k) => sum + (f[3 * s + k] + cell[k]) * l[3 * k + x], 0));
  const near = (p: Site, q: Site): boolean => {
    const [u, v] = [cartesian(p), cartesian(q)];
    const limit = Math.min(cutoff, pairCutoff(species[p[0]], species[q[0]]));
    return Math.hypot(u[0] - v[0], u[1] - v[1], u[2] - v[2]) <= limit + 1e-5;
  };
  const range = [-3, -2, -1, 0, 1, 2, 3];
  const all = species.flatMap((_, s) =>
    range.flatMap((a) => range.flatMap((b) => range.map((c): Site => [s, a, b, c]))),
  );
  let tuples: (readonly Site[])[] = species.map((_, s) => [[s, 0, 0, 0] as Site]);
  const neighbours = species.map((_, s) => all.filter((q) => near([s, 0, 0, 0], q)));
  for (let n = 1; n < order; n++) {
    tuples = tuples.flatMap((t) =>
      neighbours[t[0][0]].filter((q) => t.every((p) => near(p, q))).map((q) => [...t, q]),
    );
  }
  return tuples.filter((t) => new Set(t.map(String)).size <= maximumSites);
}

function keyOf(tuple: readonly Site[]): string {
  const [, a, b, c] = tuple[0];
  return tuple.map((s) => `${s[0]},${s[1] - a},${s[2] - b},${s[3] - c}`).join(' ');
}

function imageOfSite(operation: PrimitiveCrystal['operations'][number], [s, ...cell]: Site): Site {
  const { fractionalRotation: w, siteImage, cellImage } = operation;
  const [a, b, c] = [0, 1, 2].map((x) =>
    [0, 1, 2].reduce((sum, k) => sum + w[3 * x + k] * cell[k], cellImage[3 * s + x]),
  );
  return [siteImage[s], a, b, c];
}

function allDigits(order: number): readonly (readonly number[])[] {
  let digits: (readonly number[])[] = [[]];
  for (let k = 0; k < order; k++) digits = digits.flatMap((d) => [0, 1, 2].map((x) => [...d, x]));
  return digits;
}

function swapped<T>(list: readonly T[], k: number): readonly T[] {
  return [...list.slice(0, k), list[k + 1], list[k], ...list.slice(k + 2)];
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let k = 0; k < exponent; k++) result *= base;
  return result;
}

function difference(a: number, b: number): Row {
  const row: Row = new Map();
  add(row, a, 1);
  add(row, b, -1);
  return row;
}

function add(row: Row, unknown: number, value: number): void {
  const sum = modulo((row.get(unknown) ?? 0) + value);
  if (sum === 0) row.delete(unknown);
  else row.set(unknown, sum);
}

function modulo(value: number): number {
  const rest = value % PRIME;
  return rest < 0 ? rest + PRIME : rest;
}

/** Reduces a row by the echelon form and, where something is left, adds it; whether it raised the rank. */
function insert(row: Row, echelon: Map<number, Row>): boolean {
  while (row.size > 0) {
    let lead = Infinity;
    for (const unknown of row.keys()) if (unknown < lead) lead = unknown;
    const pivot = echelon.get(lead);
    const value = row.get(lead)!;
    if (pivot === undefined) {
      const inverse = inverseModulo(value);
      echelon.set(lead, new Map([...row].map(([u, v]) => [u, modulo(v * inverse)])));
      return true;
    }
    for (const [u, v] of pivot) add(row, u, -modulo(v * value));
  }
  return false;
}

/** a^{p−2} mod p. */
function inverseModulo(a: number): number {
  let result = 1;
  let base = a;
  for (let e = PRIME - 2; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = modulo(result * base);
    base = modulo(base * base);
  }
  return result;
}
