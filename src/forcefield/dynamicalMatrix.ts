import { type SymmetricEigen, symmetricEigen } from '../numerics/dense/eigen.js';
import { symmetricEigenvalues } from '../numerics/dense/eigenvalues.js';
import { FORCE_TO_ACCELERATION, RAD_PER_FS_TO_THZ } from '../units.js';
import type { HarmonicCrystal } from './harmonic.js';

/** A Hermitian matrix [n × n], row-major, as real and imaginary parts. */
export interface HermitianMatrix {
  readonly n: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/** cos and sin of the Bloch phase 2π q·l of a lattice translation l (in primitive cells). */
export type Phase = (a: number, b: number, c: number) => readonly [number, number];

/** The Bloch phase of q ([3] fractional, in reciprocal primitive lattice vectors). */
export function phaseOf(q: readonly number[]): Phase {
  return (a, b, c) => {
    const turns = q[0] * a + q[1] * b + q[2] * c;
    // Whole turns go first: the phase is then exact for integers, however far the cell.
    const angle = 2 * Math.PI * (turns - Math.round(turns));
    return [Math.cos(angle), Math.sin(angle)];
  };
}

/**
 * D_{sa,s'b}(q) = (m_s m_s')^{-1/2} Σ_l Φ_{s0,s'l}^{ab} e^{2πi q·l}, eV/Å²/amu: lattice translations in the phase, not atomic
 * positions, so that D is periodic in q, and real where 2q is a reciprocal lattice vector. (Born and Huang, Dynamical
 * Theory of Crystal Lattices, §24.)
 */
export function dynamicalMatrix(harmonic: HarmonicCrystal, phase: Phase): HermitianMatrix {
  const { masses, first, second, cells, blocks } = harmonic;
  const n = 3 * masses.length;
  const real = new Float64Array(n * n);
  const imaginary = new Float64Array(n * n);
  for (let p = 0; p < first.length; p++) {
    const [cos, sin] = phase(cells[3 * p], cells[3 * p + 1], cells[3 * p + 2]);
    const scale = 1 / Math.sqrt(masses[first[p]] * masses[second[p]]);
    for (let a = 0; a < 3; a++) {
      const row = (3 * first[p] + a) * n + 3 * second[p];
      for (let b = 0; b < 3; b++) {
        const phi = scale * blocks[9 * p + 3 * a + b];
        real[row + b] += phi * cos;
        imaginary[row + b] += phi * sin;
      }
    }
  }
  return { n, real, imaginary };
}

/**
 * Eigenvalues and eigenvectors of a Hermitian H = X + iY through the real symmetric [[X, −Y], [Y, X]] of twice the size:
 * each eigenvalue comes twice, with vectors (Re v, Im v) and (−Im v, Re v) or any rotation of the two.
 */
export function embeddedEigen(matrix: HermitianMatrix): SymmetricEigen {
  return symmetricEigen(realEmbedding(matrix), 2 * matrix.n);
}

/** Eigenvalues [n] of a Hermitian matrix, ascending: of those of its real embedding every second one. */
export function hermitianEigenvalues(matrix: HermitianMatrix): Float64Array {
  const twice = symmetricEigenvalues(realEmbedding(matrix), 2 * matrix.n);
  return twice.filter((_, k) => k % 2 === 0);
}

/** [2n × 2n] [[X, −Y], [Y, X]] of X + iY. */
function realEmbedding({ n, real, imaginary }: HermitianMatrix): Float64Array {
  const m = 2 * n;
  const embedded = new Float64Array(m * m);
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      // Rounding leaves H Hermitian to the last bits only.
      const x = 0.5 * (real[r * n + c] + real[c * n + r]);
      const y = 0.5 * (imaginary[r * n + c] - imaginary[c * n + r]);
      embedded[r * m + c] = x;
      embedded[(r + n) * m + c + n] = x;
      embedded[r * m + c + n] = -y;
      embedded[(r + n) * m + c] = y;
    }
  }
  return embedded;
}

/** Frequency in THz of an eigenvalue of D (ω², eV/Å²/amu); negative where the mode is unstable. */
export function frequencyOf(eigenvalue: number): number {
  const size = Math.sqrt(Math.abs(eigenvalue) * FORCE_TO_ACCELERATION) * RAD_PER_FS_TO_THZ;
  return eigenvalue < 0 ? -size : size;
}
