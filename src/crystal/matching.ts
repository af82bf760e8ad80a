import { inputError } from '../errors.js';
import { determinant3, inverse3, rowTimes3 } from '../numerics/matrix3.js';
import { cartesianPositions, latticeLengths } from './geometry.js';
import { minimumImage, nearestNeighbourDistance, prepareImageSearch } from './minimum-image.js';
import { rarestSpecies } from './primitive.js';
import { refuseOtherComposition, twoOnOneSite } from './recognise.js';
import { matrixBetween, type SiteSearch, siteSearch } from './site-search.js';
import type { Supercell } from './types.js';

/** Atoms as a data file or a program gives them. */
export interface Structure {
  /** [9] rows are the lattice vectors, Å. */
  readonly lattice: Float64Array;
  /** [atoms] */
  readonly species: readonly string[];
  /** [3·atoms] Cartesian, Å, wrapped or not. */
  readonly positions: Float64Array;
}

export interface Matching {
  /** [3·atoms] u, Å, in the supercell's atom order; their mean over the atoms is zero. */
  readonly displacements: Float64Array;
  /** [atoms] from the structure's atom to the supercell's AtomIndex, one-to-one. */
  readonly order: Int32Array;
  /** The uniform shift taken out, Å: position = ideal position + drift + u, up to lattice translations. */
  readonly drift: readonly [number, number, number];
}

/** A trial assignment of atoms to sites. */
interface Assignment {
  readonly order: Int32Array;
  /** [3·atoms] u in the structure's atom order, drift taken out. */
  readonly offsets: Float64Array;
  readonly drift: Float64Array;
}

/** Displacements above this part of the nearest-neighbour distance are no vibration; healthy crystals near melting reach a third. */
const TOO_FAR = 0.75;
/** Starts of the search for the drift: this many atoms of the rarest species, each on every site. */
const ATOMS_TRIED = 4;
const PASSES = 20;

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

/** Atom i on site i; offsets are taken relative to the first atom's, so that any uniform drift is allowed. */
function assignInOrder(supercell: Supercell, structure: Structure): Assignment | undefined {
  const { crystal } = supercell;
  if (!structure.species.every((s, i) => s === crystal.species[i])) return undefined;
  const ideal = cartesianPositions(crystal);
  const images = prepareImageSearch(crystal.lattice);
  const offsets = structure.positions.map((v, i) => v - ideal[i]);
  const first = offsets.slice(0, 3);
  minimumImage(images, first);
  for (let i = 0; i < offsets.length; i += 3) {
    for (let k = 0; k < 3; k++) offsets[i + k] -= first[k];
    minimumImage(images, offsets, i);
  }
  const drift = subtractMean(offsets).map((v, k) => v + first[k]);
  return { order: Int32Array.from(structure.species, (_, i) => i), offsets, drift };
}

/** Takes the mean over the atoms out, in place, and returns it. */
function subtractMean(offsets: Float64Array): Float64Array {
  const atoms = offsets.length / 3;
  const mean = new Float64Array(3);
  for (let i = 0; i < offsets.length; i++) mean[i % 3] += offsets[i];
  for (let k = 0; k < 3; k++) mean[k] /= atoms;
  for (let i = 0; i < offsets.length; i++) offsets[i] -= mean[i % 3];
  return mean;
}

/** Whether every atom is nearer to its own site than to any other of its species. */
function keepsItsSites(
  supercell: Supercell,
  search: SiteSearch,
  assignment: Assignment,
  species: readonly string[],
): boolean {
  const { lattice, positions } = supercell.primitive.crystal;
  const inverse = inverse3(lattice);
  return species.every((s, i) => {
    const u = assignment.offsets.subarray(3 * i, 3 * i + 3);
    const home = supercell.siteOf[assignment.order[i]];
    const x = rowTimes3(u[0], u[1], u[2], inverse).map((v, k) => v + positions[3 * home + k]);
    const nearest = search.nearest(s, x)!;
    return nearest.site === home && nearest.cell.every((c) => c === 0);
  });
}

