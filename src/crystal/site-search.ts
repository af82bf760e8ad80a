import { inverse3, largestDifference, multiply3, rowTimes3 } from '../numerics/matrix3.js';
import { minimumImage, prepareImageSearch } from './minimum-image.js';
import type { PrimitiveCrystal } from './types.js';

/** The site of the infinite crystal nearest to a position. */
export interface NearestSite {
  readonly site: number;
  /** Its primitive cell. */
  readonly cell: readonly [number, number, number];
  /** Å */
  readonly distance: number;
  /** Position minus site, Cartesian, Å. */
  readonly displacement: Float64Array;
}

export interface SiteSearch {
  readonly primitive: PrimitiveCrystal;
  /** Nearest site of a species to a position in fractional coordinates of the primitive lattice; undefined without such a species. */
  nearest(species: string | undefined, x: readonly number[]): NearestSite | undefined;
}

/** Exact search for nearest sites, over all periodic images. */
export function siteSearch(primitive: PrimitiveCrystal): SiteSearch {
  const { lattice, positions, species: symbols } = primitive.crystal;
  const images = prepareImageSearch(lattice);
  const nearest: SiteSearch['nearest'] = (species, x) => {
    let best: NearestSite | undefined;
    for (let site = 0; site < symbols.length; site++) {
      if (species !== undefined && symbols[site] !== species) continue;
      const d = Float64Array.from(
        rowTimes3(
          x[0] - positions[3 * site],
          x[1] - positions[3 * site + 1],
          x[2] - positions[3 * site + 2],
          lattice,
        ),
      );
      const cell = minimumImage(images, d);
      const distance = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
      if (best === undefined || distance < best.distance) best = { site, cell, distance, displacement: d };
    }
    return best;
  };
  return { primitive, nearest };
}

/** The integer matrix M nearest to `lattice` · `primitive`⁻¹ and how far (Å) M · primitive misses the lattice. */
export function matrixBetween(
  lattice: Float64Array,
  primitive: Float64Array,
): { readonly matrix: Int32Array; readonly misfit: number } {
  const matrix = Int32Array.from(multiply3(lattice, inverse3(primitive)), (v) => Math.round(v));
  return { matrix, misfit: largestDifference(multiply3(matrix, primitive), lattice) };
}
