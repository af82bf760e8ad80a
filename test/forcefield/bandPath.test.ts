import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Crystal } from '../../src/crystal/structure.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { bandPath, parsePath } from '../../src/forcefield/bands/bandPath.js';
import { pathPoints } from '../../src/forcefield/bands/pathPoints.js';
import { inverse3, rowsTimes3, transpose3 } from '../../src/numerics/matrix3.js';
import * as crystals from '../expansion/crystals.js';

/** Written by SeeK-path; the lattices are given in unusual primitive cells and turned in space. */
const fixture = JSON.parse(readFileSync(new URL('fixtures/seekpath.json', import.meta.url), 'utf8')) as {
  readonly cases: readonly {
    readonly table: string;
    readonly lattice: readonly number[];
    readonly norms: Readonly<Record<string, number>>;
    readonly length: number;
  }[];
};

const GREEK: Readonly<Record<string, string>> = { Γ: 'GAMMA', Σ: 'SIGMA', Λ: 'LAMBDA' };

/** `Σ₀` as SeeK-path writes it: `SIGMA_0`. */
function plain(label: string): string {
  const [letter, digit] = [...label];
  const name = GREEK[letter] ?? letter;
  return digit === undefined ? name : `${name}_${'₀₁₂₃₄₅₆₇₈₉'.indexOf(digit)}`;
}

describe('the conventional path (SeeK-path 2.2.2)', () => {
  it.each(fixture.cases.map((c) => [c.table, c] as const))('%s', (table, { lattice, norms, length }) => {
    const crystal = {
      lattice: Float64Array.from(lattice),
      species: ['Po'],
      positions: new Float64Array(3),
    };
    const path = bandPath(crystal);
    expect(path.table).toBe(table);
    const reciprocal = transpose3(inverse3(lattice));
    const found: Record<string, number> = {};
    for (const { label, q } of path.pieces.flat()) {
      const [x, y, z] = rowsTimes3(q, reciprocal);
      found[plain(label)] = 2 * Math.PI * Math.hypot(x, y, z);
    }
    expect(Object.keys(found).sort()).toEqual(Object.keys(norms).sort());
    for (const [label, norm] of Object.entries(norms)) expect(found[label], label).toBeCloseTo(norm, 6);
    const pieces = pathPoints(crystal.lattice, path, 100);
    expect(pieces[pieces.length - 1].distance.at(-1)).toBeCloseTo(length, 6);
  });
});

describe('a path that a person wrote', () => {
  it('is read with and without labels, fractions and pieces', () => {
    const path = parsePath('Γ 0 0 0, X 1/2 0 0.5 | .25 0 0, 3/8 3/8 -3/4')!;
    expect(path.pieces).toEqual([
      [
        { label: 'Γ', q: [0, 0, 0] },
        { label: 'X', q: [0.5, 0, 0.5] },
      ],
      [
        { label: '.25 0 0', q: [0.25, 0, 0] },
        { label: '3/8 3/8 -3/4', q: [0.375, 0.375, -0.75] },
      ],
    ]);
  });

  it.each(['Γ 0 0 0', 'Γ 0 0, X 1 0 0', '0 0 0, 1 x 0', '0 0 0, 1/0 0 0', ''])('is refused: %j', (text) => {
    expect(parsePath(text)).toBeUndefined();
  });
});

describe('the path of a real crystal', () => {
  it.each([
    ['nickel', crystals.nickel, 'cF2'],
    ['silicon', crystals.silicon, 'cF2'],
    ['wurtzite', crystals.wurtzite, 'hP2'],
    ['tin selenide', crystals.tinSelenide, 'oP1'],
    ['magnesium', crystals.magnesium, 'hP2'],
    ['tellurium', crystals.tellurium, 'hP2'],
    ['monoclinic', crystals.monoclinic, 'mP1'],
    ['tetragonal', crystals.tetragonal, 'tP1'],
  ] as const)('%s does not depend on cell and orientation', (_, crystal, table) => {
    const primitive = analyseSymmetry(crystal).crystal;
    const path = bandPath(primitive);
    expect(path.table).toBe(table);
    const norms = (c: Crystal) => {
      const reciprocal = transpose3(inverse3(c.lattice));
      return bandPath(c).pieces.map((piece) =>
        piece.map(({ label, q }) => [label, Math.hypot(...rowsTimes3(q, reciprocal)).toFixed(6)]),
      );
    };
    const other = crystals.otherCell(crystals.turned(primitive, [0.3, -0.5, 0.7, 0.2]));
    expect(norms(analyseSymmetry(other).crystal)).toEqual(norms(primitive));
  });
});
