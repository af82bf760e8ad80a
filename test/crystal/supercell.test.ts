import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cartesianPositions, shortestLatticeVector } from '../../src/crystal/geometry.js';
import { readCrystal } from '../../src/crystal/read.js';
import { siteSearch } from '../../src/crystal/site-search.js';
import type { Crystal } from '../../src/crystal/structure.js';
import {
  buildSupercell,
  cutoffFits,
  largestCutoff,
  recogniseSupercell,
} from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import type { Supercell } from '../../src/crystal/types.js';
import { InputError } from '../../src/errors.js';
import { cosetIndex, hermiteNormalForm } from '../../src/numerics/integer-lattice.js';
import { determinant3, largestDifference, multiply3, rowsTimes3 } from '../../src/numerics/matrix3.js';
import {
  diamond,
  hasShared,
  magnesium,
  nickel,
  rocksalt,
  SHARED,
  textbook,
  tinSelenide,
  triclinic,
  uniform,
} from './crystals.js';

/** Integer matrices with a determinant from 1 to 40. */
const multiplier = fc
  .array(fc.integer({ min: -3, max: 3 }), { minLength: 9, maxLength: 9 })
  .filter((m) => determinant3(m) >= 1 && determinant3(m) <= 40);

function expectConsistent(s: Supercell): void {
  const { crystal, primitive, siteOf, cellOf, matrix } = s;
  const atoms = siteOf.length;
  expect(atoms).toBe(primitive.crystal.species.length * Math.abs(determinant3(matrix)));
  expect(largestDifference(multiply3(matrix, primitive.crystal.lattice), crystal.lattice)).toBeLessThan(
    1e-12,
  );
  const sites = primitive.crystal.positions;
  const x = Float64Array.from(cellOf, (c, i) => sites[3 * siteOf[Math.floor(i / 3)] + (i % 3)] + c);
  expect(
    largestDifference(rowsTimes3(x, primitive.crystal.lattice), cartesianPositions(crystal)),
  ).toBeLessThan(1e-11);
  for (let i = 0; i < atoms; i++) {
    expect(s.atomAt(siteOf[i], cellOf[3 * i], cellOf[3 * i + 1], cellOf[3 * i + 2])).toBe(i);
    expect(crystal.species[i]).toBe(primitive.crystal.species[siteOf[i]]);
  }
}

