import type { PrimitiveCrystal, SpaceGroupOperation } from '../crystal/types.js';
import { FailureError } from '../errors.js';
import type { ClusterList } from './clusters.js';
import { type CanonicalForm, canonicalForm } from './latticeSites.js';
import type { ClusterImages } from './types.js';

/** A space-group operation that maps the representative onto itself up to a lattice translation. */
export interface StabiliserElement {
  /** Index into PrimitiveCrystal.operations. */
  readonly operation: number;
  /** [n] the image of the site at position k lies where position `permutation[k]` was. */
  readonly permutation: Int32Array;
}

/** An orbit before its tensors are known. */
export interface OrbitGeometry {
  /** [n] sites and [3·n] cells of the representative, in canonical order. */
  readonly sites: Int32Array;
  readonly cells: Int32Array;
  readonly size: number;
  readonly distinctSites: number;
  readonly multiplicity: number;
  /**
   * One element per operation of the stabiliser. With repeated sites the permutation is one of several: permutations
   * among equal sites belong to the stabiliser as well and are not listed.
   */
  readonly stabiliser: readonly StabiliserElement[];
  readonly images: ClusterImages;
}

/** The orbits of one order and where each cluster went. */
export interface OrbitPartition {
  readonly orbits: readonly OrbitGeometry[];
  /** Canonical key → orbit. */
  readonly orbitOf: ReadonlyMap<string, number>;
  /** Canonical key → image within its orbit. */
  readonly imageOf: ReadonlyMap<string, number>;
}

/** Sites and cells of the image of a tuple under an operation: position k is the image of position k. */
export function imageOfTuple(
  operation: SpaceGroupOperation,
  sites: Int32Array,
  cells: Int32Array,
): { readonly sites: Int32Array; readonly cells: Int32Array } {
  const { fractionalRotation: w, siteImage, cellImage } = operation;
  const n = sites.length;
  const imageSites = new Int32Array(n);
  const imageCells = new Int32Array(3 * n);
  for (let k = 0; k < n; k++) {
    const s = sites[k];
    imageSites[k] = siteImage[s];
    for (let x = 0; x < 3; x++) {
      imageCells[3 * k + x] =
        w[3 * x] * cells[3 * k] +
        w[3 * x + 1] * cells[3 * k + 1] +
        w[3 * x + 2] * cells[3 * k + 2] +
        cellImage[3 * s + x];
    }
  }
  return { sites: imageSites, cells: imageCells };
}

/** Groups clusters into orbits of the space group; orbits ascend by number of distinct sites, then by size. */
export function partitionIntoOrbits(primitive: PrimitiveCrystal, clusters: ClusterList): OrbitPartition {
  const n = clusters.order;
  const siteCount = primitive.crystal.species.length;
  const keys: string[] = [];
  for (let c = 0; c < clusters.count; c++) {
    keys.push(canonicalForm(clusters.sites, clusters.cells, c * n, n, siteCount).key);
  }
  const known = new Set(keys);
  const found: { geometry: OrbitGeometry; keys: readonly string[] }[] = [];
  const assigned = new Set<string>();
  for (let c = 0; c < clusters.count; c++) {
    if (assigned.has(keys[c])) continue;
    const orbit = orbitOfCluster(primitive, clusters, c);
    for (const key of orbit.keys) {
      if (!known.has(key)) throw notClosed(n);
      assigned.add(key);
    }
    found.push(orbit);
  }
  return sortedPartition(found);
}

function notClosed(order: number): FailureError {
  return new FailureError(
    `order ${order}: a space-group operation maps a cluster within the cutoff onto one beyond it`,
    'the cutoff lies on a shell of neighbours, or the crystal is not symmetrised: change the cutoff slightly',
  );
}

function sortedPartition(found: { geometry: OrbitGeometry; keys: readonly string[] }[]): OrbitPartition {
  // Sizes are compared in steps well above rounding, so that the order does not depend on the last bit.
  const step = (size: number): number => Math.round(size * 1e5);
  const sorted = [...found].sort(
    (a, b) =>
      a.geometry.distinctSites - b.geometry.distinctSites || step(a.geometry.size) - step(b.geometry.size),
  );
  const orbitOf = new Map<string, number>();
  const imageOf = new Map<string, number>();
  sorted.forEach(({ keys }, orbit) => {
    keys.forEach((key, image) => {
      orbitOf.set(key, orbit);
      imageOf.set(key, image);
    });
  });
  return { orbits: sorted.map((o) => o.geometry), orbitOf, imageOf };
}

function orbitOfCluster(
  primitive: PrimitiveCrystal,
  clusters: ClusterList,
  c: number,
): { geometry: OrbitGeometry; keys: readonly string[] } {
  const n = clusters.order;
  const siteCount = primitive.crystal.species.length;
  const sites = clusters.sites.slice(c * n, (c + 1) * n);
  const cells = clusters.cells.slice(3 * c * n, 3 * (c + 1) * n);
  const representative = canonicalForm(sites, cells, 0, n, siteCount);
  const keys = new Set<string>();
  const imageOperation: number[] = [];
  const imageSites: number[] = [];
  const imageCells: number[] = [];
  const stabiliser: StabiliserElement[] = [];
  primitive.operations.forEach((operation, g) => {
    const image = imageOfTuple(operation, sites, cells);
    const form = canonicalForm(image.sites, image.cells, 0, n, siteCount);
    if (form.key === representative.key) {
      stabiliser.push({ operation: g, permutation: permutationOnto(form, representative) });
    }
    if (keys.has(form.key)) return;
    keys.add(form.key);
    imageOperation.push(g);
    imageSites.push(...image.sites);
    imageCells.push(...image.cells);
  });
  const images: ClusterImages = {
    count: keys.size,
    operation: Int32Array.from(imageOperation),
    sites: Int32Array.from(imageSites),
    cells: Int32Array.from(imageCells),
  };
  const repeats = repeatedSites(sites, cells);
  const geometry: OrbitGeometry = {
    sites,
    cells,
    size: clusters.sizes[c],
    distinctSites: repeats[n - 1] + 1,
    multiplicity: keys.size * orderings(repeats),
    stabiliser,
    images,
  };
  return { geometry, keys: [...keys] };
}

function permutationOnto(image: CanonicalForm, representative: CanonicalForm): Int32Array {
  const permutation = new Int32Array(image.order.length);
  for (let k = 0; k < permutation.length; k++) permutation[image.order[k]] = representative.order[k];
  return permutation;
}

/** [n] number of the distinct site at each position of a tuple in canonical order, where equal sites are neighbours: 0, 0, 1, … */
export function repeatedSites(sites: Int32Array, cells: Int32Array): Int32Array {
  const groups = new Int32Array(sites.length);
  for (let k = 1; k < sites.length; k++) {
    const same =
      sites[k] === sites[k - 1] && [0, 1, 2].every((x) => cells[3 * k + x] === cells[3 * (k - 1) + x]);
    groups[k] = groups[k - 1] + (same ? 0 : 1);
  }
  return groups;
}

/** Different orders in which the sites can be written: n! / Π mᵢ!. */
function orderings(groups: Int32Array): number {
  let count = 1;
  let run = 0;
  for (let k = 0; k < groups.length; k++) {
    run = k > 0 && groups[k] === groups[k - 1] ? run + 1 : 1;
    count = (count * (k + 1)) / run;
  }
  return count;
}
