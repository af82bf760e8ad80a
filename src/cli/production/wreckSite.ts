import { minimumImage, prepareImageSearch } from '../../crystal/minimum-image.js';
import type { TrajectoryEnd } from '../../md/run.js';
import type { Production } from './runner.js';

/** Where a trajectory broke: the atom that is farthest from its site, and the bond to a neighbour that is longest or shortest. */
export interface WreckSite {
  readonly step: number;
  /** ps */
  readonly time: number;
  readonly cause: string;
  readonly atom?: number;
  readonly species?: string;
  /** The bond to a nearest neighbour that has changed most, lengths in Å; absent where numbers are not finite. */
  readonly bond?: { readonly to: number; readonly ideal: number; readonly length: number };
}

/** Neighbours up to this factor beyond the nearest are bonds. */
const BOND = 1.15;

export function wreckSite(run: Production, end: NonNullable<TrajectoryEnd>): WreckSite {
  const { step, wreck } = end;
  const at = { step, time: (step * run.integrator.timestep) / 1e3, cause: wreck.cause };
  const { atom } = wreck;
  if (atom === undefined) return at;
  return { ...at, atom, species: run.species[atom], bond: worstBond(run, atom) };
}

function worstBond(run: Production, atom: number): WreckSite['bond'] {
  const { sites, state, masses } = run;
  const search = prepareImageSearch(run.lattice);
  const vector = new Float64Array(3);
  let worst: WreckSite['bond'];
  for (let other = 0; other < masses.length; other++) {
    if (other === atom) continue;
    for (let a = 0; a < 3; a++) vector[a] = sites[3 * other + a] - sites[3 * atom + a];
    minimumImage(search, vector);
    const ideal = Math.hypot(...vector);
    if (ideal > BOND * run.nearestNeighbour) continue;
    for (let a = 0; a < 3; a++)
      vector[a] += state.displacements[3 * other + a] - state.displacements[3 * atom + a];
    const length = Math.hypot(...vector);
    if (!Number.isFinite(length)) continue;
    if (worst === undefined || Math.abs(length - ideal) > Math.abs(worst.length - worst.ideal))
      worst = { to: other, ideal, length };
  }
  return worst;
}

/** E.g. `after 3.120 ps, atom 17 (Ar): its bond to atom 41 is 5.31 Å long instead of 3.76 Å`. */
export function describeWreckSite({ time, atom, species, bond }: WreckSite): string {
  if (atom === undefined) return `after ${time.toFixed(3)} ps`;
  const length =
    bond === undefined
      ? ''
      : `: its bond to atom ${bond.to} is ${bond.length.toFixed(2)} Å long instead of ${bond.ideal.toFixed(2)} Å`;
  return `after ${time.toFixed(3)} ps, atom ${atom} (${species})${length}`;
}
