import type { ExpansionLayout, OrbitTerms, SiteLayout } from '../expansion/layout.js';
import { ComponentMaps, MonomialBlocks, permutationsWithin } from '../expansion/monomials.js';
import { componentCount } from '../expansion/tensors.js';

/**
 * The force on one site as flat tables: for each order, blocks of monomials to be formed, and terms, each a block (or
 * the outer product of two) with three coefficients for each of its monomials.
 */
export interface ForceProgram {
  readonly orders: readonly OrderProgram[];
  /** Slots of the whole workspace. */
  readonly slots: number;
}

export interface OrderProgram {
  readonly order: number;
  /** Pairs of slots; results go to `firstProduct` onwards. */
  readonly products: Int32Array;
  readonly firstProduct: number;
  /** [terms·4] slot and size of the leading block (size 0: none), of the trailing block. */
  readonly terms: Int32Array;
  /** Number of coefficients: three for each monomial. */
  readonly coefficients: number;
  readonly fills: readonly OrbitFill[];
}

/** Where the force constants of one orbit's images go. */
export interface OrbitFill {
  readonly terms: OrbitTerms;
  /** [count] first coefficient of each term. */
  readonly first: Int32Array;
  /** [count] from components of the other sites to monomials, many-to-one. */
  readonly maps: readonly Int32Array[];
  /** [count] −1/Π m!. */
  readonly weights: Float64Array;
}

/** Compiles the program of one site. */
export function compileForces(layout: ExpansionLayout, site: SiteLayout): ForceProgram {
  const blocks = new MonomialBlocks(site.neighbours.length / 4);
  const maps = new ComponentMaps();
  const orders = layout.space.orders.map(({ order }, orderIndex) => {
    const before = blocks.products.length;
    const terms: number[] = [];
    let coefficients = 0;
    const fills = site.terms
      .filter((t) => t.orderIndex === orderIndex)
      .map((t) => {
        const fill = {
          terms: t,
          first: new Int32Array(t.count),
          maps: [] as Int32Array[],
          weights: new Float64Array(t.count),
        };
        for (let k = 0; k < t.count; k++) {
          const near = t.neighbours.subarray(k * (order - 1), (k + 1) * (order - 1));
          const { leading, trailing, factors } = blocks.split(near);
          terms.push(leading?.slot ?? 0, leading?.size ?? 0, trailing.slot, trailing.size);
          fill.first[k] = coefficients;
          fill.maps.push(maps.of(near, factors));
          fill.weights[k] = -1 / permutationsWithin(factors);
          coefficients += 3 * (leading?.size ?? 1) * trailing.size;
        }
        return fill;
      });
    return {
      order,
      products: Int32Array.from(blocks.products.slice(before)),
      firstProduct: blocks.firstProduct + before / 2,
      terms: Int32Array.from(terms),
      coefficients,
      fills,
    };
  });
  return { orders, slots: blocks.slots };
}

/**
 * Folds force constants into the coefficients of a site. `tensorOf`: components of image `image` of an orbit, eV/Åⁿ.
 */
export function foldCoefficients(
  program: OrderProgram,
  tensorOf: (terms: OrbitTerms, image: number) => Float64Array,
  coefficients: Float64Array,
): void {
  coefficients.fill(0);
  const n = program.order;
  for (const { terms, first, maps, weights } of program.fills) {
    for (let t = 0; t < terms.count; t++) {
      const tensor = tensorOf(terms, terms.image[t]);
      const role = terms.role[t];
      const after = componentCount(n - 1 - role);
      const before = componentCount(role);
      for (let high = 0; high < before; high++) {
        for (let a = 0; a < 3; a++) {
          for (let low = 0; low < after; low++) {
            const monomial = maps[t][high * after + low];
            coefficients[first[t] + 3 * monomial + a] += weights[t] * tensor[(high * 3 + a) * after + low];
          }
        }
      }
    }
  }
}
