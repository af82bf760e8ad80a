import { describe, expect, it } from 'vitest';
import { type Candidate, rankCorrelation, recommend } from '../../src/regression/modelSelection.js';

function candidate(name: string, change: Partial<Candidate>): Candidate {
  return {
    name,
    parameters: 100,
    logEvidence: 1000,
    leftOutRmse: 0.01,
    testRmse: null,
    stepSeconds: 1e-3,
    ...change,
  };
}

describe('the recommendation', () => {
  it('is the largest evidence where that decides', () => {
    const good = candidate('good', { logEvidence: 1100, leftOutRmse: 0.008, stepSeconds: 5e-3 });
    const { best, cheaper, reasons } = recommend([candidate('poor', {}), good]);
    expect(best).toBe(good);
    expect(cheaper).toBeUndefined();
    expect(reasons.join(' ')).toMatch(/evidence is the largest.*left out best: 8\.00 meV/);
  });

  it('is the cheapest of those that the data cannot tell apart', () => {
    const large = candidate('large', { logEvidence: 1001, stepSeconds: 9e-3 });
    const small = candidate('small', { leftOutRmse: 0.01005 });
    const { best, reasons } = recommend([large, small]);
    expect(best).toBe(small);
    expect(reasons.join(' ')).toMatch(/2 candidates cannot be told apart.*of large, is 1\.0 higher/);
  });

  it('does not follow a timing that tells nothing', () => {
    const slower = candidate('slower', { logEvidence: 1003, stepSeconds: 1.1e-3 });
    expect(recommend([candidate('faster', {}), slower]).best).toBe(slower);
  });

  it('follows structures left out where evidence contradicts them, and says so', () => {
    const evident = candidate('evident', { logEvidence: 2000, leftOutRmse: 0.012 });
    const predictive = candidate('predictive', { leftOutRmse: 0.01 });
    const { best, reasons } = recommend([evident, predictive]);
    expect(best).toBe(predictive);
    expect(reasons[0]).toMatch(/evident has the largest evidence, but predicts them 20 % worse/);
  });

  it('names what is cheaper and nearly as good', () => {
    const best = candidate('best', { logEvidence: 1100, stepSeconds: 1e-2 });
    const cheap = candidate('cheap', { logEvidence: 1000, leftOutRmse: 0.01009 });
    const bad = candidate('bad', { logEvidence: 900, leftOutRmse: 0.02, stepSeconds: 1e-4 });
    expect(recommend([bad, cheap, best])).toMatchObject({ best, cheaper: cheap });
  });

  it('rests on evidence alone where nothing was left out', () => {
    const first = candidate('first', { logEvidence: 1100, leftOutRmse: null });
    expect(recommend([candidate('second', { leftOutRmse: null }), first]).best).toBe(first);
  });
});

describe('rank correlation', () => {
  it('is 1 for the same order, −1 for the reverse, and knows ties', () => {
    expect(rankCorrelation([1, 5, 9], [10, 11, 400])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 5, 9], [3, 2, 1])).toBeCloseTo(-1, 12);
    // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: 4.5/√(4.5 · 5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });
});
