import { type InputError, inputError } from '../errors.js';
import { cosetIndex, hermiteNormalForm } from '../numerics/integer-lattice.js';
import { determinant3, rowTimes3 } from '../numerics/matrix3.js';
import { latticeLengths, volume } from './geometry.js';
import { matrixBetween, type NearestSite, type SiteSearch, siteSearch } from './site-search.js';
import type { Crystal } from './structure.js';
import { assembleSupercell } from './supercell-assembly.js';
import type { PrimitiveCrystal, Supercell } from './types.js';

/** How a cell's atoms sit on the sites of an infinite crystal. */
export interface Occupation {
  /** [9] integers: cell lattice = matrix · primitive lattice. */
  readonly matrix: Int32Array;
  readonly siteOf: Int32Array;
  readonly cellOf: Int32Array;
}

/** How far (Å) an atom of an ideal supercell may lie from its site. */
export const DEFAULT_TOLERANCE = 0.01;

/**
 * Finds the matrix and the site of each atom of an ideal supercell, keeping its atom order and its choice of periodic images.
 * @param tolerance largest distance of an atom from its site, Å
 * @param field what an error names
 * @throws InputError for a cell that is no supercell of the crystal, naming the worst atom and its distance from a site
 */
export function recogniseSupercell(
  primitive: PrimitiveCrystal,
  ideal: Crystal,
  tolerance: number = DEFAULT_TOLERANCE,
  field = 'supercell',
): Supercell {
  const { matrix, siteOf, cellOf } = occupationOf(siteSearch(primitive), ideal, tolerance, field);
  return assembleSupercell(primitive, matrix, siteOf, cellOf);
}

/** @throws InputError as `recogniseSupercell` does */
export function occupationOf(
  search: SiteSearch,
  cell: Crystal,
  tolerance: number,
  field: string,
): Occupation {
  const matrix = wholeMultiple(search.primitive.crystal.lattice, cell.lattice, tolerance, field);
  refuseOtherComposition(
    search.primitive.crystal.species,
    cell.species,
    Math.abs(determinant3(matrix)),
    field,
  );
  const nearest = cell.species.map((species, i) => {
    const x = rowTimes3(cell.positions[3 * i], cell.positions[3 * i + 1], cell.positions[3 * i + 2], matrix);
    return search.nearest(species, x)!;
  });
  refuseOffSite(search, cell, matrix, nearest, tolerance, field);
  return {
    matrix,
    siteOf: Int32Array.from(nearest, (n) => n.site),
    cellOf: Int32Array.from(nearest.flatMap((n) => n.cell)),
  };
}

/**
 * The integer matrix M with `lattice` = M · `primitive`.
 * @throws InputError where there is none within the tolerance (Å)
 */
export function wholeMultiple(
  primitive: Float64Array,
  lattice: Float64Array,
  tolerance: number,
  field: string,
): Int32Array {
  const { matrix, misfit } = matrixBetween(lattice, primitive);
  const allowed = tolerance + 2e-4 * Math.max(...latticeLengths(lattice));
  if (determinant3(matrix) !== 0 && misfit <= allowed) return matrix;
  const ratio = volume(lattice) / volume(primitive);
  const sameVolume = Math.abs(ratio - Math.round(ratio)) < 1e-3 * ratio && Math.round(ratio) > 0;
  throw inputError({
    field,
    message: 'its lattice vectors are not whole combinations of the primitive lattice of the crystal',
    got: `vectors of ${lengths(lattice)} Å, ${ratio.toFixed(3)} primitive cells, off by ${misfit.toFixed(3)} Å`,
    expected: `combinations of the primitive vectors of ${lengths(primitive)} Å, to ${allowed.toFixed(3)} Å`,
    hint: sameVolume
      ? 'the volume fits: use the same Cartesian axes for the crystal and the supercell'
      : 'the crystal and the supercell must have the same lattice constants: build the supercell from this crystal',
  });
}

function lengths(lattice: Float64Array): string {
  return latticeLengths(lattice)
    .map((l) => l.toFixed(4))
    .join(', ');
}

