import { minimumImage, prepareImageSearch } from '../../crystal/minimum-image.js';
import type { ReferenceStructure } from '../types.js';

/** Positions may come back rounded (ASE writes eight decimals) and in another periodic image, Å. */
const SAME_PLACE = 1e-3;

/** The first difference between the atoms that were asked for and those that came back; undefined where there is none. */
export function differenceOf(found: ReferenceStructure, asked: ReferenceStructure): string | undefined {
  const atoms = asked.species.length;
  if (found.species.length !== atoms) return `${found.species.length} atoms instead of ${atoms}`;
  if (found.lattice.some((x, i) => Math.abs(x - asked.lattice[i]) > SAME_PLACE)) return 'another lattice';
  const images = prepareImageSearch(asked.lattice);
  for (let i = 0; i < atoms; i++) {
    if (found.species[i] !== asked.species[i]) {
      return `atom ${i + 1} is ${found.species[i]} instead of ${asked.species[i]}`;
    }
    const d = Float64Array.from([0, 1, 2], (c) => found.positions[3 * i + c] - asked.positions[3 * i + c]);
    minimumImage(images, d);
    const distance = Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    // The negation catches NaN too.
    if (!(distance <= SAME_PLACE)) return `atom ${i + 1} is ${distance.toFixed(3)} Å from where it was put`;
  }
  return undefined;
}
