import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import {
  cartesianPositions,
  latticeLengths,
  minkowskiReduction,
  volume,
} from '../../src/crystal/geometry.js';
import { verifyGroup } from '../../src/crystal/group.js';
import { minimumImage, prepareImageSearch } from '../../src/crystal/minimum-image.js';
import { readCrystal } from '../../src/crystal/read.js';
import { matrixBetween, siteSearch } from '../../src/crystal/site-search.js';
import type { Crystal } from '../../src/crystal/structure.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import type { PrimitiveCrystal } from '../../src/crystal/types.js';
import {
  adjugate3,
  determinant3,
  largestDifference,
  matrixVector3,
  multiply3,
  rowsTimes3,
  transpose3,
} from '../../src/numerics/matrix3.js';
import {
  diamond,
  hasShared,
  inBasis,
  magnesium,
  nickel,
  rotationBy,
  SHARED,
  textbook,
  tinSelenide,
  turned,
  uniform,
  wurtzite,
} from './crystals.js';

/** Two descriptions of one crystal: the same lattice, and every site of one on a site of the other. */
function expectSameCrystal(a: PrimitiveCrystal, b: PrimitiveCrystal, tolerance = 1e-9): void {
  const { matrix, misfit } = matrixBetween(a.crystal.lattice, b.crystal.lattice);
  expect(Math.abs(determinant3(matrix))).toBe(1);
  expect(misfit).toBeLessThan(tolerance);
  const search = siteSearch(b);
  const sites = a.crystal.species.map(
    (s, i) =>
      search.nearest(
        s,
        rowsTimes3(a.crystal.positions.subarray(3 * i, 3 * i + 3), matrix) as unknown as number[],
      )!,
  );
  expect(Math.max(...sites.map((n) => n.distance))).toBeLessThan(tolerance);
  expect(new Set(sites.map((n) => n.site)).size).toBe(b.crystal.species.length);
  expect(a.operations.length).toBe(b.operations.length);
  expect(a.spaceGroup).toEqual(b.spaceGroup);
}

