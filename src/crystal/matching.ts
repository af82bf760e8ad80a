import { inputError } from '../errors.js';
import { determinant3 } from '../numerics/matrix3.js';
import {
  type Assignment,
  assignInAnyOrder,
  assignInOrder,
  keepsItsSites,
  type Structure,
} from './assignment.js';
import { latticeLengths } from './geometry.js';
import { minimumImage, nearestNeighbourDistance, prepareImageSearch } from './minimum-image.js';
import { refuseOtherComposition } from './recognise.js';
import { matrixBetween, type SiteSearch, siteSearch } from './site-search.js';
import type { Supercell } from './types.js';

export type { Structure } from './assignment.js';

export interface Matching {
  /** [3·atoms] u, Å, in the supercell's atom order; their mean over the atoms is zero. */
  readonly displacements: Float64Array;
  /** [atoms] from the structure's atom to the supercell's AtomIndex, one-to-one. */
  readonly order: Int32Array;
  /** The uniform shift taken out, Å: position = ideal position + drift + u, up to lattice translations. */
  readonly drift: readonly [number, number, number];
}

/** Displacements above this part of the nearest-neighbour distance are no vibration; healthy crystals near melting reach a third. */
const TOO_FAR = 0.75;
/**
 * Displacements of a structure from the ideal supercell: each atom belongs to the nearest site of its species, in any atom order,
 * wrapped or not; a uniform drift is taken out. The structure's own order is kept where every atom is nearest to its own site.
 * @param field what an error names, e.g. `data.xyz frame 12`
 * @throws InputError for another lattice, other species or numbers, or two atoms on one site
 */
export function displacementsFrom(supercell: Supercell, structure: Structure, field = 'structure'): Matching {
  const { species } = supercell.primitive.crystal;
  refuseOtherLattice(supercell.crystal.lattice, structure.lattice, field);
  refuseOtherComposition(species, structure.species, supercell.siteOf.length / species.length, field);
  refuseNotFinite(structure, field);
  const search = siteSearch(supercell.primitive);
  const inOrder = assignInOrder(supercell, structure);
  const kept = inOrder !== undefined && keepsItsSites(supercell, search, inOrder, structure.species);
  const assignment = kept ? inOrder : assignInAnyOrder(supercell, search, structure, field);
  return matchingOf(supercell, search, assignment, field);
}

function refuseOtherLattice(ideal: Float64Array, lattice: Float64Array, field: string): void {
  const { matrix, misfit } = matrixBetween(lattice, ideal);
  const allowed = 1e-3 + 1e-4 * Math.max(...latticeLengths(ideal));
  if (Math.abs(determinant3(matrix)) === 1 && misfit <= allowed) return;
  const rows = (l: Float64Array) => `[${[...l].map((v) => Number(v.toFixed(4))).join(' ')}]`;
  throw inputError({
    field,
    message: 'its lattice is not that of the supercell',
    got: rows(lattice),
    expected: `${rows(ideal)} to ${allowed.toFixed(4)} Å`,
    hint: 'all structures share the fixed lattice of the ideal supercell: is it the right supercell, at the same lattice constants?',
  });
}

function refuseNotFinite(structure: Structure, field: string): void {
  const bad = structure.positions.findIndex((v) => !Number.isFinite(v));
  if (bad < 0 && structure.positions.length === 3 * structure.species.length) return;
  throw inputError({
    field,
    message:
      bad < 0
        ? 'positions and species differ in number'
        : `the position of atom ${Math.floor(bad / 3) + 1} is not finite`,
    got: bad < 0 ? `${structure.positions.length} coordinates` : String(structure.positions[bad]),
    expected: `${3 * structure.species.length} finite coordinates`,
  });
}

function matchingOf(
  supercell: Supercell,
  search: SiteSearch,
  assignment: Assignment,
  field: string,
): Matching {
  const { order, offsets, drift } = assignment;
  const displacements = new Float64Array(offsets.length);
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < order.length; i++) {
    const u = offsets.subarray(3 * i, 3 * i + 3);
    displacements.set(u, 3 * order[i]);
    const length = Math.sqrt(u[0] * u[0] + u[1] * u[1] + u[2] * u[2]);
    if (length > largest) {
      largest = length;
      worst = i;
    }
  }
  const bond = nearestNeighbourDistance(search.primitive.crystal);
  if (largest > TOO_FAR * bond) throw tooFar(field, worst, largest, bond);
  const wrapped = Float64Array.from(drift);
  minimumImage(prepareImageSearch(supercell.crystal.lattice), wrapped);
  return { displacements, order, drift: [wrapped[0], wrapped[1], wrapped[2]] };
}

function tooFar(field: string, atom: number, distance: number, bond: number): Error {
  return inputError({
    field,
    message: `atom ${atom + 1} is far from every site of its species`,
    got: `${distance.toFixed(3)} Å`,
    expected: `at most ${(TOO_FAR * bond).toFixed(3)} Å (${TOO_FAR} of the nearest-neighbour distance)`,
    hint: 'the structure has left the crystal (diffusion, melting, a blow-up), or belongs to another crystal',
  });
}
