import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { analyze_cell, initSync, type MoyoDataset } from '@spglib/moyo-wasm';
import { FailureError } from '../errors.js';
import { determinant3, multiply3 } from '../numerics/matrix3.js';
import { massOf } from './masses.js';
import { pureTranslations, reduceToPrimitive } from './primitive.js';
import type { Crystal } from './structure.js';
import { type RawOperation, symmetrise } from './symmetrise.js';
import type { PrimitiveCrystal } from './types.js';

/** How far (Å) an atom may lie from where an operation puts it; crystal files carry six digits or so. */
export const DEFAULT_SYMPREC = 1e-4;

initSync({
  module: readFileSync(createRequire(import.meta.url).resolve('@spglib/moyo-wasm/moyo_wasm_bg.wasm')),
});

/**
 * Reduces a crystal to one symmetrised primitive cell with its space group, in the Cartesian frame of the input.
 * Operations are found by moyo (K. Shinohara, https://github.com/spglib/moyo) and verified to be a group acting on the sites.
 * @param options.symprec tolerance on positions, Å (default 1e-4)
 * @throws FailureError when no consistent space group exists within the tolerance
 */
export function analyseSymmetry(
  crystal: Crystal,
  options: { readonly symprec?: number } = {},
): PrimitiveCrystal {
  const symprec = options.symprec ?? DEFAULT_SYMPREC;
  const masses = Float64Array.from(crystal.species, (s) => massOf(s));
  let primitive = reduceToPrimitive(crystal, pureTranslations(crystal, symprec));
  let dataset = analyse(primitive, symprec);
  // moyo's search may join translations that a single pass at the same tolerance told apart.
  for (let pass = 0; pass < 3; pass++) {
    const translations = dataset.operations.filter((o) => isIdentity(o.rotation));
    if (translations.length === 1) break;
    const zeroFirst = translations
      .map((o) => o.translation)
      .sort((a, b) => distanceToLattice(a) - distanceToLattice(b));
    primitive = reduceToPrimitive(primitive, Float64Array.from(zeroFirst.flat()));
    dataset = analyse(primitive, symprec);
  }
  const { crystal: symmetrised, operations } = symmetrise(
    primitive,
    dataset.operations.map(rawOperation),
    symprec,
  );
  const massOfSpecies = new Map(crystal.species.map((s, i) => [s, masses[i]]));
  return {
    crystal: symmetrised,
    masses: Float64Array.from(symmetrised.species, (s) => massOfSpecies.get(s)!),
    operations,
    spaceGroup: { number: dataset.number, symbol: dataset.hm_symbol.replaceAll(' ', '') },
  };
}

function analyse(crystal: Crystal, symprec: number): MoyoDataset {
  const kinds = [...new Set(crystal.species)];
  // A left-handed basis is the inverted basis with inverted coordinates: the same points, the same rotation matrices.
  const hand = determinant3(crystal.lattice) < 0 ? -1 : 1;
  const positions: number[][] = [];
  for (let i = 0; i < crystal.positions.length; i += 3) {
    positions.push([...crystal.positions.subarray(i, i + 3)].map((v) => hand * v));
  }
  const cell = {
    lattice: { basis: [...crystal.lattice].map((v) => hand * v) },
    positions,
    numbers: crystal.species.map((s) => kinds.indexOf(s) + 1),
  };
  try {
    return analyze_cell(JSON.stringify(cell), symprec, 'Standard');
  } catch (error) {
    throw new FailureError(
      `The space group could not be determined within ${symprec} Å (${String(error)})`,
      'check the crystal for atoms on top of each other, or choose another symmetry tolerance',
    );
  }
}

/** moyo serialises rotations column by column. */
function rawOperation(o: {
  readonly rotation: readonly number[];
  readonly translation: readonly number[];
}): RawOperation {
  const r = o.rotation;
  return {
    rotation: Int32Array.of(r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]),
    translation: o.translation,
  };
}

function isIdentity(rotation: readonly number[]): boolean {
  return rotation.every((v, i) => v === (i % 4 === 0 ? 1 : 0));
}

function distanceToLattice(t: readonly number[]): number {
  return t.reduce((s, v) => s + Math.abs(v - Math.round(v)), 0);
}

/** The conventional cell of the International Tables (standard setting). */
export interface ConventionalLattice {
  /** [9] rows are its lattice vectors, Å, in the Cartesian frame of the crystal. */
  readonly lattice: Float64Array;
  /** Crystal family and centring, e.g. `cF`, `hR`, `oA`. */
  readonly bravais: string;
  /** Number of the space group. */
  readonly spaceGroup: number;
}

/** The conventional cell that belongs to a primitive one. */
export function conventionalLattice(
  crystal: Crystal,
  symprec: number = DEFAULT_SYMPREC,
): ConventionalLattice {
  const {
    std_linear: linear,
    pearson_symbol: pearson,
    hm_symbol: symbol,
    number,
  } = analyse(crystal, symprec);
  // Serialised column by column: row k of this array combines the given vectors to the k-th standard one.
  const lattice = multiply3(linear, crystal.lattice);
  // Pearson's S stands for any one-face centring: the space-group symbol says which.
  const centring = pearson[1] === 'S' ? symbol.trim()[0] : pearson[1];
  return { lattice, bravais: `${pearson[0]}${centring}`, spaceGroup: number };
}