describe('building', () => {
  test.each(Object.entries(textbook))('%s, by random integer matrices', (_name, { crystal }) => {
    const primitive = analyseSymmetry(crystal);
    fc.assert(
      fc.property(
        multiplier,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 }),
        (m, shift) => {
          const s = buildSupercell(primitive, crystal, m);
          expectConsistent(s);
          expect(s.crystal.positions.every((v) => v > -1e-8 && v < 1)).toBe(true);
          // A supercell translation leads back to the same atom.
          const t = rowsTimes3(shift, s.matrix);
          for (let i = 0; i < s.siteOf.length; i += 5) {
            const c = s.cellOf.subarray(3 * i, 3 * i + 3);
            expect(s.atomAt(s.siteOf[i], c[0] + t[0], c[1] + t[1], c[2] + t[2])).toBe(i);
          }
        },
      ),
      { numRuns: 8, seed: 42 },
    );
  });

  test('atom order: species grouped, atoms of the unit cell in its order, the third lattice vector fastest', () => {
    const mixed: Crystal = {
      lattice: rocksalt.lattice,
      species: [0, 4, 1, 5, 2, 6, 3, 7].map((i) => rocksalt.species[i]),
      positions: Float64Array.from(
        [0, 4, 1, 5, 2, 6, 3, 7].flatMap((i) => [...rocksalt.positions.subarray(3 * i, 3 * i + 3)]),
      ),
    };
    const s = buildSupercell(analyseSymmetry(mixed), mixed, [1, 2, 3]);
    expect(s.crystal.species).toEqual([...Array(24).fill('Na'), ...Array(24).fill('Cl')]);
    const first = cartesianPositions(s.crystal).slice(0, 18);
    const a = 5.69;
    expect(
      largestDifference(first, [0, 0, 0, 0, 0, a, 0, 0, 2 * a, 0, a, 0, 0, a, a, 0, a, 2 * a]),
    ).toBeLessThan(1e-12);
  });

  test('nine numbers in the diagonal are the three numbers', () => {
    const p = analyseSymmetry(diamond);
    const { atomAt: _a, ...three } = buildSupercell(p, diamond, [2, 3, 1]);
    const { atomAt: _b, ...nine } = buildSupercell(p, diamond, [2, 0, 0, 0, 3, 0, 0, 0, 1]);
    expect(nine).toEqual(three);
    expect(three.siteOf.length).toBe(48);
  });

  test('shortest translations: 3 a of 3×3×3 cubic, a√2/2 of a primitive fcc cell, found behind a skewed basis', () => {
    const p = analyseSymmetry(nickel);
    expect(buildSupercell(p, nickel, [3, 3, 3]).shortestTranslation).toBeCloseTo(3 * 3.52, 12);
    expect(buildSupercell(p, p.crystal, [1, 1, 1]).shortestTranslation).toBeCloseTo(3.52 * Math.SQRT1_2, 12);
    expect(buildSupercell(p, nickel, [2, 0, 0, 14, 2, 0, -6, 22, 2]).shortestTranslation).toBeCloseTo(
      2 * 3.52,
      12,
    );
    expect(shortestLatticeVector(Float64Array.of(1, 0, 0, 1000.5, 0.01, 0, 0, 0, 5))).toBeCloseTo(0.02, 9);
  });

  test('the largest cutoff that fits does fit, and a little more does not', () => {
    const s = buildSupercell(analyseSymmetry(diamond), diamond, [2, 2, 2]);
    expect(largestCutoff(s)).toBeCloseTo(5.431, 3);
    expect(cutoffFits(s, largestCutoff(s))).toBe(true);
    expect(cutoffFits(s, 5.431)).toBe(false);
  });

  test.each([
    [[0, 1, 1], /no volume/],
    [[-1, 1, 1], /left-handed/],
    [[-1, -1, 1], /left-handed or empty/],
    [[0, 1, 0, 1, 0, 0, 0, 0, 1], /exchange two rows/],
    [[1, 2], /not a supercell multiplier/],
    [[1, 2, 2.5], /not a supercell multiplier/],
    [[Number.NaN, 1, 1], /not a supercell multiplier/],
  ])('%j is refused', (m, message) => {
    const p = analyseSymmetry(nickel);
    expect(() => buildSupercell(p, nickel, m)).toThrow(InputError);
    expect(() => buildSupercell(p, nickel, m)).toThrow(message);
  });

  test('a unit cell of another crystal is refused', () => {
    expect(() => buildSupercell(analyseSymmetry(diamond), rocksalt, [1, 1, 1])).toThrow(InputError);
  });
});

