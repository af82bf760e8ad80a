import { beforeAll, describe, expect, it } from 'vitest';
import { massOf } from '../../src/crystal/masses.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import type { ClusterSpace } from '../../src/expansion/types.js';
import { bandPath, parsePath } from '../../src/forcefield/bands/bandPath.js';
import { densityOfStates } from '../../src/forcefield/bands/density.js';
import { evenDivisions, irreducibleMesh } from '../../src/forcefield/bands/mesh.js';
import { type PhononSettings, phononStudy } from '../../src/forcefield/bands/phononStudy.js';
import { frequenciesAt } from '../../src/forcefield/bands/spread.js';
import { clusterSpaceOf } from '../../src/forcefield/clusterSpaceOf.js';
import type { ForceField } from '../../src/forcefield/forceField.js';
import { harmonicCrystal } from '../../src/forcefield/harmonic.js';
import { phononFrequencies } from '../../src/forcefield/phonons.js';
import { solveLowerRows } from '../../src/numerics/dense/triangular.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures } from '../../src/regression/trainingRows.js';
import { cubicSnapshots, hasRealData } from '../regression/realData.js';
import { synthetic } from '../support/syntheticForceField.js';
import { trainedArgon } from '../support/trainedArgon.js';

let argon: ForceField;
let space: ClusterSpace;
let settings: PhononSettings;
beforeAll(() => {
  argon = trainedArgon();
  space = clusterSpaceOf(argon);
  settings = { path: bandPath(argon.primitive.crystal), points: 40, mesh: [6, 6, 6], samples: 32, seed: 1 };
});

