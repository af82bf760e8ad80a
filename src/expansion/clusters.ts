import type { Crystal } from '../crystal/structure.js';
import type { ClusterLimits } from './cutoffs.js';
import { laterNeighbours, type Neighbours } from './neighbours.js';

/** Clusters of one order modulo lattice translations, each in its canonical form (sorted, first site in cell 0). */
export interface ClusterList {
  readonly order: number;
  readonly count: number;
  /** [count·order] */
  readonly sites: Int32Array;
  /** [3·count·order] */
  readonly cells: Int32Array;
  /** [count] largest distance between two sites, Å. */
  readonly sizes: Float64Array;
}

/**
 * All multisets of n sites with all pairs within their cutoff. Each is met once: sites are added in their order, and
 * the first one is in cell 0.
 */
export function enumerateClusters(crystal: Crystal, limits: ClusterLimits): ClusterList {
  const sites: number[] = [];
  const cells: number[] = [];
  const sizes: number[] = [];
  for (let site = 0; site < crystal.species.length; site++) {
    const neighbours = laterNeighbours(crystal, limits, site);
    visitMultisets(neighbours, limits, (chosen, size) => {
      for (const e of chosen) {
        sites.push(neighbours.sites[e]);
        cells.push(neighbours.cells[3 * e], neighbours.cells[3 * e + 1], neighbours.cells[3 * e + 2]);
      }
      sizes.push(size);
    });
  }
  return {
    order: limits.order,
    count: sizes.length,
    sites: Int32Array.from(sites),
    cells: Int32Array.from(cells),
    sizes: Float64Array.from(sizes),
  };
}

/**
 * Visits every non-decreasing n-tuple of entries that starts with the central site (entry 0), with its size in Å.
 * `visit` returning `false` ends the walk.
 */
export function visitMultisets(
  neighbours: Neighbours,
  limits: ClusterLimits,
  visit: (chosen: Int32Array, size: number) => unknown,
): boolean {
  const { count, distances } = neighbours;
  const n = limits.order;
  const chosen = new Int32Array(n);
  const extend = (depth: number, size: number, distinct: number): boolean => {
    if (depth === n) return visit(chosen, size) !== false;
    const last = chosen[depth - 1];
    if (!step(depth, last, size, distinct)) return false;
    if (distinct === limits.maximumSites) return true;
    for (let e = last + 1; e < count; e++) {
      let largest = size;
      for (let k = 0; k < depth && largest >= 0; k++) {
        const d = distances[chosen[k] * count + e];
        largest = d < 0 ? -1 : Math.max(largest, d);
      }
      if (largest >= 0 && !step(depth, e, largest, distinct + 1)) return false;
    }
    return true;
  };
  const step = (depth: number, entry: number, size: number, distinct: number): boolean => {
    chosen[depth] = entry;
    return extend(depth + 1, size, distinct);
  };
  return step(0, 0, 0, 1);
}