describe('recognising', () => {
  test('keeps the order and the images of a shuffled, moved supercell', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(diamond, magnesium, tinSelenide, triclinic),
        multiplier,
        fc.integer({ min: 1, max: 1e6 }),
        (unit, m, seed) => {
          const primitive = analyseSymmetry(unit);
          const built = buildSupercell(primitive, unit, m);
          const random = uniform(seed);
          const order = built.crystal.species.map((_, i) => i);
          for (let i = order.length - 1; i > 0; i--) {
            const j = Math.floor(random() * (i + 1));
            [order[i], order[j]] = [order[j], order[i]];
          }
          const given: Crystal = {
            lattice: built.crystal.lattice,
            species: order.map((i) => built.crystal.species[i]),
            positions: Float64Array.from(
              order.flatMap((i) =>
                [0, 1, 2].map((k) => built.crystal.positions[3 * i + k] + Math.floor(random() * 5) - 2),
              ),
            ),
          };
          const found = recogniseSupercell(primitive, given);
          expectConsistent(found);
          expect(found.matrix).toEqual(built.matrix);
          expect(found.crystal.species).toEqual(given.species);
          expect(largestDifference(found.crystal.positions, given.positions)).toBeLessThan(1e-9);
          expect([...found.siteOf]).toEqual(order.map((i) => built.siteOf[i]));
        },
      ),
      { numRuns: 25, seed: 1 },
    );
  });

  const primitive = analyseSymmetry(rocksalt);
  const ideal = buildSupercell(primitive, rocksalt, [2, 2, 2]).crystal;
  const changed =
    (change: Partial<Crystal>): (() => Supercell) =>
    () =>
      recogniseSupercell(primitive, { ...ideal, ...change });

  test('a displaced atom is named with its distance', () => {
    const positions = ideal.positions.map((v, i) => (i === 3 * 16 ? v + 0.02 : v));
    expect(changed({ positions })).toThrow(/atom 17 \(Na\).*0\.228 Å/s);
  });

  test('a shifted origin is recognised and said', () => {
    const positions = ideal.positions.map((v) => v + 0.03);
    expect(changed({ positions })).toThrow(
      /origin differs: shift the atoms by \(-0\.3414, -0\.3414, -0\.3414\)/,
    );
  });

  test.each<[string, Partial<Crystal>, RegExp]>([
    [
      'exchanged species',
      { species: ideal.species.map((_, i) => ideal.species[(i + 32) % 64]) },
      /origin differs|species exchanged/,
    ],
    [
      'one species replaced',
      { species: ideal.species.map((s, i) => (i === 0 ? 'K' : s)) },
      /got 1 K, 31 Na|32 Cl, 1 K, 31 Na/,
    ],
    ['another lattice constant', { lattice: ideal.lattice.map((v) => v * 1.02) }, /same lattice constants/],
    [
      'turned axes',
      { lattice: Float64Array.of(8.0469, 8.0469, 0, -8.0469, 8.0469, 0, 0, 0, 11.38) },
      /same Cartesian axes/,
    ],
    [
      'an atom listed twice',
      { positions: ideal.positions.map((v, i) => (i < 3 ? ideal.positions[i + 3] : v)) },
      /atoms 1 and 2 \(Na\) lie on one site/,
    ],
  ])('%s is refused', (_name, change, message) => {
    expect(changed(change)).toThrow(InputError);
    expect(changed(change)).toThrow(message);
  });

  test('a missing atom is refused', () => {
    expect(changed({ species: ideal.species.slice(1), positions: ideal.positions.slice(3) })).toThrow(
      /got 32 Cl, 31 Na/,
    );
  });
});

describe('integer lattices', () => {
  test('coset numbers tell exactly the cosets apart', () => {
    fc.assert(
      fc.property(multiplier, (m) => {
        const h = hermiteNormalForm(m);
        const det = determinant3(m);
        expect(determinant3(h)).toBe(det);
        const seen = new Set<number>();
        for (let i = 0; i < 512; i++) {
          const x = [Math.floor(i / 64) - 4, (Math.floor(i / 8) % 8) - 4, (i % 8) - 4];
          const index = cosetIndex(h, x[0], x[1], x[2]);
          seen.add(index);
          for (let row = 0; row < 9; row += 3) {
            expect(cosetIndex(h, x[0] + m[row], x[1] + m[row + 1], x[2] + m[row + 2])).toBe(index);
          }
          expect(index >= 0 && index < det).toBe(true);
        }
        if (h[0] <= 8 && h[4] <= 8 && h[8] <= 8) expect(seen.size).toBe(det);
      }),
      { numRuns: 30, seed: 3 },
    );
  });
});

describe.skipIf(!hasShared)('real ideal supercells', () => {
  test.each([
    ['si64-pbesol', 32],
    ['nacl64', 32],
  ])('%s is recognised from its own primitive cell', (name, cells) => {
    const ideal = readCrystal(`${SHARED}/${name}.POSCAR`);
    const primitive = analyseSymmetry(ideal);
    const s = recogniseSupercell(primitive, ideal);
    expectConsistent(s);
    expect(Math.abs(determinant3(s.matrix))).toBe(cells);
    expect(largestDifference(cartesianPositions(s.crystal), cartesianPositions(ideal))).toBeLessThan(1e-9);
  });

  test('si64 is recognised as a supercell of the eight-atom cell', () => {
    const ideal = readCrystal(`${SHARED}/si64-pbesol.POSCAR`);
    const s = recogniseSupercell(analyseSymmetry(readCrystal(`${SHARED}/si.POSCAR`)), ideal);
    expectConsistent(s);
    expect(siteSearch(s.primitive).nearest('Si', [0, 0, 0])!.distance).toBeLessThan(1e-9);
    expect(s.shortestTranslation).toBeCloseTo(10.862, 6);
  });
});
