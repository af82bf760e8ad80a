import { FailureError } from '../errors.js';
import { hermiteNormalForm } from '../numerics/integer-lattice.js';
import { adjugate3, determinant3, multiply3, rowsTimes3 } from '../numerics/matrix3.js';
import { cellOfCoordinate, latticeLengths, minkowskiReduction, volume } from './geometry.js';
import type { Crystal } from './structure.js';

/**
 * [3·m] the translations (fractional, the zero first) that map the crystal onto itself within `tolerance` (Å).
 * They are found here and not by the symmetry library because its time grows with the square of all operations:
 * minutes for a supercell of some hundred atoms given as the crystal.
 */
export function pureTranslations(crystal: Crystal, tolerance: number): Float64Array {
  const { positions: x, species } = crystal;
  const rarest = rarestSpecies(species);
  const origin = species.indexOf(rarest);
  const locate = siteLocator(crystal, tolerance);
  const translations: number[] = [0, 0, 0];
  for (let j = origin + 1; j < species.length; j++) {
    if (species[j] !== rarest) continue;
    const t = [0, 1, 2].map((k) => x[3 * j + k] - x[3 * origin + k]);
    const maps = species.every((s, i) => {
      const image = locate(x[3 * i] + t[0], x[3 * i + 1] + t[1], x[3 * i + 2] + t[2]);
      return image >= 0 && species[image] === s;
    });
    if (maps) translations.push(...t);
  }
  return Float64Array.from(translations);
}

export function rarestSpecies(species: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const s of species) counts.set(s, (counts.get(s) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] < a[1] ? b : a))[0];
}

/** A function that finds the atom within `tolerance` (Å, far below atomic distances) of a fractional position, or −1. */
function siteLocator(crystal: Crystal, tolerance: number): (a: number, b: number, c: number) => number {
  const { lattice, positions } = crystal;
  const atoms = crystal.species.length;
  const bins = latticeLengths(lattice).map((l) => Math.max(1, Math.floor(l / 2)));
  const margin = heights(lattice).map((h) => tolerance / h);
  const table = new Map<number, number[]>();
  const key = (i: readonly number[]) =>
    (modulo(i[0], bins[0]) * bins[1] + modulo(i[1], bins[1])) * bins[2] + modulo(i[2], bins[2]);
  for (let i = 0; i < atoms; i++) {
    const k = key(bins.map((n, axis) => Math.floor(positions[3 * i + axis] * n)));
    table.set(k, [...(table.get(k) ?? []), i]);
  }
  return (...x) => {
    const from = bins.map((n, k) => Math.floor((x[k] - margin[k]) * n));
    const to = bins.map((n, k) => Math.floor((x[k] + margin[k]) * n));
    for (let i = from[0]; i <= to[0]; i++) {
      for (let j = from[1]; j <= to[1]; j++) {
        for (let k = from[2]; k <= to[2]; k++) {
          for (const atom of table.get(key([i, j, k])) ?? []) {
            if (shortDistance(lattice, positions, atom, x) <= tolerance) return atom;
          }
        }
      }
    }
    return -1;
  };
}

/** Distance (Å) of a fractional position to the image of an atom nearest to it by components: exact when it is short. */
function shortDistance(
  lattice: Float64Array,
  positions: Float64Array,
  atom: number,
  x: readonly number[],
): number {
  const d = [0, 1, 2].map((k) => x[k] - positions[3 * atom + k]).map((v) => v - Math.round(v));
  const r = rowsTimes3(d, lattice);
  return Math.sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
}

function heights(lattice: Float64Array): number[] {
  const a = adjugate3(lattice);
  const v = volume(lattice);
  return [0, 1, 2].map((k) => v / Math.sqrt(a[k] * a[k] + a[3 + k] * a[3 + k] + a[6 + k] * a[6 + k]));
}

function modulo(i: number, n: number): number {
  return i - Math.floor(i / n) * n;
}

/**
 * The primitive cell that the pure `translations` ([3·m], fractional, a group with the lattice) make of a crystal, in the same
 * Cartesian frame. Sites are in the order of the crystal's first atom on each, averaged over the translations.
 */
export function reduceToPrimitive(crystal: Crystal, translations: Float64Array): Crystal {
  const count = translations.length / 3;
  const basis = primitiveCombination(crystal.lattice, translations);
  const lattice = multiply3(basis, crystal.lattice).map((v) => v / count);
  const toPrimitive = adjugate3(basis).map((v) => (v * count) / determinant3(basis));
  return { lattice, ...averagedSites(crystal, rowsTimes3(crystal.positions, toPrimitive), lattice, count) };
}

/** [9] integers B: rows of B · L / m are a reduced right-handed basis of the lattice that L and the translations generate. */
function primitiveCombination(lattice: Float64Array, translations: Float64Array): Float64Array {
  const count = translations.length / 3;
  const rows = [count, 0, 0, 0, count, 0, 0, 0, count, ...translations.map((t) => Math.round(t * count))];
  const generated = Float64Array.from(hermiteNormalForm(rows));
  if (determinant3(generated) !== count * count) {
    throw new FailureError(
      `The ${count} translations found in the crystal are not a group with its lattice`,
      'the positions are between two symmetries: choose a smaller or a larger symmetry tolerance, or relax the crystal',
    );
  }
  const given = Float64Array.of(count, 0, 0, 0, count, 0, 0, 0, count);
  if (count === 1 && determinant3(lattice) > 0 && isReduced(lattice)) return given;
  return reducedCombination(generated, multiply3(generated, lattice));
}

