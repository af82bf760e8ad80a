import { describe, expect, it } from 'vitest';
import type { Supercell } from '../../src/crystal/types.js';
import { commensuratePoints, phaseTable } from '../../src/forcefield/commensurate.js';
import { dynamicalMatrix, frequencyOf, phaseOf } from '../../src/forcefield/dynamicalMatrix.js';
import type { HarmonicCrystal } from '../../src/forcefield/harmonic.js';
import {
  modeVariance,
  phononDisplacements,
  randomDisplacements,
} from '../../src/forcefield/initialStructures.js';
import { normalModes } from '../../src/forcefield/normalModes.js';
import { frequencyRange, highestFrequency, phononFrequencies } from '../../src/forcefield/phonons.js';
import { symmetricEigen } from '../../src/numerics/dense/eigen.js';
import { BOLTZMANN } from '../../src/units.js';
import { largestDifference, noise } from '../reference/fixture.js';
import { plainSupercell, springCrystal, supercellForceConstants } from './springs.js';

const MATRICES = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [2, 0, 0, 0, 2, 0, 0, 0, 3],
  [2, 1, 0, 0, 2, 1, 1, 0, 3],
  [0, 2, 0, 2, 1, 0, 0, 1, 3],
  [-1, 1, 1, 1, -1, 1, 1, 1, -1],
];

/** Mass-weighted force constants of the supercell and their eigenvalues. */
function wholeMatrix(harmonic: HarmonicCrystal, supercell: Supercell) {
  const phi = supercellForceConstants(harmonic, supercell);
  const n = 3 * supercell.siteOf.length;
  const root = (i: number): number => Math.sqrt(harmonic.masses[supercell.siteOf[Math.floor(i / 3)]]);
  return {
    n,
    root,
    eigen: symmetricEigen(
      phi.map((x, k) => x / (root(Math.floor(k / n)) * root(k % n))),
      n,
    ),
  };
}

/** Covariance of the displacements that `phononDisplacements` draws: it is linear in the normals. */
function covarianceOf(draw: (normals: Float64Array) => Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const u = draw(Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0)));
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i * n + j] += u[i] * u[j];
  }
  return out;
}

describe('dynamical matrix', () => {
  const harmonic = springCrystal();

  it('is Hermitian and periodic in q', () => {
    const { n, real, imaginary } = dynamicalMatrix(harmonic, phaseOf([0.13, -0.41, 0.27]));
    for (let r = 0; r < n; r++)
      for (let c = 0; c < n; c++) {
        expect(real[r * n + c]).toBeCloseTo(real[c * n + r], 14);
        expect(imaginary[r * n + c]).toBeCloseTo(-imaginary[c * n + r], 14);
      }
    const shifted = dynamicalMatrix(harmonic, phaseOf([1.13, -2.41, 5.27]));
    expect(largestDifference(shifted.real, real)).toBeLessThan(1e-14);
  });

  it('has three acoustic modes of frequency zero at Γ, and ω(−q) = ω(q)', () => {
    const atGamma = phononFrequencies(harmonic, [0, 0, 0]);
    for (const f of atGamma.subarray(0, 3)) expect(Math.abs(f)).toBeLessThan(1e-6);
    expect(atGamma[3]).toBeGreaterThan(1);
    const [plus, minus] = [
      phononFrequencies(harmonic, [0.2, 0.1, 0.4]),
      phononFrequencies(harmonic, [-0.2, -0.1, -0.4]),
    ];
    expect(largestDifference(plus, minus)).toBeLessThan(1e-12);
  });

  it('of a chain of masses m with springs k is 2 sqrt(k/m) |sin πq| (textbook)', () => {
    const k = 3;
    const m = 12;
    const chain: HarmonicCrystal = {
      masses: Float64Array.of(m),
      first: Int32Array.of(0, 0, 0),
      second: Int32Array.of(0, 0, 0),
      cells: Int32Array.of(0, 0, 0, 1, 0, 0, -1, 0, 0),
      blocks: Float64Array.from([2 * k, -k, -k].flatMap((x) => [x, 0, 0, 0, 0, 0, 0, 0, 0])),
    };
    for (const q of [0.1, 0.25, 0.5]) {
      const s = Math.sin(Math.PI * q);
      expect(phononFrequencies(chain, [q, 0, 0])[2]).toBeCloseTo(frequencyOf((4 * k * s * s) / m), 12);
    }
  });
});