/**
 * Each atom on the nearest site of its species. The drift is sought from none and from those that put one of the first atoms of
 * the rarest species on a site; each start is iterated (assign, take the mean offset out) and the smallest sum of squares kept.
 */
function assignInAnyOrder(
  supercell: Supercell,
  search: SiteSearch,
  structure: Structure,
  field: string,
): Assignment {
  let best: Assignment | undefined;
  let clash: readonly [number, number] = [0, 0];
  let smallest = Number.POSITIVE_INFINITY;
  for (const start of driftCandidates(search, structure)) {
    const trial = iterateAssignment(supercell, search, structure, start);
    const twice = findClash(trial.order);
    if (twice !== undefined) {
      clash = best === undefined && clash[1] === 0 ? twice : clash;
      continue;
    }
    const cost = trial.offsets.reduce((sum, v) => sum + v * v, 0);
    // Equal but for rounding: the earlier start has the smaller drift.
    if (cost < smallest * (1 - 1e-9)) {
      smallest = cost;
      best = trial;
    }
  }
  if (best === undefined) throw twoOnOneSite(field, clash[0], clash[1], structure.species[clash[0]]);
  return best;
}

function driftCandidates(search: SiteSearch, structure: Structure): (readonly number[])[] {
  const { lattice, positions, species } = search.primitive.crystal;
  const inverse = inverse3(lattice);
  const images = prepareImageSearch(lattice);
  const rarest = rarestSpecies(structure.species);
  const atoms = structure.species.flatMap((s, i) => (s === rarest ? [i] : [])).slice(0, ATOMS_TRIED);
  const candidates: number[][] = [];
  for (const i of atoms) {
    const r = structure.positions;
    const x = rowTimes3(r[3 * i], r[3 * i + 1], r[3 * i + 2], inverse);
    for (let site = 0; site < species.length; site++) {
      if (species[site] !== rarest) continue;
      const d = Float64Array.from(
        rowTimes3(
          x[0] - positions[3 * site],
          x[1] - positions[3 * site + 1],
          x[2] - positions[3 * site + 2],
          lattice,
        ),
      );
      minimumImage(images, d);
      candidates.push([...d]);
    }
  }
  const length2 = (d: readonly number[]) => d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
  return [[0, 0, 0], ...candidates.sort((a, b) => length2(a) - length2(b))];
}

function iterateAssignment(
  supercell: Supercell,
  search: SiteSearch,
  structure: Structure,
  start: readonly number[],
): Assignment {
  let drift = Float64Array.from(start);
  for (let pass = 0; ; pass++) {
    const { order, offsets } = assignNearest(supercell, search, structure, drift);
    const mean = subtractMean(offsets);
    drift = drift.map((v, k) => v + mean[k]);
    if (pass === PASSES || Math.sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]) < 1e-12) {
      return { order, offsets, drift };
    }
  }
}

function assignNearest(
  supercell: Supercell,
  search: SiteSearch,
  structure: Structure,
  drift: Float64Array,
): Omit<Assignment, 'drift'> {
  const inverse = inverse3(supercell.primitive.crystal.lattice);
  const r = structure.positions;
  const order = new Int32Array(structure.species.length);
  const offsets = new Float64Array(r.length);
  for (const [i, species] of structure.species.entries()) {
    const x = rowTimes3(r[3 * i] - drift[0], r[3 * i + 1] - drift[1], r[3 * i + 2] - drift[2], inverse);
    const { site, cell, displacement } = search.nearest(species, x)!;
    order[i] = supercell.atomAt(site, cell[0], cell[1], cell[2]);
    offsets.set(displacement, 3 * i);
  }
  return { order, offsets };
}

function findClash(order: Int32Array): readonly [number, number] | undefined {
  const owner = new Map<number, number>();
  for (const [i, atom] of order.entries()) {
    const other = owner.get(atom);
    if (other !== undefined) return [other, i];
    owner.set(atom, i);
  }
  return undefined;
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
