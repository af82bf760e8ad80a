import type { ForceFunction } from '../../src/md/types.js';
import { BOLTZMANN } from '../../src/units.js';

/**
 * A periodic simple cubic crystal of n³ atoms with springs to the six neighbours: stiffness `along` the bond and `across` it,
 * plus a quartic term: E = Σ over bonds of ½ Σ_a k_a d_a² + ¼ q |d|⁴, d = u_j − u_i. Two masses in turn.
 */
export interface ToyCrystal {
  readonly n: number;
  readonly masses: Float64Array;
  readonly along: number;
  readonly across: number;
  readonly force: ForceFunction;
  /** Number of calls of `force` so far. */
  calls: number;
}

export function toyCrystal(n: number, quartic = 0, lightest = 28, heaviest = 28): ToyCrystal {
  const atoms = n * n * n;
  const along = 6;
  const across = 2;
  const stiffness = [0, 1, 2].map((axis) => [0, 1, 2].map((a) => (a === axis ? along : across)));
  const masses = Float64Array.from({ length: atoms }, (_, i) => (i % 2 === 0 ? lightest : heaviest));
  const index = (x: number, y: number, z: number) => ((x % n) * n + (y % n)) * n + (z % n);
  const bonds: [number, number, number][] = [];
  for (let x = 0; x < n; x++)
    for (let y = 0; y < n; y++)
      for (let z = 0; z < n; z++) {
        bonds.push([index(x, y, z), index(x + 1, y, z), 0]);
        bonds.push([index(x, y, z), index(x, y + 1, z), 1]);
        bonds.push([index(x, y, z), index(x, y, z + 1), 2]);
      }
  const crystal: ToyCrystal = {
    n,
    masses,
    along,
    across,
    calls: 0,
    force(u, forces) {
      crystal.calls++;
      forces.fill(0);
      let energy = 0;
      for (const [i, j, axis] of bonds) {
        const k = stiffness[axis];
        const d = [u[3 * j] - u[3 * i], u[3 * j + 1] - u[3 * i + 1], u[3 * j + 2] - u[3 * i + 2]];
        const d2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
        energy += 0.25 * quartic * d2 * d2;
        for (let a = 0; a < 3; a++) {
          energy += 0.5 * k[a] * d[a] * d[a];
          const f = (k[a] + quartic * d2) * d[a];
          forces[3 * i + a] += f;
          forces[3 * j + a] -= f;
        }
      }
      return energy;
    },
  };
  return crystal;
}

/** Eigenvalues of the harmonic force constants of one Cartesian component, without the translation, eV/Å². */
export function stiffnesses({ n, along, across }: ToyCrystal): number[] {
  const cosines = Array.from({ length: n }, (_, i) => 2 * (1 - Math.cos((2 * Math.PI * i) / n)));
  const values: number[] = [];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < n; k++)
        if (i + j + k > 0) values.push(along * cosines[i] + across * (cosines[j] + cosines[k]));
  return values;
}

/** ⟨|u|²⟩ of one atom in the exact harmonic crystal of equal masses, centre of mass at rest, Å². */
export function exactMeanSquare(crystal: ToyCrystal, temperature: number): number {
  const atoms = crystal.masses.length;
  const inverse = stiffnesses(crystal).reduce((sum, value) => sum + 1 / value, 0);
  return (3 * BOLTZMANN * temperature * inverse) / atoms;
}
