import { describe, expect, it } from 'vitest';
import { biasText, countFates, failureBias, fatesOf, NO_FATES } from '../../src/campaign/failures.js';
import type { PendingStructure } from '../../src/campaign/state.js';
import { freshCampaign, play } from './play.js';
import { createWorld, FRIENDLY, smallRules } from './world.js';

function structure(id: number, error: number, temperature: number, accepted: boolean): PendingStructure {
  const ref = { kind: 'structure', hash: 'a'.repeat(64), bytes: 1 } as const;
  const pick = {
    walker: 1,
    step: id,
    rule: 'stall',
    error,
    threshold: null,
    mean: null,
    deviation: null,
    rmsError: error,
    worstAtom: 0,
    worstAtomError: error,
    temperature,
  } as const;
  const outcome = { attempts: null, seconds: 1 };
  const label = accepted
    ? ({ ...outcome, accepted, label: ref, adopted: false } as const)
    : ({ ...outcome, accepted, reason: 'not converged' } as const);
  return { id, group: 'md', structure: ref, pick, label };
}

/** Twenty accepted at 300 ± 10 K and 0.02 ± 0.002 eV/Å. */
const usual = Array.from({ length: 20 }, (_, k) =>
  structure(k, 0.02 + 0.002 * Math.sin(3 * k), 300 + 10 * Math.sin(5 * k), true),
);

describe('structures whose reference calculations fail', () => {
  it('are no bias while there are none', () => {
    expect(failureBias(countFates(NO_FATES, usual))).toBeNull();
  });

  it('do not matter where they are like the others', () => {
    const bias = failureBias(countFates(NO_FATES, [...usual, structure(20, 0.0205, 302, false)]))!;
    expect(bias).toMatchObject({ lost: 1, of: 21, apart: false });
    expect(biasText(bias)).toMatch(
      /^1 of 21 structures from MD have no label: ε_B 20\.5 against 2.*do not lie apart/,
    );
  });

  it('are told where the hottest, or the coldest, are lost', () => {
    const hot = failureBias(countFates(NO_FATES, [...usual, structure(20, 0.05, 420, false)]))!;
    expect(hot.apart).toBe(true);
    expect(biasText(hot)).toMatch(/420 K against 300 ± .*lacks the hottest/);
    const cold = failureBias(countFates(NO_FATES, [...usual, structure(20, 0.02, 150, false)]))!;
    expect(biasText(cold)).toMatch(/lacks the coldest/);
  });

  it('say nothing while few labels tell what is usual', () => {
    const bias = failureBias(countFates(NO_FATES, [...usual.slice(0, 4), structure(20, 1, 3000, false)]))!;
    expect(bias.apart).toBe(false);
    expect(bias.error.z).toBeNull();
  });

  it('change sides when a person has them rescued', () => {
    const before = countFates(NO_FATES, [...usual, structure(20, 0.05, 420, false)]);
    const after = countFates(before, [{ ...structure(20, 0.05, 420, true), retried: { reference: null } }]);
    expect(after.lost.count).toBe(0);
    expect(after.accepted.count).toBe(21);
    expect(failureBias(after)).toBeNull();
  });

  it('are the same from the state of a campaign and from its ledger', () => {
    const world = createWorld({ ...FRIENDLY, greedy: true, rejects: (n) => n > 6 && n % 4 === 0 });
    const end = play(freshCampaign(smallRules()), world);
    const fates = fatesOf(world.ledger(end.ledger.head));
    expect(fates.lost.count).toBeGreaterThan(2);
    expect(end.fates!.lost.count).toBe(fates.lost.count);
    expect(end.fates!.accepted.error[0]).toBeCloseTo(fates.accepted.error[0], 12);
  });
});
