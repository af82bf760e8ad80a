import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerSelect } from '../../src/cli/commands/select.js';
import { loadStructures, loadSupercell } from '../../src/cli/fit/load.js';
import { evaluate } from '../../src/cli/select/evaluate.js';
import { buildClusterSpace } from '../../src/expansion/clusterSpace.js';
import { parameterBlocks } from '../../src/regression/blocks.js';
import { createDesignMatrix } from '../../src/regression/designMatrix.js';
import { rootMeanSquareError } from '../../src/regression/metrics.js';
import { rankCorrelation } from '../../src/regression/modelSelection.js';
import { fitRidge } from '../../src/regression/ridge.js';
import { gramOfStructures, predictStructures } from '../../src/regression/trainingRows.js';
import { hasRealData, NACL, SI } from '../support/realFiles.js';
import { runCommand } from '../support/runCommand.js';

if (!hasRealData) console.warn('SKIPPED: model selection on real data needs ../shared/data');

const run = (...args: readonly string[]) => runCommand(registerSelect, ...args);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anharmony-select-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!hasRealData)('model selection agrees with errors on structures never fitted', () => {
  it.each([
    ['si64-pbesol', SI, '2:3.9|5.4,3:0|4,4:0|2.5', ':20', 0.9],
    ['nacl64', NACL, '2:4|5,3:0|3|4.2', ':20', 0.7],
  ] as const)('%s', async (_name, files, grid, train, least) => {
    const page = join(folder, 'select.html');
    const flags = ['--cutoffs', grid, '--train', train, '--test', '60:', '--priors', 'decay,by-order'];
    const { out } = await run('select', ...files, ...flags, '--report', page, '--json');
    const { candidates, recommended, reasons } = JSON.parse(out) as {
      candidates: { name: string; logEvidence: number; leftOutRmse: number; testRmse: number }[];
      recommended: string;
      reasons: string[];
    };
    expect(candidates.length).toBeGreaterThanOrEqual(12);
    const test = candidates.map((c) => c.testRmse);
    const best = Math.min(...test);
    const chosen = candidates.find((c) => c.name === recommended)!;
    // The recommendation, which never saw the test set, is within 1 % of the best of all on it.
    expect(chosen.testRmse).toBeLessThan(1.01 * best);
    expect(candidates[0].testRmse).toBeLessThan(1.01 * best);
    expect(Math.max(...test)).toBeGreaterThan(1.1 * best);
    expect(reasons.length).toBeGreaterThan(0);
    expect(
      rankCorrelation(
        candidates.map((c) => -c.logEvidence),
        test,
      ),
    ).toBeGreaterThan(least);
    expect(
      rankCorrelation(
        candidates.map((c) => c.leftOutRmse),
        test,
      ),
    ).toBeGreaterThan(least);
    expect(readFileSync(page, 'utf8')).toContain(`Recommended: ${recommended}`);
  });

  it.each([
    [
      'si64-pbesol: order 4 is worth its pairs of atoms, not more; order 3 its triplets',
      SI,
      ['--cutoffs', '2:5.4,3:4,4:4', '--maximum-sites', '3:2|3,4:1|2|3|4', '--train', ':20'],
      '2:5.4,3:4,4:4 sites 4:2 decay',
    ],
    [
      'nacl64: long force constants between Cl, third order between neighbours alone',
      NACL,
      [
        ...['--cutoffs', '2:5,3:5', '--train', ':20'],
        ...['--pair-cutoffs', '2:Na-Na:3|5,2:Cl-Cl:3|5', '--pair-cutoffs', '3:Na-Na:3|5,3:Cl-Cl:3|5'],
      ],
      '2:5,3:5 pairs 3:Cl-Cl:3,3:Na-Na:3 decay',
    ],
  ] as const)('limits beyond cutoffs too, %s', async (_name, files, flags, expected) => {
    const page = join(folder, 'limits.html');
    const { out } = await run('select', ...files, ...flags, '--test', '60:', '--report', page, '--json');
    const { candidates, recommended } = JSON.parse(out) as {
      candidates: { name: string; options: unknown; leftOutRmse: number; testRmse: number }[];
      recommended: string;
    };
    const test = candidates.map((c) => c.testRmse);
    expect(recommended).toBe(expected);
    expect(candidates.find((c) => c.name === recommended)!.testRmse).toBeLessThan(1.005 * Math.min(...test));
    expect(Math.max(...test)).toBeGreaterThan(1.1 * Math.min(...test));
    const leftOut = candidates.map((c) => c.leftOutRmse);
    expect(rankCorrelation(leftOut, test)).toBeGreaterThan(0.75);
    expect(rankCorrelation([...candidates.keys()], test)).toBeGreaterThan(0.75);
    const html = readFileSync(page, 'utf8');
    for (const { name } of candidates) expect(html).toContain(`<title>${name}</title>`);
    expect(html).toContain('Limits');
  });

  it('left-out errors are those of refits without the structure, one by one', async () => {
    const supercell = await loadSupercell(SI[0], SI[1]);
    const train = (await loadStructures([SI[2]], supercell)).slice(0, 4);
    const data = { supercell, train, test: [], labelNoise: 1e-4 };
    const expansion = { cutoffs: { 2: 4, 3: 3 }, options: { maximumSites: { 3: 2 } } };
    const indices = [0, 2];
    const [found] = evaluate(data, expansion, ['decay'], indices);
    const space = buildClusterSpace(supercell.primitive, expansion.cutoffs, expansion.options);
    const labelling = { design: createDesignMatrix(space, supercell) };
    const start = { hyperparameters: found.hyperparameters, beta: found.fittingError ** -2 };
    const squares = indices.map((index) => {
      const gram = gramOfStructures(
        labelling,
        train.filter((_, k) => k !== index),
      );
      const posterior = fitRidge(gram, parameterBlocks(space), { prior: 'decay', keep: true, start });
      const { predicted, reference } = predictStructures(labelling, posterior, [train[index]]);
      return rootMeanSquareError(predicted, reference) ** 2;
    });
    expect(found.leftOutRmse! / Math.sqrt((squares[0] + squares[1]) / 2)).toBeCloseTo(1, 9);
  });

  it('prints a table with the recommendation below', async () => {
    const { out } = await run('select', ...SI, '--cutoffs', '2:5.4,3:0|4', '--train', ':5');
    expect(out).toMatch(/cutoffs \(Å\) +prior +parameters +γ +ln evidence/);
    expect(out).toMatch(/2:5\.4,3:4 +decay +37 .* ← recommended/);
    expect(out).toMatch(/\nrecommended: 2:5\.4,3:4 decay\n/);
  });

  it('leaves out what the supercell does not hold, and says so', async () => {
    const { err } = await run('select', ...SI, '--cutoffs', '2:4|20', '--train', ':2');
    expect(err).toMatch(/left out: 2:20 is too long for the supercell/);
    await expect(run('select', ...SI, '--cutoffs', '2:20')).rejects.toThrow(/too long for the supercell/);
  });

  it('refuses what makes no sense', async () => {
    await expect(run('select', ...SI, '--cutoffs', '2:4', '--priors', 'none')).rejects.toThrow(/no evidence/);
    await expect(run('select', SI[0], SI[1], '--cutoffs', '2:4')).rejects.toThrow(/no data/);
    await expect(run('select', 'nobody', '--home', folder, '--cutoffs', '2:4')).rejects.toThrow(
      /no campaign/,
    );
  });
});
