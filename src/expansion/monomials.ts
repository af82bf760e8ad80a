/**
 * Monomials of relative displacements, arranged in blocks. The block of a multiset of neighbours holds the products of
 * one component of each: for distinct neighbours all 3^k, for a neighbour that occurs m times only the
 * (m+1)(m+2)/2 symmetric ones, x^m first, z^m last. Slots are positions in the kernels' workspace.
 */
export interface MonomialBlock {
  /** First slot. */
  readonly slot: number;
  readonly size: number;
  /** Distinct neighbours with their multiplicities, the last varying fastest. */
  readonly factors: readonly Factor[];
}

export interface Factor {
  readonly neighbour: number;
  readonly multiplicity: number;
}

/** A block as the outer product of two stored ones; `leading` is absent where a single neighbour's power suffices. */
export interface BlockProduct {
  readonly leading?: MonomialBlock;
  readonly trailing: MonomialBlock;
  readonly factors: readonly Factor[];
}

/** Blocks that stay in the workspace, and the list of multiplications which makes them. */
export class MonomialBlocks {
  readonly #blocks = new Map<string, MonomialBlock>();
  /** Pairs of slots; the k-th product goes to slot `firstProduct + k`. */
  readonly products: number[] = [];
  readonly firstProduct: number;

  /** `neighbours` × 3 slots of displacements come first. */
  constructor(neighbours: number) {
    this.firstProduct = 3 * neighbours;
  }

  /** Slots in use. */
  get slots(): number {
    return this.firstProduct + this.products.length / 2;
  }

  /** Splits a multiset of neighbours so that its leading part can be shared with other multisets. */
  split(neighbours: ArrayLike<number>): BlockProduct {
    const factors = factorsOf(neighbours);
    if (factors.length === 1) return { trailing: this.#power(factors[0]), factors };
    const last = this.#chooseTrailing(factors);
    const leading = this.#block(factors.filter((_, k) => k !== last));
    return {
      leading,
      trailing: this.#power(factors[last]),
      factors: [...leading.factors, factors[last]],
    };
  }

  #chooseTrailing(factors: readonly Factor[]): number {
    let choice = factors.length - 1;
    for (let k = factors.length - 1; k >= 0; k--) {
      if (factors[k].multiplicity !== 1) continue;
      if (this.#blocks.has(keyOf(factors.filter((_, l) => l !== k)))) return k;
      if (factors[choice].multiplicity !== 1) choice = k;
    }
    return choice;
  }

  #block(factors: readonly Factor[]): MonomialBlock {
    if (factors.length === 1) return this.#power(factors[0]);
    const key = keyOf(factors);
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const leading = this.#block(factors.slice(0, -1));
    const trailing = this.#power(factors[factors.length - 1]);
    const block = {
      slot: this.slots,
      size: leading.size * trailing.size,
      factors: [...leading.factors, ...trailing.factors],
    };
    pushOuter(this.products, leading, trailing);
    this.#blocks.set(key, block);
    return block;
  }

  #power(factor: Factor): MonomialBlock {
    const { neighbour, multiplicity: m } = factor;
    if (m === 1) return { slot: 3 * neighbour, size: 3, factors: [factor] };
    const key = keyOf([factor]);
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const lower = this.#power({ neighbour, multiplicity: m - 1 });
    const block = { slot: this.slots, size: ((m + 1) * (m + 2)) / 2, factors: [factor] };
    for (let x = m; x >= 0; x--) {
      for (let y = m - x; y >= 0; y--) {
        const z = m - x - y;
        const component = x > 0 ? 0 : y > 0 ? 1 : 2;
        const below = powerIndex(m - 1, x - (component === 0 ? 1 : 0), z - (component === 2 ? 1 : 0));
        this.products.push(lower.slot + below, 3 * neighbour + component);
      }
    }
    this.#blocks.set(key, block);
    return block;
  }
}

/** Appends the products of an outer product of two blocks. */
export function pushOuter(products: number[], leading: MonomialBlock, trailing: MonomialBlock): void {
  for (let p = 0; p < leading.size; p++) {
    for (let q = 0; q < trailing.size; q++) products.push(leading.slot + p, trailing.slot + q);
  }
}

/** Π m! of a multiset. */
export function permutationsWithin(factors: readonly Factor[]): number {
  let product = 1;
  for (const { multiplicity } of factors) for (let k = 2; k <= multiplicity; k++) product *= k;
  return product;
}

/**
 * [3^k] from Cartesian components (b₁…b_k) of the displacements of `neighbours`, index b₁·3^{k−1} + … + b_k,
 * to the monomial within the block with these factors; many-to-one.
 */
export function monomialOfComponents(neighbours: ArrayLike<number>, factors: readonly Factor[]): Int32Array {
  const k = neighbours.length;
  let tuples = 1;
  for (let q = 0; q < k; q++) tuples *= 3;
  const factorOf = Array.from(neighbours, (j) => factors.findIndex((f) => f.neighbour === j));
  const map = new Int32Array(tuples);
  const exponents = new Int32Array(3 * factors.length);
  for (let t = 0; t < tuples; t++) {
    exponents.fill(0);
    for (let q = k - 1, rest = t; q >= 0; q--, rest = Math.floor(rest / 3)) {
      exponents[3 * factorOf[q] + (rest % 3)]++;
    }
    let index = 0;
    factors.forEach(({ multiplicity: m }, f) => {
      const size = ((m + 1) * (m + 2)) / 2;
      index = index * size + powerIndex(m, exponents[3 * f], exponents[3 * f + 2]);
    });
    map[t] = index;
  }
  return map;
}

/** `monomialOfComponents`, computed once for each pattern of repetitions. */
export class ComponentMaps {
  readonly #maps = new Map<string, Int32Array>();

  of(neighbours: ArrayLike<number>, factors: readonly Factor[]): Int32Array {
    let key = '';
    for (let q = 0; q < neighbours.length; q++) {
      let f = 0;
      while (factors[f].neighbour !== neighbours[q]) f++;
      key += `${f} `;
    }
    let map = this.#maps.get(key);
    if (map === undefined) {
      map = monomialOfComponents(neighbours, factors);
      this.#maps.set(key, map);
    }
    return map;
  }
}

/** Position among the monomials of degree m of the one with these powers of x and z. */
function powerIndex(m: number, x: number, z: number): number {
  const rest = m - x;
  return (rest * (rest + 1)) / 2 + z;
}

function factorsOf(neighbours: ArrayLike<number>): Factor[] {
  const sorted = Array.from(neighbours).sort((a, b) => a - b);
  const factors: Factor[] = [];
  for (let k = 0; k < sorted.length; ) {
    let m = 1;
    while (sorted[k + m] === sorted[k]) m++;
    factors.push({ neighbour: sorted[k], multiplicity: m });
    k += m;
  }
  return factors;
}

/** The same for the same multiset, however it is arranged. */
function keyOf(factors: readonly Factor[]): string {
  return factors
    .map((f) => `${f.neighbour}^${f.multiplicity}`)
    .sort()
    .join(' ');
}
