import { describe, expect, it } from 'vitest';
import { confidence, confidenceText, latestRatios, surprises } from '../../src/campaign/confidence.js';

const check = (structure: number, ratio: number) => ({ structure, predicted: 0.002, found: 0.002 * ratio });
const md = (id: number) => ({ id, group: 'md' as const });

function ratiosOf(ratios: readonly number[]) {
  const checks = ratios.map((ratio, k) => check(k, ratio));
  return latestRatios(
    [],
    checks,
    checks.map((c) => md(c.structure)),
  );
}

describe('confidence in the error bars', () => {
  it('needs five labels from MD', () => {
    expect(confidence(ratiosOf([3, 3, 3, 3]))).toBeNull();
    const phonon = latestRatios([], [check(1, 9)], [{ id: 1, group: 'phonon' }]);
    expect(phonon).toEqual([]);
  });

  it('is the root mean square of found over predicted', () => {
    expect(confidence(ratiosOf([1, 1, 1, 1, 1]))).toEqual({
      labels: 5,
      ratio: 1,
      aside: null,
      verdict: 'calibrated',
    });
    expect(confidence(ratiosOf([1, 2, 1, 2, 2]))!.ratio).toBeCloseTo(Math.sqrt(14 / 5), 12);
  });

  it.each([
    // METHOD: what sqrt(β⁻¹ + ε_B²) over the true RMSE was seen to be, turned round.
    [1 / 1.07, 'calibrated'],
    [1 / 0.97, 'calibrated'],
    [1 / 0.77, 'calibrated'],
    [1 / 0.5, 'over-confident'],
    [1 / 0.4, 'over-confident'],
    [0.4, 'too modest'],
  ])('ratio %f: %s', (ratio, verdict) => {
    const judged = confidence(ratiosOf(new Array(6).fill(ratio)))!;
    expect(judged.verdict).toBe(verdict);
    expect(confidenceText(judged)).toContain(`${ratio.toFixed(2)} times as far off as predicted`);
  });

  it('one wrong label does not condemn the force field, two do', () => {
    const one = confidence(ratiosOf([1, 1, 20, 1, 1, 1]))!;
    expect(one).toEqual({ labels: 5, ratio: 1, aside: 2, verdict: 'calibrated' });
    expect(confidenceText(one)).toContain('structure 2 left aside');
    expect(confidence(ratiosOf([1, 1, 20, 20, 1, 1]))!.verdict).toBe('over-confident');
  });

  it('forgets: what the first force fields got wrong does not count for ever', () => {
    let ratios = ratiosOf([5, 5, 5, 5, 5]);
    for (let k = 0; k < 10; k++) ratios = latestRatios(ratios, [check(10 + k, 1)], [md(10 + k)]);
    expect(confidence(ratios)).toEqual({ labels: 10, ratio: 1, aside: null, verdict: 'calibrated' });
    // A batch is never cut.
    expect(ratiosOf(new Array(16).fill(1))).toHaveLength(16);
  });

  it('one label that is far off is named', () => {
    const checks = [check(0, 1), check(1, 5), check(2, 9)];
    const ratios = latestRatios([], checks, [md(0), md(1), { id: 2, group: 'random' }]);
    const lines = surprises(checks, ratios);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^structure 1: its label is 5\.0 times as far off as predicted \(10\.0 against 2\.00 meV/,
    );
  });
});