describe.each(MATRICES)('supercell %j %j %j / %j %j %j / %j %j %j', (...matrix) => {
  const harmonic = springCrystal();
  const supercell = plainSupercell(matrix as number[]);
  const atoms = supercell.siteOf.length;

  it('has as many commensurate points as primitive cells, closed under inversion', () => {
    const { denominator, numerators, opposite } = commensuratePoints(supercell.matrix);
    expect(2 * denominator).toBe(atoms);
    expect(numerators.length).toBe(3 * denominator);
    opposite.forEach((o, i) => {
      expect(opposite[o]).toBe(i);
    });
    for (let q = 0; q < denominator; q++)
      for (let row = 0; row < 3; row++) {
        let turns = 0;
        for (let c = 0; c < 3; c++) turns += supercell.matrix[3 * row + c] * numerators[3 * q + c];
        expect(Math.abs(turns % denominator)).toBe(0);
      }
  });

  it('has real matrices where q is self-conjugate, and conjugate ones at ±q, to the last bit', () => {
    const points = commensuratePoints(supercell.matrix);
    const phase = phaseTable(points);
    points.opposite.forEach((o, q) => {
      const here = dynamicalMatrix(harmonic, phase(q));
      const there = dynamicalMatrix(harmonic, phase(o));
      expect(there.real).toEqual(here.real);
      expect(there.imaginary.map((y) => y + 0)).toEqual(here.imaginary.map((y) => 0 - y));
    });
  });

  it('has the frequencies of its whole matrix', () => {
    const whole = Float64Array.from(wholeMatrix(harmonic, supercell).eigen.values);
    const points = commensuratePoints(supercell.matrix);
    const found: number[] = [];
    for (let q = 0; q < points.denominator; q++) {
      const at = [0, 1, 2].map((c) => points.numerators[3 * q + c] / points.denominator);
      found.push(...phononFrequencies(harmonic, at));
    }
    const squares = Float64Array.from(
      found.sort((a, b) => a - b),
      (f) => f * Math.abs(f),
    );
    expect(
      largestDifference(
        squares,
        whole.map((x) => frequencyOf(x) * Math.abs(frequencyOf(x))),
      ),
    ).toBeLessThan(1e-10);
    expect(highestFrequency(harmonic, supercell.matrix)).toBeCloseTo(
      frequencyOf(whole[whole.length - 1]),
      10,
    );
  });

  it.each([
    { quantum: false, softness: 0 },
    { quantum: true, softness: 0 },
  ])('gives displacements the exact harmonic covariance (quantum: $quantum)', ({ quantum }) => {
    const settings = { temperature: 300, quantum };
    const modes = normalModes(harmonic, supercell);
    const { n, root, eigen } = wholeMatrix(harmonic, supercell);
    expect(modes.largest).toBeCloseTo(eigen.values[n - 1], 10);
    const got = covarianceOf((z) => phononDisplacements(modes, settings, z), n);
    const expected = new Float64Array(n * n);
    eigen.values.forEach((value, k) => {
      if (value < 0.01 * eigen.values[n - 1]) return;
      const variance = modeVariance(value, settings);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++)
          expected[i * n + j] +=
            (variance * eigen.vectors[i * n + k] * eigen.vectors[j * n + k]) / (root(i) * root(j));
    });
    expect(largestDifference(got, expected)).toBeLessThan(1e-11);
  });
});

