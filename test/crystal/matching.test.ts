import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExtxyz } from '../../src/crystal/formats/extxyz.js';
import { cartesianPositions } from '../../src/crystal/geometry.js';
import { displacementsFrom, type Structure } from '../../src/crystal/matching.js';
import { readCrystal, readText } from '../../src/crystal/read.js';
import type { Crystal } from '../../src/crystal/structure.js';
import { buildSupercell, recogniseSupercell } from '../../src/crystal/supercell.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import type { Supercell } from '../../src/crystal/types.js';
import { InputError } from '../../src/errors.js';
import { largestDifference } from '../../src/numerics/matrix3.js';
import { diamond, hasShared, magnesium, rocksalt, SHARED, tinSelenide, uniform } from './crystals.js';

const supercells: Readonly<Record<string, Supercell>> = {
  diamond: supercellOf(diamond, [2, 2, 2]),
  rocksalt: supercellOf(rocksalt, [2, 1, 2]),
  hcp: supercellOf(magnesium, [3, 3, 2]),
  SnSe: supercellOf(tinSelenide, [1, 3, 2]),
};

function supercellOf(unit: Crystal, m: readonly number[]): Supercell {
  return buildSupercell(analyseSymmetry(unit), unit, m);
}

/** u with mean zero, uniform within ±amplitude Å per component before the mean is taken out. */
function randomDisplacements(atoms: number, amplitude: number, random: () => number): Float64Array {
  const u = Float64Array.from({ length: 3 * atoms }, () => amplitude * (2 * random() - 1));
  for (let k = 0; k < 3; k++) {
    let mean = 0;
    for (let i = 0; i < atoms; i++) mean += u[3 * i + k] / atoms;
    for (let i = 0; i < atoms; i++) u[3 * i + k] -= mean;
  }
  return u;
}

interface Disturbance {
  readonly seed: number;
  readonly amplitude: number;
  readonly drift: readonly number[];
  readonly shuffle: boolean;
  readonly wrap: boolean;
}