export function refuseOtherComposition(
  primitive: readonly string[],
  species: readonly string[],
  cells: number,
  field: string,
): void {
  const expected = countSpecies(primitive, cells);
  const got = countSpecies(species, 1);
  if (expected === got) return;
  throw inputError({
    field,
    message: 'it does not hold the atoms of the crystal',
    got,
    expected: `${expected} (${cells} primitive cells)`,
    hint: 'species or number of atoms differ: is it the same crystal, without vacancies or substitutions?',
  });
}

function countSpecies(species: readonly string[], factor: number): string {
  const counts = new Map<string, number>();
  for (const s of species) counts.set(s, (counts.get(s) ?? 0) + factor);
  return [...counts]
    .sort((a, b) => (a[0] < b[0] ? -1 : 1))
    .map(([s, n]) => `${n} ${s}`)
    .join(', ');
}

function refuseOffSite(
  search: SiteSearch,
  cell: Crystal,
  matrix: Int32Array,
  nearest: readonly NearestSite[],
  tolerance: number,
  field: string,
): void {
  const worst = nearest.reduce((w, n, i) => (n.distance > nearest[w].distance ? i : w), 0);
  if (nearest[worst].distance > tolerance) {
    throw inputError({
      field,
      message: `atom ${worst + 1} (${cell.species[worst]}) is on no site of the crystal`,
      got: `${nearest[worst].distance.toFixed(3)} Å from the nearest ${cell.species[worst]} site`,
      expected: `at most ${tolerance} Å for every atom`,
      hint: offSiteHint(search, cell, matrix, worst),
    });
  }
  refuseTwoOnOneSite(matrix, nearest, cell.species, field);
}

/** @throws InputError when two atoms have taken the same site of the supercell. */
function refuseTwoOnOneSite(
  matrix: Int32Array,
  nearest: readonly NearestSite[],
  species: readonly string[],
  field: string,
): void {
  const hermite = hermiteNormalForm(matrix);
  const taken = new Map<string, number>();
  for (const [i, { site, cell }] of nearest.entries()) {
    const key = `${site}:${cosetIndex(hermite, cell[0], cell[1], cell[2])}`;
    const other = taken.get(key);
    if (other !== undefined) throw twoOnOneSite(field, other, i, species[i]);
    taken.set(key, i);
  }
}

export function twoOnOneSite(field: string, first: number, second: number, species: string): InputError {
  return inputError({
    field,
    message: `atoms ${first + 1} and ${second + 1} (${species}) lie on one site of the crystal`,
    expected: 'one atom on each site',
    hint: 'the structure has left the crystal (diffusion, melting, a blow-up), or belongs to another crystal',
  });
}

/** What the mismatch looks like: a shifted origin, another species on the site, or another crystal. */
function offSiteHint(search: SiteSearch, cell: Crystal, matrix: Int32Array, worst: number): string {
  const at = (i: number) =>
    rowTimes3(cell.positions[3 * i], cell.positions[3 * i + 1], cell.positions[3 * i + 2], matrix);
  const other = search.nearest(undefined, at(worst))!;
  if (other.distance < 0.1)
    return `the site there belongs to ${search.primitive.crystal.species[other.site]}: are species exchanged?`;
  const shift = originShift(search, cell, at);
  if (shift === undefined) return 'is it the ideal supercell (no displacements) of the same crystal?';
  return `the origin differs: shift the atoms by (${shift.map((v) => v.toFixed(4)).join(', ')}) Å`;
}

/** A uniform Cartesian shift (Å) that brings all atoms onto sites, if there is one. */
function originShift(search: SiteSearch, cell: Crystal, at: (i: number) => number[]): number[] | undefined {
  const { lattice, positions, species } = search.primitive.crystal;
  for (let site = 0; site < species.length; site++) {
    if (species[site] !== cell.species[0]) continue;
    const shift = at(0).map((v, k) => positions[3 * site + k] - v);
    const wrapped = shift.map((v) => v - Math.round(v));
    const all = cell.species.every(
      (s, i) =>
        search.nearest(
          s,
          at(i).map((v, k) => v + wrapped[k]),
        )!.distance < 0.02,
    );
    if (all) return rowTimes3(wrapped[0], wrapped[1], wrapped[2], lattice);
  }
  return undefined;
}
