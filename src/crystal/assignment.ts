import { inverse3, rowTimes3 } from '../numerics/matrix3.js';
import { cartesianPositions } from './geometry.js';
import { minimumImage, nearestNeighbourDistance, prepareImageSearch } from './minimum-image.js';
import { rarestSpecies } from './primitive.js';
import { twoOnOneSite } from './recognise.js';
import type { SiteSearch } from './site-search.js';
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

/** A trial assignment of atoms to sites. */
export interface Assignment {
  readonly order: Int32Array;
  /** [3·atoms] u in the structure's atom order, drift taken out. */
  readonly offsets: Float64Array;
  readonly drift: Float64Array;
}

/** Starts of the search for the drift: this many atoms of the rarest species, each on every site. */
const ATOMS_TRIED = 4;
const PASSES = 20;

/** Atom i on site i; offsets are taken relative to the first atom's, so that any uniform drift is allowed. */
export function assignInOrder(supercell: Supercell, structure: Structure): Assignment | undefined {
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
export function keepsItsSites(
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
export function assignInAnyOrder(
  supercell: Supercell,
  search: SiteSearch,
  structure: Structure,
  field: string,
): Assignment {
  let best: Assignment | undefined;
  let clash: readonly [number, number] = [0, 0];
  let smallest = Number.POSITIVE_INFINITY;
  // Displacements this small belong to no other drift but one by a lattice translation.
  const small = nearestNeighbourDistance(search.primitive.crystal) / 8;
  for (const start of driftCandidates(search, structure)) {
    const trial = iterateAssignment(supercell, search, structure, start);
    const twice = findClash(trial.order);
    if (twice !== undefined) {
      clash = best === undefined && clash[1] === 0 ? twice : clash;
      continue;
    }
    const cost = trial.offsets.reduce((sum, v) => sum + v * v, 0);
    if (trial.offsets.every((v) => Math.abs(v) < small)) return trial;
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
