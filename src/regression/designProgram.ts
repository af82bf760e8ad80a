import type { ExpansionLayout, OrbitTerms, SiteLayout } from '../expansion/layout.js';
import { ComponentMaps, MonomialBlocks, permutationsWithin, pushOuter } from '../expansion/monomials.js';
import {
  componentCount,
  componentDigits,
  componentRotator,
  placeValues,
  type SparseRotation,
  sparseRotation,
} from '../expansion/tensors.js';
import type { Orbit } from '../expansion/types.js';
import { type Frames, frameOf, intoSymmetryFrame } from './frames.js';

/**
 * The design matrix of one site in raw coordinates c (Φ = Σ c E/√multiplicity), as flat tables: monomials of relative
 * displacements are formed, and each raw slot is a weighted sum of them. A raw slot is one (raw coordinate, frame,
 * direction); in a frame the eigentensors are as sparse as in the representative, whatever the operation.
 * Slots count from the start of the workspace, displacements [frames][neighbours][3] first.
 */
export interface DesignProgram {
  /** Pairs of slots, products shared between orbits, and the slot of the first. */
  readonly sharedProducts: Int32Array;
  readonly firstShared: number;
  /** Slot where each orbit's own products start. */
  readonly scratch: number;
  /** Slots of the whole workspace. */
  readonly slots: number;
  readonly steps: readonly DesignStep[];
}

/** What one orbit adds. */
export interface DesignStep {
  /** Pairs of slots; the results go to `scratch`, one after the other. */
  readonly products: Int32Array;
  /** First raw coordinate, over all orders. */
  readonly firstRaw: number;
  /** [raw coordinates of the orbit · frames · 3] entries of each raw slot. */
  readonly runs: Int32Array;
  /** [entries] slot of a monomial. */
  readonly monomials: Int32Array;
  /** [entries] eV/Å per unit of the raw coordinate and of the monomial; the force's minus sign included. */
  readonly weights: Float64Array;
}

/** A monomial block of one term: in the workspace for good, or to be made in the scratch area. */
interface PlacedTerm {
  readonly base: number;
  readonly scratch: boolean;
  readonly frame: number;
  readonly rotation: SparseRotation;
  readonly map: Int32Array;
  readonly weight: number;
  readonly role: number;
}

/** Compiles the program of one site. `firstRaw`: [orders] first raw coordinate of each order. */
export function compileDesign(
  layout: ExpansionLayout,
  site: SiteLayout,
  frames: Frames,
  firstRaw: readonly number[],
): DesignProgram {
  const neighbours = site.neighbours.length / 4;
  const blocks = new MonomialBlocks(neighbours * frames.count);
  const maps = new ComponentMaps();
  const placed = site.terms.map((terms) => placeTerms(layout, terms, frames, neighbours, blocks, maps));
  const scratch = blocks.slots;
  let most = 0;
  const steps = site.terms.map((terms, k) => {
    most = Math.max(most, placed[k].products.length / 2);
    const first = firstRaw[terms.orderIndex] + terms.orbit.firstCoordinate;
    return compileStep(terms.orbit, placed[k], frames, first, scratch);
  });
  return {
    sharedProducts: Int32Array.from(blocks.products),
    firstShared: blocks.firstProduct,
    scratch,
    slots: scratch + most,
    steps,
  };
}

function placeTerms(
  layout: ExpansionLayout,
  terms: OrbitTerms,
  frames: Frames,
  neighbours: number,
  blocks: MonomialBlocks,
  maps: ComponentMaps,
): { readonly placed: readonly PlacedTerm[]; readonly products: readonly number[] } {
  const { orbit } = terms;
  const others = orbit.order - 1;
  const products: number[] = [];
  const placed: PlacedTerm[] = [];
  for (let t = 0; t < terms.count; t++) {
    const operation = orbit.images.operation[terms.image[t]];
    const { frame, rest } = frameOf(frames, layout.space.primitive.operations[operation].rotation);
    const near = terms.neighbours
      .subarray(t * others, (t + 1) * others)
      .map((neighbour) => neighbour + frame * neighbours);
    const { leading, trailing, factors } = blocks.split(near);
    const base = leading === undefined ? trailing.slot : products.length / 2;
    if (leading !== undefined) pushOuter(products, leading, trailing);
    placed.push({
      base,
      scratch: leading !== undefined,
      frame,
      rotation: sparseRotation(rest),
      map: maps.of(near, factors),
      weight: -1 / (Math.sqrt(orbit.multiplicity) * permutationsWithin(factors)),
      role: terms.role[t],
    });
  }
  return { placed, products };
}

function compileStep(
  orbit: Orbit,
  terms: { readonly placed: readonly PlacedTerm[]; readonly products: readonly number[] },
  frames: Frames,
  firstRaw: number,
  scratch: number,
): DesignStep {
  const n = orbit.order;
  const { columns, columnStart, rowIndex, values } = intoSymmetryFrame(frames, n, orbit.eigentensors);
  const rotator = componentRotator(n);
  const digits = new Int32Array(n);
  const tuples = componentCount(n - 1);
  const places = Array.from({ length: n }, (_, role) => centreFirst(n, role));
  const runs = Array.from({ length: columns * frames.count * 3 }, () => new Map<number, number>());
  for (const term of terms.placed) {
    const base = term.scratch ? scratch + term.base : term.base;
    for (let p = 0; p < columns; p++) {
      for (let e = columnStart[p]; e < columnStart[p + 1]; e++) {
        componentDigits(rowIndex[e], n, digits);
        const count = rotator.expand(term.rotation, digits, places[term.role]);
        for (let i = 0; i < count; i++) {
          const direction = Math.floor(rotator.index[i] / tuples);
          const monomial = base + term.map[rotator.index[i] % tuples];
          const run = runs[(p * frames.count + term.frame) * 3 + direction];
          run.set(monomial, (run.get(monomial) ?? 0) + term.weight * values[e] * rotator.value[i]);
        }
      }
    }
  }
  const sorted = runs.map((run) => [...run].filter(([, weight]) => weight !== 0).sort(([a], [b]) => a - b));
  return {
    products: Int32Array.from(terms.products),
    firstRaw,
    runs: Int32Array.from(sorted, (run) => run.length),
    monomials: Int32Array.from(sorted.flatMap((run) => run.map(([monomial]) => monomial))),
    weights: Float64Array.from(sorted.flatMap((run) => run.map(([, weight]) => weight))),
  };
}

/** [n] place values that put the component of site `role` first and leave the others in their order. */
function centreFirst(n: number, role: number): Int32Array {
  const standard = placeValues(n);
  return standard.map((_, k) => (k === role ? standard[0] : standard[k < role ? k + 1 : k]));
}
