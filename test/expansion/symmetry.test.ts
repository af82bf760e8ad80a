import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { Cutoffs } from '../../src/expansion/types.js';
import * as crystals from './crystals.js';

const TILT = [0.91, -0.13, 0.34, 0.22] as const;

/** The cubic cell of a crystal given by the primitive vectors of a face-centred lattice. */
function conventional(c: Crystal): Crystal {
  const a = 2 * c.lattice[1];
  const centres = [
    [0, 0, 0],
    [0, 0.5, 0.5],
    [0.5, 0, 0.5],
    [0.5, 0.5, 0],
  ]; // prettier-ignore
  const sites = c.species.flatMap((symbol, s) => {
    const [x, y, z] = c.positions.subarray(3 * s, 3 * s + 3);
    // f · L with the rows (0, ½, ½), (½, 0, ½), (½, ½, 0).
    const cubic = [(y + z) / 2, (x + z) / 2, (x + y) / 2];
    return centres.map((t): readonly [string, number, number, number] => {
      const [p, q, r] = t.map((v, k) => (v + cubic[k]) % 1);
      return [symbol, p, q, r];
    });
  });
  return crystals.crystal([a, 0, 0, 0, a, 0, 0, 0, a], sites);
}

const CASES: readonly (readonly [string, Crystal, number, Cutoffs, readonly number[]])[] = [
  ['silicon, conventional cell', conventional(crystals.silicon), 227, { 2: 4, 3: 4, 4: 4 }, [6, 27, 90]],
  ['nickel, conventional cell', conventional(crystals.nickel), 225, { 2: 5, 3: 4, 4: 4 }, [12, 19, 88]],
  ['rock salt, conventional cell', conventional(crystals.rocksalt), 225, { 2: 5, 3: 5 }, [10, 67]],
  [
    'boron arsenide, conventional cell',
    conventional(crystals.boronArsenide),
    216,
    { 2: 2.2, 3: 2.2, 4: 2.2 },
    [2, 3, 4],
  ],
  ['wurtzite', crystals.wurtzite, 186, { 2: 5, 3: 3 }, [45, 9]],
  ['tin selenide', crystals.tinSelenide, 62, { 2: 11.2, 5: 3.4, 3: 4.5, 4: 2.8 }, [1037, 592]],
];

describe('from a crystal as read to independent parameters', () => {
  it.each(CASES)('%s', (_, crystal, group, cutoffs, expected) => {
    for (const placed of [crystal, crystals.turned(crystal, TILT)]) {
      const primitive = analyseSymmetry(placed);
      expect(primitive.spaceGroup.number).toBe(group);
      const { orders } = buildClusterSpace(primitive, cutoffs);
      expect(orders.map((o) => o.parameters).slice(0, expected.length)).toEqual(expected);
    }
  });
});