describe.each(Object.entries(textbook))('%s', (_name, expected) => {
  const primitive = analyseSymmetry(expected.crystal);

  test('has its space group, sites and operations', () => {
    expect(primitive.spaceGroup).toEqual({ number: expected.number, symbol: expected.symbol });
    expect(primitive.crystal.species.length).toBe(expected.sites);
    expect(primitive.operations.length).toBe(expected.operations);
    expect(primitive.masses.length).toBe(expected.sites);
  });

  test('keeps the Cartesian points of the input', () => {
    const search = siteSearch(primitive);
    const { matrix, misfit } = matrixBetween(expected.crystal.lattice, primitive.crystal.lattice);
    expect(misfit).toBeLessThan(1e-12);
    expect(determinant3(matrix)).toBe(expected.crystal.species.length / expected.sites);
    const x = rowsTimes3(expected.crystal.positions, matrix);
    expected.crystal.species.forEach((s, i) => {
      expect(search.nearest(s, [...x.subarray(3 * i, 3 * i + 3)])!.distance).toBeLessThan(1e-12);
    });
  });

  test('has a right-handed basis as short as can be', () => {
    const { lattice } = primitive.crystal;
    expect(determinant3(lattice)).toBeGreaterThan(0);
    const shortest = latticeLengths(rowsTimes3(minkowskiReduction(lattice), lattice));
    const own = latticeLengths(lattice).sort((a, b) => a - b);
    for (const [k, l] of own.entries()) expect(l).toBeCloseTo(shortest[k], 9);
  });

  test('operations are orthogonal, keep the metric, and form a group', () => {
    const { lattice } = primitive.crystal;
    const metric = multiply3(lattice, transpose3(lattice));
    for (const o of primitive.operations) {
      const w = o.fractionalRotation;
      expect(largestDifference(multiply3(multiply3(transpose3(w), metric), w), metric)).toBeLessThan(1e-12);
      expect(
        largestDifference(multiply3(o.rotation, transpose3(o.rotation)), [1, 0, 0, 0, 1, 0, 0, 0, 1]),
      ).toBeLessThan(2e-15);
      expect(
        largestDifference(multiply3(o.rotation, transpose3(lattice)), multiply3(transpose3(lattice), w)),
      ).toBeLessThan(1e-13);
    }
    expect(() => verifyGroup(primitive.crystal, primitive.operations)).not.toThrow();
  });

  test('sites and cells of the images agree with Cartesian distances', () => {
    const random = uniform(7);
    const { crystal, operations } = primitive;
    const at = (site: number, cell: readonly number[]) =>
      rowsTimes3(
        [0, 1, 2].map((k) => crystal.positions[3 * site + k] + cell[k]),
        crystal.lattice,
      );
    for (const o of operations) {
      const pick = () => ({
        site: Math.floor(random() * crystal.species.length),
        cell: [0, 1, 2].map(() => Math.floor(random() * 7) - 3),
      });
      const pair = [pick(), pick()];
      const image = pair.map(({ site, cell }) => {
        const turnedCell = matrixVector3(o.fractionalRotation, cell[0], cell[1], cell[2]);
        return at(
          o.siteImage[site],
          turnedCell.map((v, k) => v + o.cellImage[3 * site + k]),
        );
      });
      const d = pair.map(({ site, cell }) => at(site, cell)).reduce((a, b) => a.map((v, k) => v - b[k]));
      const di = image[0].map((v, k) => v - image[1][k]);
      expect(largestDifference(matrixVector3(o.rotation, d[0], d[1], d[2]), di)).toBeLessThan(1e-10);
    }
  });

  test('the identity is first and exact', () => {
    const identity = primitive.operations[0];
    expect([...identity.fractionalRotation]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...identity.rotation]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...identity.translation]).toEqual([0, 0, 0]);
    expect([...identity.siteImage]).toEqual(primitive.crystal.species.map((_, i) => i));
    expect(identity.cellImage.every((c) => c === 0)).toBe(true);
  });

  test('a turned crystal keeps its own frame', () => {
    const r = rotationBy(0.7);
    const rotated = analyseSymmetry(turned(expected.crystal, r));
    expectSameCrystal({ ...primitive, crystal: turned(primitive.crystal, r) }, rotated);
    const back = new Set(
      rotated.operations.map((o) => key(multiply3(multiply3(transpose3(r), o.rotation), r))),
    );
    expect(back).toEqual(new Set(primitive.operations.map((o) => key(o.rotation))));
  });

  test('another basis of the same lattice gives the same primitive crystal', () => {
    for (const t of [
      [1, 1, 0, 0, 1, 0, 0, 0, 1],
      [1, 0, 0, 2, 1, 0, -1, 3, 1],
      [0, 1, 0, 1, 0, 0, 0, 0, 1],
    ]) {
      expectSameCrystal(analyseSymmetry(inBasis(expected.crystal, t)), primitive);
    }
  });

  test('the primitive cell of the primitive cell is itself', () => {
    const again = analyseSymmetry(primitive.crystal);
    expect(again.crystal).toEqual(primitive.crystal);
    expect(again.operations).toEqual(primitive.operations);
  });
});

function key(m: Float64Array): string {
  return m.map((v) => Math.round(v * 1e6) + 0).join();
}

