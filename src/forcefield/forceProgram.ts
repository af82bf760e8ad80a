import type { ExpansionLayout, OrbitTerms, SiteLayout } from '../expansion/layout.js';
import {
  type BlockProduct,
  ComponentMaps,
  type MonomialBlock,
  MonomialBlocks,
  permutationsWithin,
} from '../expansion/monomials.js';
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
    const place = ({ leading, trailing }: BlockProduct): number => {
      const first = coefficients;
      coefficients += 3 * (leading?.size ?? 1) * trailing.size;
      pushTerm(terms, leading, trailing);
      return first;
    };
    const fills = site.terms
      .filter((t) => t.orderIndex === orderIndex)
      .map((t) => compileOrbit(t, blocks, maps, place));
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

/** Appends a term; single blocks that follow one another in the workspace make one long term. */
function pushTerm(terms: number[], leading: MonomialBlock | undefined, trailing: MonomialBlock): void {
  const last = terms.length - 4;
  const follows = last >= 0 && terms[last + 1] === 0 && terms[last + 2] + terms[last + 3] === trailing.slot;
  if (leading === undefined && follows) terms[last + 3] += trailing.size;
  else terms.push(leading?.slot ?? 0, leading?.size ?? 0, trailing.slot, trailing.size);
}

function compileOrbit(
  terms: OrbitTerms,
  blocks: MonomialBlocks,
  maps: ComponentMaps,
  place: (block: BlockProduct) => number,
): OrbitFill {
  const others = terms.orbit.order - 1;
  const first = new Int32Array(terms.count);
  const weights = new Float64Array(terms.count);
  const ofTerms: Int32Array[] = [];
  for (let k = 0; k < terms.count; k++) {
    const near = terms.neighbours.subarray(k * others, (k + 1) * others);
    const block = blocks.split(near);
    first[k] = place(block);
    weights[k] = -1 / permutationsWithin(block.factors);
    ofTerms.push(maps.of(near, block.factors));
  }
  return { terms, first, maps: ofTerms, weights };
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
