import type { Supercell } from '../crystal/types.js';
import { inputError } from '../errors.js';
import { type SymmetricEigen, symmetricEigen } from '../numerics/dense/eigen.js';
import { type CommensuratePoints, commensuratePoints, phaseTable } from './commensurate.js';
import { dynamicalMatrix, embeddedEigen, type Phase } from './dynamicalMatrix.js';
import type { HarmonicCrystal } from './harmonic.js';

/** The normal modes of a supercell, by wave vector: one Hermitian problem for each instead of one of all atoms. */
export interface NormalModes {
  readonly supercell: Supercell;
  readonly masses: Float64Array;
  /** Self-conjugate q and one q of each pair ±q. */
  readonly waves: readonly Wave[];
  /** Largest eigenvalue of D over all of them, eV/Å²/amu. */
  readonly largest: number;
}

/** The modes of one wave vector. */
export interface Wave {
  readonly phase: Phase;
  /** 2q is a reciprocal lattice vector: D is real and `modes` is of size 3·sites; else it is D's real embedding, of size 6·sites. */
  readonly selfConjugate: boolean;
  readonly modes: SymmetricEigen;
}

/** Real coordinates of one wave (3·sites or 6·sites): the real part of w_q, then its imaginary part. */
export type WaveAmplitudes = Float64Array;

export function normalModes(harmonic: HarmonicCrystal, supercell: Supercell): NormalModes {
  const points = commensuratePoints(supercell.matrix);
  const phase = phaseTable(points);
  const waves: Wave[] = [];
  for (let q = 0; q < points.denominator; q++) {
    if (points.opposite[q] >= q) waves.push(waveAt(harmonic, points, q, phase(q)));
  }
  let largest = 0;
  for (const { modes } of waves) largest = Math.max(largest, modes.values[modes.values.length - 1]);
  if (largest <= 0) {
    throw inputError({
      field: 'force field',
      message: 'its second-order force constants have no stable phonon',
      got: `largest eigenvalue of the dynamical matrix ${largest}`,
      hint: 'train it on more structures first',
    });
  }
  return { supercell, masses: harmonic.masses, waves, largest };
}

function waveAt(harmonic: HarmonicCrystal, { opposite }: CommensuratePoints, q: number, phase: Phase): Wave {
  const matrix = dynamicalMatrix(harmonic, phase);
  if (opposite[q] !== q) return { phase, selfConjugate: false, modes: embeddedEigen(matrix) };
  const { n, real } = matrix;
  const symmetric = real.map((x, i) => 0.5 * (x + real[(i % n) * n + Math.floor(i / n)]));
  return { phase, selfConjugate: true, modes: symmetricEigen(symmetric, n) };
}

/**
 * Adds to `displacements` ([3·atoms], Å) the field of one wave:
 *   u_{ls} = (m_s N)^{-1/2} Σ_q w_q e^{2πi q·l}, the sum over ±q giving twice the real part; N primitive cells.
 */
export function addWave(
  { supercell, masses, waves }: NormalModes,
  wave: number,
  amplitudes: WaveAmplitudes,
  displacements: Float64Array,
): void {
  const { phase, selfConjugate } = waves[wave];
  const { siteOf, cellOf } = supercell;
  const n = 3 * masses.length;
  const cells = siteOf.length / masses.length;
  for (let atom = 0; atom < siteOf.length; atom++) {
    const site = siteOf[atom];
    const [cos, sin] = phase(cellOf[3 * atom], cellOf[3 * atom + 1], cellOf[3 * atom + 2]);
    const scale = (selfConjugate ? 1 : 2) / Math.sqrt(masses[site] * cells);
    for (let a = 0; a < 3; a++) {
      const k = 3 * site + a;
      const value = selfConjugate ? amplitudes[k] * cos : amplitudes[k] * cos - amplitudes[n + k] * sin;
      displacements[3 * atom + a] += scale * value;
    }
  }
}
