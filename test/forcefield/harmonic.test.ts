import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cartesianPositions, fractionalPositions, invertLattice } from '../../src/crystal/geometry.js';
import { analyseSymmetry } from '../../src/crystal/symmetry.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { expandForceConstants } from '../../src/expansion/forceConstants.js';
import { harmonicCrystal } from '../../src/forcefield/harmonic.js';
import { phononFrequencies } from '../../src/forcefield/phonons.js';
import { createStillingerWeber } from '../../src/reference/calculators/stillingerWeber.js';
import { silicon, tinSelenide } from '../expansion/crystals.js';
import { cubicCrystal, largestDifference, noise } from '../reference/fixture.js';

interface Frequencies {
  readonly source: string;
  readonly points: readonly { readonly q: readonly number[]; readonly frequencies: readonly number[] }[];
}
const { points } = JSON.parse(
  readFileSync(new URL('./fixtures/silicon-frequencies.json', import.meta.url), 'utf8'),
) as Frequencies;

/** q of one basis of the lattice in the reciprocal vectors of another: q′_i = a′_i · k, k = Σ q_j b_j. */
function inBasis(q: readonly number[], from: Float64Array, to: Float64Array): readonly number[] {
  const b = invertLattice(from);
  const k = [0, 1, 2].map((c) => b[3 * c] * q[0] + b[3 * c + 1] * q[1] + b[3 * c + 2] * q[2]);
  return [0, 1, 2].map((i) => to[3 * i] * k[0] + to[3 * i + 1] * k[1] + to[3 * i + 2] * k[2]);
}

describe('Stillinger–Weber silicon', () => {
  // Its force constants reach the second neighbours (3.84 Å).
  const primitive = analyseSymmetry(silicon);
  const space = buildClusterSpace(primitive, { 2: 4 });
  const { lattice, positions: ideal } = cubicCrystal('diamond', 5.431, 2);
  const potential = createStillingerWeber(lattice, Array<string>(64).fill('Si'));
  const sites = cartesianPositions(primitive.crystal);
  const atomAt = (x: readonly number[]): number => {
    for (let atom = 0; atom < 64; atom++) {
      const d = Float64Array.from([0, 1, 2], (c) => ideal[3 * atom + c] - x[c]);
      if (fractionalPositions(d, lattice).every((f) => Math.abs(f - Math.round(f)) < 1e-6)) return atom;
    }
    throw new Error(`no atom at ${x}`);
  };

  /** Row 3·site + a of the Hessian by central differences, [3·64] eV/Å². */
  const hessianRows = [0, 1, 2, 3, 4, 5].map((row) => {
    const atom = atomAt([...sites.subarray(3 * Math.floor(row / 3), 3 * Math.floor(row / 3) + 3)]);
    const forcesAt = (step: number): Float64Array => {
      const moved = ideal.slice();
      moved[3 * atom + (row % 3)] += step;
      const forces = new Float64Array(ideal.length);
      potential.evaluate(moved, forces);
      return forces;
    };
    const [plus, minus] = [forcesAt(1e-4), forcesAt(-1e-4)];
    return plus.map((f, i) => -(f - minus[i]) / 2e-4);
  });

  /** φ′ by projection: the basis is orthonormal over all ordered pairs of one primitive cell. */
  const parameters = Float64Array.from({ length: space.parameters }, (_, k) => {
    const unit = Float64Array.from({ length: space.parameters }, (_, i) => (i === k ? 1 : 0));
    const [{ count, sites: pair, cells, tensors, sizes }] = expandForceConstants(space, unit);
    let sum = 0;
    for (let cluster = 0; cluster < count; cluster++) {
      const [s, t] = [pair[2 * cluster], pair[2 * cluster + 1]];
      const shift = [0, 1, 2].map((c) => cells[6 * cluster + 3 + c] - cells[6 * cluster + c]);
      const L = primitive.crystal.lattice;
      const x = [0, 1, 2].map(
        (c) => sites[3 * t + c] + shift[0] * L[c] + shift[1] * L[3 + c] + shift[2] * L[6 + c],
      );
      const atom = atomAt(x);
      const ordered = sizes[cluster] > 0 ? 2 : 1;
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++)
          sum += ordered * tensors[9 * cluster + 3 * a + b] * hessianRows[3 * s + a][3 * atom + b];
    }
    return sum;
  });

  it.each(points)('has the frequencies of phonopy on LAMMPS forces at $q', ({ q, frequencies }) => {
    const file = Float64Array.of(0, 5.431 / 2, 5.431 / 2, 5.431 / 2, 0, 5.431 / 2, 5.431 / 2, 5.431 / 2, 0);
    const here = phononFrequencies(
      harmonicCrystal(space, parameters),
      inBasis(q, file, primitive.crystal.lattice),
    );
    expect(largestDifference(here, Float64Array.from(frequencies))).toBeLessThan(2e-5);
  });
});

describe('a crystal of low symmetry', () => {
  const primitive = analyseSymmetry(tinSelenide);
  const space = buildClusterSpace(primitive, { 2: 5 });
  const harmonic = harmonicCrystal(space, noise(space.parameters, 3));

  it('has frequencies that the space group carries from q to its images, whatever the parameters', () => {
    const q = [0.11, 0.23, -0.37];
    const here = phononFrequencies(harmonic, q);
    for (const { fractionalRotation: W } of primitive.operations) {
      // q is a row vector of the reciprocal lattice: x′ = W x carries it to q W⁻¹; W runs over a group, so q W does as well.
      const image = [0, 1, 2].map((c) => q[0] * W[c] + q[1] * W[3 + c] + q[2] * W[6 + c]);
      expect(largestDifference(phononFrequencies(harmonic, image), here)).toBeLessThan(1e-9);
    }
  });

  it('has three modes of frequency zero at Γ', () => {
    const small = Array.from(phononFrequencies(harmonic, [0, 0, 0])).filter((f) => Math.abs(f) < 1e-5);
    expect(small.length).toBe(3);
  });
});
