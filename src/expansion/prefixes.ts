import type { PrimitiveCrystal } from '../crystal/types.js';
import type { ClusterList } from './clusters.js';
import { canonicalForm } from './latticeSites.js';
import { imageOfTuple } from './orbits.js';

/**
 * n−1 sites of clusters of order n, and all sites that complete them to a cluster: the terms of one acoustic sum
 * rule, Σ_j Φ^{prefix, j} = 0. One representative for each orbit of the space group.
 */
export interface Prefix {
  /** [n−1] in canonical order */
  readonly sites: Int32Array;
  /** [3·(n−1)] */
  readonly cells: Int32Array;
  readonly completions: readonly Completion[];
}

export interface Completion {
  readonly site: number;
  readonly cell: readonly [number, number, number];
}

/** All prefixes, those too that occur only inside clusters of another shape. */
export function prefixes(primitive: PrimitiveCrystal, clusters: ClusterList): readonly Prefix[] {
  const all = allPrefixes(clusters, primitive.crystal.species.length);
  const seen = new Set<string>();
  const representatives: Prefix[] = [];
  for (const [key, prefix] of all) {
    if (seen.has(key)) continue;
    representatives.push(prefix);
    for (const operation of primitive.operations) {
      const image = imageOfTuple(operation, prefix.sites, prefix.cells);
      seen.add(
        canonicalForm(image.sites, image.cells, 0, clusters.order - 1, primitive.crystal.species.length).key,
      );
    }
  }
  return representatives;
}

interface GrowingPrefix extends Prefix {
  readonly completions: Completion[];
}

/** Leaves out each distinct site of each cluster in turn: every prefix with every completion, each exactly once. */
function allPrefixes(clusters: ClusterList, siteCount: number): ReadonlyMap<string, Prefix> {
  const n = clusters.order;
  const found = new Map<string, GrowingPrefix>();
  for (let c = 0; c < clusters.count; c++) {
    const sites = clusters.sites.subarray(c * n, (c + 1) * n);
    const cells = clusters.cells.subarray(3 * c * n, 3 * (c + 1) * n);
    for (let left = 0; left < n; left++) {
      if (left > 0 && sameSite(sites, cells, left - 1, left)) continue;
      const restSites = sites.filter((_, k) => k !== left);
      const restCells = cells.filter((_, k) => Math.floor(k / 3) !== left);
      const form = canonicalForm(restSites, restCells, 0, n - 1, siteCount);
      // A cluster is sorted, and so is what is left of it: only the origin moves.
      const origin = form.origin;
      let prefix = found.get(form.key);
      if (prefix === undefined) {
        prefix = { sites: restSites, cells: restCells.map((x, k) => x - origin[k % 3]), completions: [] };
        found.set(form.key, prefix);
      }
      const at = 3 * left;
      prefix.completions.push({
        site: sites[left],
        cell: [cells[at] - origin[0], cells[at + 1] - origin[1], cells[at + 2] - origin[2]],
      });
    }
  }
  return found;
}

function sameSite(sites: Int32Array, cells: Int32Array, i: number, j: number): boolean {
  if (sites[i] !== sites[j]) return false;
  for (let x = 0; x < 3; x++) if (cells[3 * i + x] !== cells[3 * j + x]) return false;
  return true;
}
