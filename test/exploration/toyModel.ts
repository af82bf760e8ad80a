import type { WalkerModel } from '../../src/exploration/model.js';
import type { ExplorationInput, WalkerSettings } from '../../src/exploration/types.js';
import { newWalker } from '../../src/exploration/walker.js';
import type { ForceFunction } from '../../src/md/types.js';
import type { AcquisitionSettings } from '../../src/uncertainty/types.js';
import { toyCrystal } from '../md/toyCrystal.js';

/** Features of one row of the toy's design matrix: its own displacement component to the powers 1 … 3, and its neighbour's. */
const P = 4;

export interface ToyModel extends WalkerModel {
  /** Structures in the order in which they were added. */
  readonly added: Float64Array[];
}

/**
 * A walker's model whose error is exactly that of Bayesian regression with P features, Σ⁻¹ = 1 + β Σ AᵀA, computed afresh
 * from all structures added; `force` by default that of an anharmonic cubic crystal of 27 atoms.
 */
export function toyModel(force?: ForceFunction): ToyModel {
  const crystal = toyCrystal(3, 60, 10, 40);
  const added: Float64Array[] = [];
  let covariance = inverse(identity());
  const row = (u: Float64Array, i: number) => [
    u[i],
    u[i] * u[i],
    u[i] * u[i] * u[i] * 3,
    u[(i + 3) % u.length],
  ];
  return {
    masses: crystal.masses,
    nearestNeighbour: 2.5,
    fittingError: 0.05,
    force: force ?? crystal.force,
    added,
    addStructure(u) {
      added.push(u.slice());
      const precision = identity();
      for (const structure of added)
        for (let i = 0; i < structure.length; i++) {
          const a = row(structure, i);
          for (let p = 0; p < P; p++) for (let q = 0; q < P; q++) precision[p][q] += 20 * a[p] * a[q];
        }
      covariance = inverse(precision);
    },
    error(u) {
      let total = 0;
      let largest = -1;
      let worstAtom = 0;
      for (let atom = 0; atom < u.length / 3; atom++) {
        let sum = 0;
        for (let i = 3 * atom; i < 3 * atom + 3; i++) {
          const a = row(u, i);
          for (let p = 0; p < P; p++) for (let q = 0; q < P; q++) sum += a[p] * covariance[p][q] * a[q];
        }
        total += sum;
        if (sum > largest) [largest, worstAtom] = [sum, atom];
      }
      return { rms: Math.sqrt(total / u.length), largestAtom: Math.sqrt(largest / 3), worstAtom };
    },
  };
}

export const walker: WalkerSettings = { walker: 2, temperature: 300, timestep: 2, friction: 0.01, seed: 42 };

export const eager: AcquisitionSettings = {
  criterion: { name: 'trajectory-deviation', n: 1.5 },
  quantity: 'rms',
  every: 1,
  window: 150,
  minWindow: 60,
  minGap: 25,
  stall: { after: 120, structures: 30, fraction: 0.25 },
};

/** Never asks. */
export const silent: AcquisitionSettings = { ...eager, criterion: { name: 'fixed' }, stall: null };

export function toyInput(overrides: Partial<ExplorationInput> = {}): ExplorationInput {
  return {
    walker,
    acquisition: eager,
    checkpoint: newWalker(walker, toyModel().masses, { from: 'sites' }),
    untilStep: 600,
    lookahead: 4,
    pickedBefore: 0,
    ...overrides,
  };
}

function identity(): number[][] {
  return Array.from({ length: P }, (_, p) => Array.from({ length: P }, (_, q) => (p === q ? 1 : 0)));
}

/** Gauss–Jordan; the matrices here are well conditioned. */
function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const rows = matrix.map((r, p) => [...r, ...identity()[p]]);
  for (let p = 0; p < P; p++) {
    const pivot = rows[p][p];
    rows[p] = rows[p].map((x) => x / pivot);
    for (let q = 0; q < P; q++) {
      if (q === p) continue;
      const factor = rows[q][p];
      rows[q] = rows[q].map((x, c) => x - factor * rows[p][c]);
    }
  }
  return rows.map((r) => r.slice(P));
}
