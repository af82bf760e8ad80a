import { FailureError } from '../errors.js';

/**
 * Sites of the infinite lattice are ordered by cell (lexicographically), then by site: an order that no lattice
 * translation changes. A multiset of sites modulo translations therefore has one canonical form: sorted, its first
 * site in cell 0.
 */
const SPAN = 4096;
const HALF = SPAN / 2;

/** The canonical form of a tuple of sites. */
export interface CanonicalForm {
  /** Equal for two tuples exactly when one is a permuted and translated copy of the other. */
  readonly key: string;
  /** [n] position in the tuple of the k-th site in canonical order. */
  readonly order: Int32Array;
  /** [3] cell of the canonical order's first site. */
  readonly origin: Int32Array;
}

/** A number that grows along the order of sites; a difference of two that stand in equal cells of a tuple is translation invariant. */
function cellCode(a: number, b: number, c: number): number {
  if (a < -HALF || a >= HALF || b < -HALF || b >= HALF || c < -HALF || c >= HALF) {
    throw new FailureError(
      `lattice translation (${a}, ${b}, ${c}) is too long`,
      'reduce the cell of the crystal',
    );
  }
  return ((a + HALF) * SPAN + (b + HALF)) * SPAN + (c + HALF);
}

/** Place of a site in the order of all sites; `siteCount` is the number of sites of the primitive cell. */
export function siteCode(site: number, a: number, b: number, c: number, siteCount: number): number {
  return cellCode(a, b, c) * siteCount + site;
}

/** Canonical form of the n sites that start at tuple position `first` of `sites` and `cells` ([3·…]). */
export function canonicalForm(
  sites: Int32Array,
  cells: Int32Array,
  first: number,
  n: number,
  siteCount: number,
): CanonicalForm {
  const codes = new Float64Array(n);
  const order = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const t = first + k;
    const code = siteCode(sites[t], cells[3 * t], cells[3 * t + 1], cells[3 * t + 2], siteCount);
    let slot = k;
    while (slot > 0 && codes[slot - 1] > code) {
      codes[slot] = codes[slot - 1];
      order[slot] = order[slot - 1];
      slot--;
    }
    codes[slot] = code;
    order[slot] = k;
  }
  const start = first + order[0];
  const base = codes[0] - sites[start];
  let key = '';
  for (let k = 0; k < n; k++) key += `${codes[k] - base},`;
  return { key, order, origin: cells.slice(3 * start, 3 * start + 3) };
}