function disturbed(s: Supercell, d: Disturbance): { structure: Structure; u: Float64Array; order: number[] } {
  const random = uniform(d.seed);
  const atoms = s.siteOf.length;
  const u = randomDisplacements(atoms, d.amplitude, random);
  const ideal = cartesianPositions(s.crystal);
  const order = Array.from({ length: atoms }, (_, i) => i);
  for (let i = atoms - 1; d.shuffle && i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  const positions = Float64Array.from(
    order.flatMap((atom) => {
      const n = [0, 1, 2].map(() => (d.wrap ? Math.floor(random() * 5) - 2 : 0));
      return [0, 1, 2].map((k) => {
        const shift = [0, 1, 2].reduce((sum, r) => sum + n[r] * s.crystal.lattice[3 * r + k], 0);
        return ideal[3 * atom + k] + u[3 * atom + k] + d.drift[k] + shift;
      });
    }),
  );
  return {
    structure: { lattice: s.crystal.lattice, species: order.map((i) => s.crystal.species[i]), positions },
    u,
    order,
  };
}

const disturbance = (drift: number) =>
  fc.record({
    seed: fc.integer({ min: 1, max: 1e9 }),
    amplitude: fc.double({ min: 0, max: 0.35, noNaN: true }),
    drift: fc.array(fc.double({ min: -drift, max: drift, noNaN: true }), { minLength: 3, maxLength: 3 }),
    shuffle: fc.boolean(),
    wrap: fc.boolean(),
  });

describe.each(Object.entries(supercells))('%s', (_name, s) => {
  test('recovers displacements, order and drift of shuffled, wrapped, drifted atoms', () => {
    fc.assert(
      fc.property(disturbance(0.4), (d) => {
        const { structure, u, order } = disturbed(s, d);
        const m = displacementsFrom(s, structure);
        expect([...m.order]).toEqual(order);
        expect(largestDifference(m.displacements, u)).toBeLessThan(1e-11);
        expect(largestDifference(m.drift, d.drift)).toBeLessThan(1e-11);
      }),
      { numRuns: 15, seed: 5 },
    );
  });

  test('in the order of the supercell any drift is taken out', () => {
    fc.assert(
      fc.property(disturbance(30), (d) => {
        const { structure, u } = disturbed(s, { ...d, shuffle: false });
        const m = displacementsFrom(s, structure);
        expect([...m.order]).toEqual(s.crystal.species.map((_, i) => i));
        expect(largestDifference(m.displacements, u)).toBeLessThan(1e-10);
      }),
      { numRuns: 15, seed: 6 },
    );
  });

  test('shuffled with any drift, displacements are right up to a translation of the crystal', () => {
    fc.assert(
      fc.property(disturbance(6), (d) => {
        const { structure, u } = disturbed(s, { ...d, shuffle: true, amplitude: d.amplitude / 2 });
        const m = displacementsFrom(s, structure);
        const squares = (v: Float64Array) => v.reduce((sum, x) => sum + x * x, 0);
        expect(squares(m.displacements)).toBeLessThan(squares(u) + 1e-9);
        expect(new Set(m.order).size).toBe(s.siteOf.length);
      }),
      { numRuns: 10, seed: 7 },
    );
  });
});

describe('refusals', () => {
  const s = supercells['rocksalt'];
  const { structure } = disturbed(s, {
    seed: 3,
    amplitude: 0.1,
    drift: [0, 0, 0],
    shuffle: false,
    wrap: false,
  });
  test.each<[string, Partial<Structure>, RegExp]>([
    [
      'another lattice',
      { lattice: structure.lattice.map((v) => v * 1.01) },
      /lattice is not that of the supercell/,
    ],
    [
      'other species',
      { species: structure.species.map((x) => (x === 'Cl' ? 'Br' : x)) },
      /got 16 Br, 16 Na; expected 16 Cl, 16 Na/,
    ],
    [
      'another count',
      { species: structure.species.slice(1), positions: structure.positions.slice(3) },
      /got 16 Cl, 15 Na/,
    ],
    [
      'NaN',
      { positions: structure.positions.map((v, i) => (i === 10 ? Number.NaN : v)) },
      /position of atom 4 is not finite/,
    ],
    ['positions of another length', { positions: structure.positions.slice(3) }, /differ in number/],
    [
      'two atoms on one site',
      { positions: structure.positions.map((v, i) => (i < 3 ? structure.positions[i + 3] + 0.05 : v)) },
      /atoms 1 and 2 \(Na\) lie on one site/,
    ],
  ])('%s', (_name, change, message) => {
    const wrong = { ...structure, ...change };
    expect(() => displacementsFrom(s, wrong, 'data.xyz frame 7')).toThrow(InputError);
    expect(() => displacementsFrom(s, wrong, 'data.xyz frame 7')).toThrow(/^data\.xyz frame 7: /);
    expect(() => displacementsFrom(s, wrong)).toThrow(message);
  });

  test('species exchanged', () => {
    const u = { ...structure, species: [...structure.species] };
    [u.species[0], u.species[20]] = [u.species[20], u.species[0]];
    expect(() => displacementsFrom(s, u)).toThrow(InputError);
  });
});

describe.skipIf(!hasShared)('real data', () => {
  test.each([
    // 100 snapshots each; mean displacement 0.12 Å, and 0.03 Å steps.
    ['si64-pbesol', 0.08, 0.16, 0.6],
    ['nacl64', 0.02, 0.04, 0.06],
  ])('%s: every frame matches', (name, low, high, largest) => {
    const ideal = readCrystal(`${SHARED}/${name}.POSCAR`);
    const s = recogniseSupercell(analyseSymmetry(ideal), ideal);
    const file = `${SHARED}/${name}.xyz`;
    const frames = parseExtxyz(readText(file), file);
    expect(frames.length).toBe(100);
    let sum = 0;
    for (const frame of frames) {
      const { displacements: u, order } = displacementsFrom(s, frame);
      expect([...order]).toEqual(frame.species.map((_, i) => i));
      for (let i = 0; i < u.length; i += 3) {
        const length = Math.sqrt(u[i] * u[i] + u[i + 1] * u[i + 1] + u[i + 2] * u[i + 2]);
        expect(length).toBeLessThan(largest);
        sum += length / 6400;
      }
      expect(frame.forces!.length).toBe(192);
    }
    expect(sum).toBeGreaterThan(low);
    expect(sum).toBeLessThan(high);
  });
});