/** Lattice vectors as short as they can be: such a basis of a primitive cell is kept, in its own order. */
function isReduced(lattice: Float64Array): boolean {
  const shortest = latticeLengths(rowsTimes3(minkowskiReduction(lattice), lattice));
  const own = latticeLengths(lattice).sort((a, b) => a - b);
  return own.every((l, k) => l <= shortest[k] * (1 + 1e-4));
}

interface Candidate {
  readonly combination: readonly number[];
  readonly vector: readonly number[];
  readonly length: number;
}

/**
 * The rows of B · L for some unimodular change of the rows B: of all bases with the shortest lengths the one whose vectors come first
 * by length, then by sum of components, then by x, y, z (each to 1e-3 Å, so that the last digits of a file do not decide).
 */
function reducedCombination(combination: Float64Array, lattice: Float64Array): Float64Array {
  const u = minkowskiReduction(lattice);
  const c = rowsTimes3(u, combination);
  const l = rowsTimes3(u, lattice);
  const candidates: Candidate[] = [];
  for (let i = 0; i < 125; i++) {
    const n = [Math.floor(i / 25) - 2, (Math.floor(i / 5) % 5) - 2, (i % 5) - 2];
    if (n.every((v) => v === 0)) continue;
    const vector = [...rowsTimes3(n, l)];
    candidates.push({ combination: [...rowsTimes3(n, c)], vector, length: latticeLengths(vector)[0] });
  }
  candidates.sort(compareCandidates);
  const cell = Math.abs(determinant3(lattice));
  const first = candidates[0];
  const second = candidates.find((v) => area(first.vector, v.vector) > 1e-6 * first.length * v.length)!;
  const third = candidates.find((v) => {
    const spanned = Math.abs(determinant3([...first.vector, ...second.vector, ...v.vector]));
    return Math.abs(spanned - cell) < 1e-6 * cell;
  })!;
  return rightHanded([first, second, third]);
}

function compareCandidates(a: Candidate, b: Candidate): number {
  const sum = (v: readonly number[]) => v[0] + v[1] + v[2];
  const keys = (c: Candidate) =>
    [c.length, -sum(c.vector), ...c.vector.map((v) => -v)].map((v) => Math.round(v * 1e3));
  const ka = keys(a);
  const kb = keys(b);
  const k = ka.findIndex((v, i) => v !== kb[i]);
  return k < 0 ? 0 : ka[k] - kb[k];
}

function area(a: readonly number[], b: readonly number[]): number {
  const x = a[1] * b[2] - a[2] * b[1];
  const y = a[2] * b[0] - a[0] * b[2];
  const z = a[0] * b[1] - a[1] * b[0];
  return Math.sqrt(x * x + y * y + z * z);
}

/** Right-handed by exchanging two vectors of equal length where there are such, else by inversion: angles stay as they are. */
function rightHanded(rows: Candidate[]): Float64Array {
  const [a, b, c] = rows;
  if (determinant3(rows.flatMap((r) => r.vector)) > 0)
    return Float64Array.from(rows.flatMap((r) => r.combination));
  if (c.length - b.length < 1e-3) return Float64Array.from([a, c, b].flatMap((r) => r.combination));
  if (b.length - a.length < 1e-3) return Float64Array.from([b, a, c].flatMap((r) => r.combination));
  return Float64Array.from(rows.flatMap((r) => r.combination.map((v) => -v)));
}

/** Atoms that a primitive lattice translation maps onto each other become one site. `x`: [3·atoms] in primitive coordinates. */
function averagedSites(
  crystal: Crystal,
  x: Float64Array,
  lattice: Float64Array,
  count: number,
): { readonly species: readonly string[]; readonly positions: Float64Array } {
  const species: string[] = [];
  const members: number[][] = [];
  const tolerance = 0.25;
  for (let i = 0; i < crystal.species.length; i++) {
    const site = members.findIndex(
      (m, s) =>
        species[s] === crystal.species[i] &&
        shortDistance(lattice, x, m[0], [x[3 * i], x[3 * i + 1], x[3 * i + 2]]) < tolerance,
    );
    if (site >= 0) members[site].push(i);
    else {
      members.push([i]);
      species.push(crystal.species[i]);
    }
  }
  if (members.some((m) => m.length !== count)) {
    throw new FailureError(
      `The ${count} translations found in the crystal do not map its atoms onto each other one to one`,
      'two atoms lie nearly on one site, or the symmetry tolerance is too large',
    );
  }
  return { species, positions: Float64Array.from(members.flatMap((m) => meanPosition(x, m))) };
}

/** Mean of the members' positions modulo the lattice, in the cell [0, 1); exactly the first's where they agree to rounding. */
function meanPosition(x: Float64Array, members: readonly number[]): number[] {
  return [0, 1, 2].map((k) => {
    const first = x[3 * members[0] + k];
    let mean = 0;
    for (const m of members)
      mean += (x[3 * m + k] - first - Math.round(x[3 * m + k] - first)) / members.length;
    const position = Math.abs(mean) < 1e-13 ? first : first + mean;
    return position - cellOfCoordinate(position);
  });
}