describe('symmetrisation', () => {
  test('cubic operations are exact signed permutations', () => {
    for (const o of analyseSymmetry(diamond).operations) {
      expect(o.rotation.every((v) => v === 0 || v === 1 || v === -1)).toBe(true);
    }
  });

  test('round numbers of a perfect crystal stay as they are', () => {
    const p = analyseSymmetry(diamond).crystal;
    expect([...p.positions]).toEqual([0, 0, 0, 0.25, 0.25, 0.25]);
    expect(new Set(p.lattice)).toEqual(new Set([0, 2.7155]));
    expect(analyseSymmetry(tinSelenide).crystal.lattice).toEqual(tinSelenide.lattice);
  });

  test('six digits in a file become exact symmetry, and the frame does not turn', () => {
    const cut = (c: Crystal): Crystal => ({
      lattice: c.lattice.map((v) => Math.round(v * 1e5) / 1e5),
      species: c.species,
      positions: c.positions.map((v) => Math.round(v * 1e5) / 1e5),
    });
    for (const [crystal, operations] of [
      [wurtzite, 12],
      [magnesium, 24],
      [tinSelenide, 8],
    ] as const) {
      const rough = cut(turned(crystal, rotationBy(0.4)));
      const p = analyseSymmetry(rough);
      expect(p.operations.length).toBe(operations);
      const metric = multiply3(p.crystal.lattice, transpose3(p.crystal.lattice));
      for (const o of p.operations) {
        const w = o.fractionalRotation;
        expect(largestDifference(multiply3(multiply3(transpose3(w), metric), w), metric)).toBeLessThan(
          1e-13 * metric[8],
        );
      }
      // A pure strain: L⁻¹ L' is symmetric.
      const strain = multiply3(
        adjugate3(rough.lattice).map((v) => v / determinant3(rough.lattice)),
        p.crystal.lattice,
      );
      expect(largestDifference(strain, transpose3(strain))).toBeLessThan(1e-14);
      expect(largestDifference(strain, [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeGreaterThan(1e-9);
    }
  });

  test('operations verified: a wrong one is caught', () => {
    const p = analyseSymmetry(wurtzite);
    const o = p.operations[3];
    const wrongCell = { ...o, cellImage: o.cellImage.map((v, i) => (i === 0 ? v + 1 : v)) };
    const wrongSite = { ...o, siteImage: o.siteImage.map((_, i) => i) };
    for (const wrong of [wrongCell, wrongSite, { ...o, translation: Float64Array.of(0.1, 0, 0) }]) {
      expect(() =>
        verifyGroup(
          p.crystal,
          p.operations.map((x, i) => (i === 3 ? wrong : x)),
        ),
      ).toThrow(/not a space group/);
    }
    expect(() => verifyGroup(p.crystal, p.operations.slice(0, -1))).toThrow(/product/);
  });

  test('the tolerance decides what is symmetric', () => {
    const strained: Crystal = {
      ...nickel,
      lattice: nickel.lattice.map((v, i) => (i === 8 ? v * 1.0005 : v)),
    };
    expect(analyseSymmetry(strained).operations.length).toBe(16);
    expect(analyseSymmetry(strained, { symprec: 0.01 }).operations.length).toBe(48);
  });

  test('a left-handed input lattice is the same crystal', () => {
    const mirrored = inBasis(wurtzite, [0, 1, 0, 1, 0, 0, 0, 0, 1]);
    expect(determinant3(mirrored.lattice)).toBeLessThan(0);
    expectSameCrystal(analyseSymmetry(mirrored), analyseSymmetry(wurtzite));
  });

  test('a large supercell given as the crystal is reduced in seconds', () => {
    const n = 3;
    const positions: number[] = [];
    for (let cell = 0; cell < n * n * n; cell++) {
      const shift = [Math.floor(cell / (n * n)), Math.floor(cell / n) % n, cell % n];
      for (let i = 0; i < diamond.positions.length; i++)
        positions.push((diamond.positions[i] + shift[i % 3]) / n);
    }
    const lattice = diamond.lattice.map((v) => v * n);
    const p = analyseSymmetry({
      lattice,
      species: Array(8 * n * n * n).fill('Si'),
      positions: Float64Array.from(positions),
    });
    expectSameCrystal(p, analyseSymmetry(diamond));
  }, 10_000);

  test('unknown elements and atoms on each other are refused', () => {
    expect(() => analyseSymmetry({ ...nickel, species: ['Ni', 'Ni', 'Ni', 'Xx'] })).toThrow(
      /unknown chemical symbol/,
    );
    const twice = { ...nickel, positions: nickel.positions.map((v, i) => (i < 6 ? 0 : v)) };
    expect(() => analyseSymmetry(twice)).toThrow(/symmetry|translations|space group/i);
  });
});

interface Recorded {
  readonly name: string;
  readonly number: number;
  readonly sites: number;
  readonly ops: number;
  readonly lattice: readonly number[];
  readonly species: readonly string[];
  readonly positions: readonly number[];
}

describe('agrees with spglib on turned, shifted crystals of six digits', () => {
  const text = readFileSync(new URL('fixtures/spglib.json', import.meta.url), 'utf8');
  const { crystals } = JSON.parse(text) as { readonly crystals: readonly Recorded[] };
  test.each(crystals)('$name, space group $number', (c) => {
    const lattice = Float64Array.from(c.lattice);
    const p = analyseSymmetry({ lattice, species: c.species, positions: Float64Array.from(c.positions) });
    expect([p.spaceGroup.number, p.crystal.species.length, p.operations.length]).toEqual([
      c.number,
      c.sites,
      c.ops,
    ]);
  });
});

describe('random crystals', () => {
  test.each([1, 2, 3, 4, 5])('a random triclinic cell has only the identity (seed %i)', (seed) => {
    const random = uniform(seed * 7919);
    const lattice = Float64Array.from({ length: 9 }, (_, i) =>
      i % 4 === 0 ? 4 + 2 * random() : random() - 0.5,
    );
    const positions = Float64Array.from({ length: 15 }, random);
    const p = analyseSymmetry({ lattice, species: ['Si', 'Si', 'O', 'O', 'O'], positions });
    expect(p.operations.length).toBe(1);
    expect(volume(p.crystal.lattice)).toBeCloseTo(volume(lattice), 9);
    expect(cartesianPositions(p.crystal).length).toBe(15);
  });

  test('nearest images are exact in skewed cells', () => {
    const random = uniform(99);
    for (let trial = 0; trial < 200; trial++) {
      const lattice = Float64Array.from({ length: 9 }, () => 6 * (random() - 0.5));
      if (volume(lattice) < 2) continue;
      const search = prepareImageSearch(lattice);
      const v = Float64Array.from({ length: 3 }, () => 30 * (random() - 0.5));
      const d = v.slice();
      const n = minimumImage(search, d);
      const back = rowsTimes3(n, lattice).map((x, k) => x + d[k]);
      expect(largestDifference(back, v)).toBeLessThan(1e-12);
      // Brute force in the reduced basis.
      let shortest = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 343; i++) {
        const s = rowsTimes3(
          [Math.floor(i / 49) - 3, (Math.floor(i / 7) % 7) - 3, (i % 7) - 3],
          search.basis,
        );
        shortest = Math.min(
          shortest,
          latticeLengths([d[0] - s[0], d[1] - s[1], d[2] - s[2], 0, 0, 0, 0, 0, 0])[0],
        );
      }
      expect(latticeLengths([...d, 0, 0, 0, 0, 0, 0])[0]).toBeLessThan(shortest * (1 + 1e-9));
    }
  });
});

describe.skipIf(!hasShared)('real crystal files', () => {
  test.each([
    ['si.POSCAR', 227, 2],
    ['bas.POSCAR', 216, 2],
    ['snse.POSCAR', 62, 8],
    ['si64-pbesol.POSCAR', 227, 2],
    ['nacl64.POSCAR', 225, 2],
  ])('%s', (file, number, sites) => {
    const p = analyseSymmetry(readCrystal(`${SHARED}/${file}`));
    expect(p.spaceGroup.number).toBe(number);
    expect(p.crystal.species.length).toBe(sites);
  });
});

test('the symmetry library loads synchronously in a worker thread', async () => {
  const source = new URL('../../node_modules/@spglib/moyo-wasm/moyo_wasm.js', import.meta.url).href;
  const code = `
    import { readFileSync } from 'node:fs';
    import { parentPort } from 'node:worker_threads';
    const { initSync, space_group_type } = await import(${JSON.stringify(source)});
    initSync({ module: readFileSync(new URL('moyo_wasm_bg.wasm', ${JSON.stringify(source)})) });
    parentPort.postMessage(space_group_type(227).hm_short);`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
  const message = await new Promise((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  );
  await worker.terminate();
  expect(String(message).replaceAll(' ', '')).toBe('Fd-3m');
});
