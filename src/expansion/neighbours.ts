import type { Crystal } from '../crystal/structure.js';
import type { ClusterLimits } from './cutoffs.js';
import { siteCode } from './latticeSites.js';

/** A pair counts as within its cutoff up to this excess, Å. */
export const CUTOFF_TOLERANCE = 1e-5;
/** A cutoff nearer to a shell than this is warned about, Å. */
const SHELL_WARNING = 1e-3;

/** The central site of cell 0 (entry 0) and the neighbours that follow it in the order of sites, ascending. */
export interface Neighbours {
  readonly count: number;
  /** [count] */
  readonly sites: Int32Array;
  /** [3·count] */
  readonly cells: Int32Array;
  /** [count·count] distance of each pair, Å; −1 where it exceeds its cutoff. */
  readonly distances: Float64Array;
}

interface Neighbour {
  readonly site: number;
  readonly cell: readonly [number, number, number];
  readonly vector: readonly [number, number, number];
  readonly distance: number;
}

/** Neighbours of `site` that come after it in the order of sites. */
export function laterNeighbours(crystal: Crystal, limits: ClusterLimits, site: number): Neighbours {
  const siteCount = crystal.species.length;
  const start = siteCode(site, 0, 0, 0, siteCount);
  const found = neighboursWithin(crystal, limits, site, CUTOFF_TOLERANCE).map((n) => ({
    ...n,
    code: siteCode(n.site, ...n.cell, siteCount),
  }));
  const later = found.filter((n) => n.code >= start);
  later.sort((a, b) => a.code - b.code);
  const count = later.length;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const d = distanceBetween(later[i], later[j]);
      const cutoff = limits.pairCutoff[later[i].site * siteCount + later[j].site];
      distances[i * count + j] = d <= cutoff + CUTOFF_TOLERANCE ? d : -1;
      distances[j * count + i] = distances[i * count + j];
    }
  }
  return {
    count,
    sites: Int32Array.from(later, (n) => n.site),
    cells: Int32Array.from(later.flatMap((n) => n.cell)),
    distances,
  };
}

/** Warnings about cutoffs of this order that lie on a shell, so that rounding or a slight strain decides what is kept. */
export function shellWarnings(crystal: Crystal, limits: ClusterLimits): readonly string[] {
  const seen = new Set<string>();
  const siteCount = crystal.species.length;
  for (let site = 0; site < siteCount; site++) {
    for (const n of neighboursWithin(crystal, limits, site, SHELL_WARNING)) {
      const cutoff = limits.pairCutoff[site * siteCount + n.site];
      if (Math.abs(n.distance - cutoff) > SHELL_WARNING) continue;
      const side = n.distance <= cutoff + CUTOFF_TOLERANCE ? 'kept' : 'left out';
      seen.add(
        `order ${limits.order}: the cutoff ${cutoff} Å lies on a shell of neighbours at ${n.distance.toFixed(5)} Å (${side}); move it by more than ${SHELL_WARNING} Å`,
      );
    }
  }
  return [...seen].sort();
}

/** Pairs of sites within their cutoff plus `excess` (Å), the site itself included. */
function neighboursWithin(
  crystal: Crystal,
  limits: ClusterLimits,
  site: number,
  excess: number,
): Neighbour[] {
  const { lattice: l, positions: f } = crystal;
  const siteCount = crystal.species.length;
  const reach = limits.largest + excess;
  const inverse = inverseLengths(l);
  const found: Neighbour[] = [];
  for (let other = 0; other < siteCount; other++) {
    const shift = [0, 1, 2].map((x) => f[3 * other + x] - f[3 * site + x]);
    const low = shift.map((s, x) => Math.ceil(-reach * inverse[x] - s - 1e-9));
    const high = shift.map((s, x) => Math.floor(reach * inverse[x] - s + 1e-9));
    const longest = limits.pairCutoff[site * siteCount + other] + excess;
    for (let a = low[0]; a <= high[0]; a++) {
      for (let b = low[1]; b <= high[1]; b++) {
        for (let c = low[2]; c <= high[2]; c++) {
          const [x, y, z] = [shift[0] + a, shift[1] + b, shift[2] + c];
          const vector = [0, 1, 2].map((k) => x * l[k] + y * l[3 + k] + z * l[6 + k]) as [
            number,
            number,
            number,
          ];
          const distance = length(vector);
          if (distance <= longest) found.push({ site: other, cell: [a, b, c], vector, distance });
        }
      }
    }
  }
  return found;
}

/** Inverse spacing of the lattice planes along each lattice vector, 1/Å: lengths of the reciprocal vectors. */
function inverseLengths(l: Float64Array): readonly number[] {
  const volume = Math.abs(dot(row(l, 0), cross(row(l, 1), row(l, 2))));
  return [0, 1, 2].map((k) => length(cross(row(l, (k + 1) % 3), row(l, (k + 2) % 3))) / volume);
}

type Vector = readonly [number, number, number];

function row(l: Float64Array, k: number): Vector {
  return [l[3 * k], l[3 * k + 1], l[3 * k + 2]];
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function length(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

function distanceBetween(a: Neighbour, b: Neighbour): number {
  const d: Vector = [a.vector[0] - b.vector[0], a.vector[1] - b.vector[1], a.vector[2] - b.vector[2]];
  return length(d);
}