describe('phonon displacements', () => {
  const supercell = plainSupercell([2, 0, 0, 0, 2, 0, 0, 0, 3]);
  const atoms = supercell.siteOf.length;
  const normals = noise(3 * atoms, 5);

  it('have the energy ½ kT for each mode that is not left out, on average (equipartition)', () => {
    const harmonic = springCrystal();
    const modes = normalModes(harmonic, supercell);
    const phi = supercellForceConstants(harmonic, supercell);
    const n = 3 * atoms;
    const covariance = covarianceOf((z) => phononDisplacements(modes, { temperature: 400 }, z), n);
    let energy = 0;
    for (let i = 0; i < n * n; i++) energy += 0.5 * phi[i] * covariance[i];
    const { eigen } = wholeMatrix(harmonic, supercell);
    const kept = eigen.values.filter((x) => x >= 0.01 * modes.largest).length;
    expect(kept).toBe(n - 3);
    expect(energy).toBeCloseTo(0.5 * BOLTZMANN * 400 * kept, 12);
  });

  it('grow with the root of the temperature and do not drift', () => {
    const modes = normalModes(springCrystal(), supercell);
    const cold = phononDisplacements(modes, { temperature: 100 }, normals);
    const hot = phononDisplacements(modes, { temperature: 400 }, normals);
    expect(
      largestDifference(
        hot,
        cold.map((u) => 2 * u),
      ),
    ).toBeLessThan(1e-13);
    for (let c = 0; c < 3; c++) {
      let drift = 0;
      for (let i = c; i < hot.length; i += 3)
        drift += hot[i] * modes.masses[supercell.siteOf[Math.floor(i / 3)]];
      expect(Math.abs(drift)).toBeLessThan(1e-11);
    }
  });

  it('never move an atom beyond 0.2 Å by unstable modes', () => {
    const soft = springCrystal(6);
    expect(frequencyRange(soft, supercell.matrix).lowest).toBeLessThan(-1);
    const modes = normalModes(soft, supercell);
    const stableOnly = {
      ...modes,
      waves: modes.waves.map((w) => ({
        ...w,
        modes: { ...w.modes, values: w.modes.values.map((x) => Math.max(0, x)) },
      })),
    };
    const strong = normals.map((z) => 100 * z);
    const all = phononDisplacements(modes, { temperature: 300 }, strong);
    const stable = phononDisplacements(stableOnly, { temperature: 300 }, strong);
    let largest = 0;
    for (let i = 0; i < all.length; i += 3) {
      largest = Math.max(
        largest,
        Math.hypot(all[i] - stable[i], all[i + 1] - stable[i + 1], all[i + 2] - stable[i + 2]),
      );
    }
    expect(largest).toBeCloseTo(0.2, 12);
  });

  it('have the zero-point amplitude at low, the classical one at high temperature', () => {
    const eigenvalue = 1;
    expect(modeVariance(eigenvalue, { temperature: 1e5, quantum: true })).toBeCloseTo(BOLTZMANN * 1e5, 3);
    const zeroPoint = modeVariance(eigenvalue, { temperature: 0, quantum: true });
    expect(modeVariance(eigenvalue, { temperature: 1, quantum: true })).toBeCloseTo(zeroPoint, 12);
    // ħ/2ω with ω = 98.2269 rad/ps for 1 eV/Å²/amu.
    expect(zeroPoint).toBeCloseTo((0.6582119569e-3 / (2 * 98.226947e-3)) * 9.648533212331, 6);
  });
});

describe('random displacements', () => {
  it('have no drift and the asked-for size', () => {
    const u = randomDisplacements(0.03, noise(3 * 500, 9));
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let i = c; i < u.length; i += 3) sum += u[i];
      expect(Math.abs(sum)).toBeLessThan(1e-13);
    }
    // Uniform noise in [−1, 1] has variance 1/3.
    expect(Math.sqrt(u.reduce((sum, x) => sum + x * x, 0) / u.length)).toBeCloseTo(0.03 / Math.sqrt(3), 3);
  });
});