describe('the mesh', () => {
  it.each([
    ['argon', 6],
    ['wurtzite', 4],
  ] as const)('of %s, reduced by symmetry, has the moments of the whole one', (name, n) => {
    const field = name === 'argon' ? argon : synthetic('wurtzite');
    const harmonic = harmonicCrystal(clusterSpaceOf(field), field.parameters);
    const mesh = irreducibleMesh(field.primitive, [n, n, n]);
    expect(mesh.weights.length).toBeLessThan((n * n * n) / 3);
    expect(mesh.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const whole = Float64Array.from({ length: 3 * n * n * n }, (_, i) => {
      const point = Math.floor(i / 3);
      return [Math.floor(point / (n * n)), Math.floor(point / n) % n, point % n][i % 3] / n;
    });
    const moments = (frequencies: Float64Array, weight: (k: number) => number) =>
      [1, 2, 3].map((m) => frequencies.reduce((sum, f, k) => sum + weight(k) * Math.hypot(f) ** m, 0));
    const reduced = frequenciesAt(harmonic, mesh.q);
    const all = frequenciesAt(harmonic, whole);
    const branches = reduced.length / mesh.weights.length;
    const ofReduced = moments(reduced, (k) => mesh.weights[Math.floor(k / branches)]);
    moments(all, () => 1 / (n * n * n)).forEach((expected, k) => {
      expect(ofReduced[k] / expected).toBeCloseTo(1, 9);
    });
  });

  it('has the same spacing along all axes', () => {
    expect(evenDivisions(Float64Array.of(4, 0, 0, 0, 8, 0, 0, 0, 11.9), 12)).toEqual([12, 6, 4]);
  });

  it('leaves out what does not map it onto itself', () => {
    const mesh = irreducibleMesh(argon.primitive, [4, 3, 2]);
    expect(mesh.weights.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });
});

describe('the density of states', () => {
  it('integrates to the number of modes and peaks where they are', () => {
    const { frequency, density, smearing } = densityOfStates(
      Float64Array.of(1, 4, 4, 1.1, 4, 5),
      Float64Array.of(0.5, 0.5),
    );
    const step = frequency[1] - frequency[0];
    expect(density.reduce((a, b) => a + b) * step).toBeCloseTo(3, 3);
    expect(frequency[density.indexOf(Math.max(...density))]).toBeCloseTo(4, 1);
    expect(smearing).toBeCloseTo(0.05, 12);
  });
});

describe('bands with error bars', () => {
  it('have the frequencies of the posterior mean, the same for the same seed', () => {
    const study = phononStudy(argon, space, settings);
    const again = phononStudy(argon, space, settings);
    expect(again).toEqual(study);
    const { piece, table } = study.bands[0];
    const harmonic = harmonicCrystal(space, argon.parameters);
    phononFrequencies(harmonic, [...piece.q.slice(15, 18)]).forEach((f, k) => {
      expect(table.frequencies[15 + k]).toBeCloseTo(f, 10);
    });
    expect(study.stability.verdict).toBe('stable');
  });

  it('scatter as linear propagation of the posterior says, where no bands meet', () => {
    const q = [0.11, 0.23, 0.37];
    const path = parsePath('0.11 0.23 0.37, 0.12 0.23 0.37')!;
    const study = phononStudy(argon, space, { ...settings, path, samples: 400 });
    const { spread } = study.bands[0].table;
    const p = argon.parameters.length;
    const frequencies = (parameters: Float64Array) =>
      phononFrequencies(harmonicCrystal(space, parameters), q);
    const h = 1e-5;
    const gradients = new Float64Array(3 * p);
    for (let i = 0; i < space.orders[0].parameters; i++) {
      const shifted = (by: number) => argon.parameters.map((x, k) => (k === i ? x + by : x));
      const [plus, minus] = [frequencies(shifted(h)), frequencies(shifted(-h))];
      for (let b = 0; b < 3; b++) gradients[b * p + i] = (plus[b] - minus[b]) / (2 * h);
    }
    solveLowerRows(argon.precisionFactor!, p, gradients, 3);
    for (let b = 0; b < 3; b++) {
      const expected = Math.hypot(...gradients.subarray(b * p, (b + 1) * p));
      // The standard deviation of 400 samples is known to 3.5 %.
      expect(Math.abs(spread!.deviation[b] / expected - 1)).toBeLessThan(0.12);
      // 16 to 84 % of a normal distribution is one deviation to either side.
      expect(Math.abs((spread!.high[b] - spread!.low[b]) / (2 * expected) - 1)).toBeLessThan(0.2);
    }
  });

  it('are absent for least squares', () => {
    const { precisionFactor: _, ...bare } = argon;
    const study = phononStudy(bare, space, settings);
    expect(study.bands[0].table.spread).toBeUndefined();
    expect(study.stability).toMatchObject({ verdict: 'stable', unstableFraction: null });
  });
});

describe('the verdict on stability', () => {
  const turned = (factor: number) => ({ ...argon, parameters: argon.parameters.map((x) => factor * x) });

  it('is unstable where all springs have changed their sign', () => {
    const { stability } = phononStudy(turned(-1), space, settings);
    expect(stability).toMatchObject({ verdict: 'unstable', unstableFraction: 1 });
    expect(stability.lowest.frequency).toBeLessThan(-1);
  });

  it('is undecided where the error bars are larger than the springs', () => {
    const vague = { ...turned(0.02), precisionFactor: argon.precisionFactor!.map((x) => 0.2 * x) };
    expect(phononStudy(vague, space, settings).stability.verdict).toBe('undecided');
  });
});

// Frequencies (THz) at Γ and X by symfc 1.8 and phonopy 4.10 from the same snapshots, the same cutoff, without regularisation. The
// published 4.6164 THz of NaCl (phonopy's tests) and 512.92 cm⁻¹ of silicon (ALAMODE's example) are of other data, with force constants
// over the whole supercell: symfc without a cutoff gives 5.048 THz and 15.179 THz = 506.3 cm⁻¹ from these.
describe.skipIf(!hasRealData)('real data (skipped where ../shared/data is absent)', () => {
  it.each([
    ['nacl64', ['Na', 'Cl'], 0.5, 5, [5.66196769, 2.61001764, 4.80664759, 5.35156204, 5.66887811]],
    ['si64-pbesol', ['Si', 'Si'], 0.25, 5.4, [14.8290693, 4.33775931, 11.83936439, 11.83936439, 13.66424992]],
  ] as const)('%s', (name, species, second, cutoff, [gamma, ...x]) => {
    const { supercell, structures } = cubicSnapshots(`${name}.xyz`, [species[0], species[1]], second);
    const own = buildClusterSpace(supercell.primitive, { 2: cutoff });
    const centred = structures.map(({ displacements, forces }) => ({
      displacements: withoutDrift(displacements),
      forces,
    }));
    const gram = gramOfStructures({ design: createDesignMatrix(own, supercell) }, centred);
    const { parameters } = fitRidge(gram, parameterBlocks(own), { prior: 'none' });
    const masses = Float64Array.from(species, (symbol) => massOf(symbol));
    const harmonic = harmonicCrystal(own, parameters, masses);
    for (const f of phononFrequencies(harmonic, [0, 0, 0]).slice(3))
      expect(Math.abs(f - gamma)).toBeLessThan(1e-3);
    const atX = phononFrequencies(harmonic, [0.5, 0.5, 0]);
    const distinct = [atX[0], atX[2], atX[3], atX[5]];
    distinct.forEach((f, k) => {
      expect(Math.abs(f - x[k])).toBeLessThan(1e-3);
    });
  });
});

function withoutDrift(u: Float64Array): Float64Array {
  const mean = [0, 1, 2].map(
    (c) => u.reduce((sum, v, i) => (i % 3 === c ? sum + v : sum), 0) / (u.length / 3),
  );
  return u.map((v, i) => v - mean[i % 3]);
}
