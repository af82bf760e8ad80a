import { beforeAll, describe, expect, it } from 'vitest';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { createDiagnosis, type FitDiagnostics } from '../../src/regression/diagnostics.js';
import { predictedMean } from '../../src/regression/posterior.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { withoutOrders } from '../../src/regression/subspace.js';
import { findSuspects, median } from '../../src/regression/suspects.js';
import { gramOfStructures, type LabelledStructure } from '../../src/regression/trainingRows.js';
import { cubicSnapshots, hasRealData } from './realData.js';
import { gramOf, syntheticProblem } from './synthetic.js';

if (!hasRealData) console.warn('SKIPPED: wrong labels among real DFT forces need ../shared/data');

const STRUCTURES = 40;
const ATOMS = 5;
const M = 3 * ATOMS;
const SPECIES = ['A', 'B', 'B', 'A', 'B'];

function diagnosed(
  seed: number,
  spoil?: number,
): { d: FitDiagnostics; problem: ReturnType<typeof syntheticProblem> } {
  const problem = syntheticProblem(seed, STRUCTURES * M);
  const p = problem.parameters;
  const y = problem.y.slice();
  if (spoil !== undefined) {
    const other = (spoil + 5) % STRUCTURES;
    y.set(problem.y.subarray(other * M, (other + 1) * M), spoil * M);
  }
  const gram = gramOf(problem.x, y, p);
  const posterior = fitRidge(gram, problem.blocks, { prior: 'by-order' });
  const diagnosis = createDiagnosis(posterior, problem.blocks, SPECIES);
  for (let s = 0; s < STRUCTURES; s++) {
    diagnosis.add(problem.x.slice(s * M * p, (s + 1) * M * p), y.slice(s * M, (s + 1) * M));
  }
  return { d: diagnosis.finish(gram), problem };
}

describe('diagnostics of a fit', () => {
  const { d, problem } = diagnosed(81);

  it('orders explain the forces together with what is left', () => {
    const explained = d.orders.reduce((sum, order) => sum + order.share, 0);
    let [rest, total] = [0, 0];
    const posterior = fitRidge(problem.gram, problem.blocks, { prior: 'by-order' });
    predictedMean(posterior.parameters, problem.x).forEach((f, i) => {
      rest += (problem.y[i] - f) * problem.y[i];
      total += problem.y[i] * problem.y[i];
    });
    expect(explained + rest / total).toBeCloseTo(1, 10);
    expect(d.orders[0].force).toBeGreaterThan(d.orders[1].force);
    expect(d.orders[1].force).toBeGreaterThan(d.orders[2].force);
  });

  it('an order that matters is missed: by the residual, and by the evidence of a fit without it', () => {
    const [second] = d.orders;
    expect(second.dropped).toBeGreaterThan(5 * d.leftOutRmse);
    expect(second.refitted!).toBeGreaterThan(5 * d.leftOutRmse);
    expect(second.evidenceGain!).toBeLessThan(-100);
  });

  it('species and force classes divide all rows between them', () => {
    const square = (parts: readonly { readonly leftOut: number; readonly atoms: number }[], atoms: number) =>
      parts.reduce((sum, part) => sum + (part.leftOut * part.leftOut * part.atoms) / atoms, 0);
    const whole = d.leftOutRmse * d.leftOutRmse;
    expect(square(d.species, ATOMS) / whole).toBeCloseTo(1, 10);
    expect(d.species.map((s) => [s.species, s.atoms])).toEqual([
      ['A', 2],
      ['B', 3],
    ]);
    expect(square(d.forceClasses, STRUCTURES * ATOMS) / whole).toBeCloseTo(1, 10);
    d.forceClasses.slice(1).forEach((c, k) => {
      expect(c.from).toBe(d.forceClasses[k].to);
      expect(c.force).toBeGreaterThan(d.forceClasses[k].force);
    });
  });

  it('parity is that of structures left out', () => {
    let squares = 0;
    d.reference.forEach((value, i) => {
      squares += (value - d.predicted[i]) * (value - d.predicted[i]);
    });
    expect(Math.sqrt(squares / d.reference.length)).toBeCloseTo(d.leftOutRmse, 12);
    expect([...d.reference]).toEqual([...problem.y]);
    for (const s of d.structures) expect(s.leftOut).toBeGreaterThan(s.residual);
  });

  it('nothing is flagged where nothing is wrong, for many made-up problems', () => {
    for (let seed = 500; seed < 520; seed++) expect(diagnosed(seed).d.suspects).toEqual([]);
  });

  it('a structure with another one’s forces is flagged, and no other', () => {
    for (let seed = 500; seed < 510; seed++) {
      expect(diagnosed(seed, 3).d.suspects.map((s) => s.index)).toEqual([3]);
    }
  });
});

describe('leaving orders out of the sums', () => {
  it('gives the sums of the smaller problem', () => {
    const { gram, blocks, x, y, parameters: p } = syntheticProblem(91, 40);
    const { first, count } = blocks[1];
    const kept = x.filter((_, i) => i % p < first || i % p >= first + count);
    const rest = withoutOrders(gram, blocks, [3]);
    const direct = gramOf(kept, y, p - count);
    rest.gram.xtx.forEach((value, k) => {
      expect(value).toBeCloseTo(direct.xtx[k], 9);
    });
    expect(rest.gram.yty).toBe(gram.yty);
    expect(rest.blocks.map((b) => [b.order, b.first])).toEqual([
      [2, 0],
      [4, first],
    ]);
  });
});

describe('suspects', () => {
  it('are judged by the median, which they do not move', () => {
    const chi = [1, 1.1, 0.9, 1.05, 20, 0.95, 18];
    expect(findSuspects(chi, 192).map((s) => s.index)).toEqual([4, 6]);
    // A wrong label raises β^{-1/2} for all: the scale of χ says nothing.
    expect(
      findSuspects(
        chi.map((c) => c / 10),
        192,
      ).map((s) => s.index),
    ).toEqual([4, 6]);
  });

  it('are none where all scatter widely, or where there are too few to compare', () => {
    expect(findSuspects([0.3, 0.5, 1, 2, 3, 4, 0.7], 192)).toEqual([]);
    expect(findSuspects([1, 1, 1, 9], 192)).toEqual([]);
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});

describe.skipIf(!hasRealData)('wrong labels among DFT forces', () => {
  const CRYSTALS = {
    si: {
      data: () => cubicSnapshots('si64-pbesol.xyz', ['Si', 'Si'], 0.25),
      cutoffs: { 2: 5.4, 3: 4, 4: 2.5 },
    },
    nacl: { data: () => cubicSnapshots('nacl64.xyz', ['Na', 'Cl'], 0.5), cutoffs: { 2: 5, 3: 3 } },
  };

  describe.each(['si', 'nacl'] as const)('%s', (name) => {
    let suspectsIn: (structures: readonly LabelledStructure[]) => readonly number[];
    let all: readonly LabelledStructure[];
    beforeAll(() => {
      const { data, cutoffs } = CRYSTALS[name];
      const { supercell, structures } = data();
      all = structures;
      const space = buildClusterSpace(supercell.primitive, cutoffs);
      const labelling = { design: createDesignMatrix(space, supercell) };
      const blocks = parameterBlocks(space);
      suspectsIn = (chosen) => {
        const posterior = fitRidge(gramOfStructures(labelling, chosen), blocks, { prior: 'decay' });
        const diagnosis = createDiagnosis(posterior, blocks, supercell.crystal.species);
        const a = new Float64Array(labelling.design.rows * space.parameters);
        for (const { displacements, forces } of chosen) {
          labelling.design.compute(displacements, a);
          diagnosis.add(a, forces);
        }
        return diagnosis.finish().suspects.map((s) => s.index);
      };
    });

    const withWrong = (count: number, wrong: readonly number[]) =>
      all.slice(0, count).map((s, k) => (wrong.includes(k) ? { ...s, forces: all[k + 40].forces } : s));

    it.each([5, 10, 40])('clean data, %i structures: nothing', (count) => {
      expect(suspectsIn(all.slice(0, count))).toEqual([]);
    });
    it.each([
      [5, [3]],
      [10, [0]],
      [40, [7]],
      [40, [7, 21, 22]],
    ])('%i structures, forces of others in %j', (count, wrong) => {
      expect(suspectsIn(withWrong(count, wrong))).toEqual(wrong);
    });
  });
});
