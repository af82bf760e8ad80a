import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import { describeWhatIf } from '../../src/cli/whatif/describe.js';
import { whatIfSettings } from '../../src/cli/whatif/options.js';
import { recordedRounds } from '../../src/cli/whatif/recorded.js';
import { InputError } from '../../src/errors.js';
import { encodeTrace } from '../../src/exploration/codec.js';
import { explore } from '../../src/exploration/explore.js';
import { afterRefit, newWalker } from '../../src/exploration/walker.js';
import { completed, whatIf } from '../../src/exploration/whatIf.js';
import { openFolderStore } from '../../src/store/folderStore.js';
import type { Store } from '../../src/store/types.js';
import type { AcquisitionSettings } from '../../src/uncertainty/types.js';
import { eager, toyInput, toyModel, walker } from '../exploration/toyModel.js';

const own: AcquisitionSettings = {
  criterion: { name: 'trajectory-deviation', n: 3 },
  quantity: 'rms',
  every: 2,
  window: 1000,
  minWindow: 1000,
  minGap: 100,
  stall: { after: 1000, structures: 15, fraction: 0.25 },
};

describe('the flags of whatif', () => {
  it('change what they name and nothing else; times become MD steps', () => {
    expect(whatIfSettings(own, {}, 2)).toEqual(own);
    expect(whatIfSettings(own, { gamma: '2' }, 2)).toEqual({
      ...own,
      criterion: { name: 'trajectory-average', gamma: 2 },
    });
    expect(whatIfSettings(own, { criterion: 'minimum-error' }, 2).criterion).toEqual({
      name: 'minimum-error',
      last: 10,
    });
    expect(whatIfSettings(own, { threshold: '2.5' }, 2).criterion).toEqual({
      name: 'fixed',
      threshold: 0.0025,
    });
    expect(whatIfSettings(own, { minGap: '0 fs', stall: 'off', every: '4' }, 2)).toEqual({
      ...own,
      minGap: 0,
      stall: null,
      every: 4,
    });
    expect(whatIfSettings({ ...own, stall: null }, { stall: '3 ps' }, 2).stall).toEqual({
      after: 1500,
      structures: 15,
      fraction: 0.25,
    });
    expect(whatIfSettings(own, { window: '500' }, 2)).toMatchObject({ window: 500, minWindow: 500 });
  });

  it.each([
    [{ gamma: '0.9' }, /--gamma.*above 1/],
    [{ n: 'three' }, /--n: .*got three/],
    [{ gamma: '2', n: '3' }, /belongs to the criterion trajectory-deviation, not to trajectory-average/],
    [{ criterion: 'fixed' }, /needs --threshold/],
    [{ criterion: 'largest' }, /--criterion: is not a known choice/],
    [{ every: '3' }, /recorded at other steps.*multiple of 2/],
    [{ minWindow: '2000' }, /longer than the window/],
    [{ quantity: 'mean' }, /rms or largest-atom/],
    [{ minGap: '200' }, /--min-gap: is not a time/],
    [{ stallStructures: '0' }, /--stall-structures/],
  ])('%j is refused', (flags, message) => {
    expect(() => whatIfSettings(own, flags, 2)).toThrow(InputError);
    expect(() => whatIfSettings(own, flags, 2)).toThrow(message);
  });
});

describe('a campaign from its ledger', () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'anharmony-whatif-'));
    store = await openFolderStore(join(folder, 'store'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is replayed with what was screened, quarantined and refitted in between', async () => {
    const ledger: LedgerEntryBody[] = [];
    const note = (entry: unknown) =>
      void ledger.push({ sequence: ledger.length, ...(entry as object) } as LedgerEntryBody);
    const model = toyModel();
    let checkpoint = newWalker({ ...walker, walker: 1 }, model.masses, { from: 'sites' });
    let structure = 0;
    let lost = 0;
    let unasked = 0;
    for (let round = 1; round <= 4; round++) {
      const fittingError = 0.05 / round;
      const forceField = { kind: 'force-field', hash: `${round}`.repeat(64), bytes: 1 };
      note({ type: 'refitted', forceField: { ref: forceField, fittingError } });
      const input = toyInput({
        walker: { ...walker, walker: 1 },
        checkpoint: round === 1 ? checkpoint : afterRefit(checkpoint),
        untilStep: checkpoint.state.step + 300,
        pickedBefore: structure - lost,
        lookahead: 3,
      });
      const known = toyModel();
      for (const u of model.added) known.addStructure(u);
      const done = explore(input, { ...known, fittingError });
      if (done.outcome === 'stopped') throw new Error('stopped');
      checkpoint = done.checkpoint;
      const trace = await store.put('trace', encodeTrace(done.trace));
      const { outcome } = done;
      const toStep = checkpoint.state.step;
      const picks = done.picks.length;
      note({ type: 'explored', round, walker: 1, toStep, outcome, picks, trace, forceField });
      // The campaign ends: what was taken in its last round is not asked for.
      if (round === 4) unasked = picks;
      else
        for (const { displacements, ...pick } of done.picks) {
          note({ type: 'asked', structure: structure++, group: 'md', pick });
          model.addStructure(displacements);
        }
      if (round === 2) {
        note({ type: 'quarantined', structure: structure - 1, reason: 'not converged' });
        lost++;
      }
    }
    const rounds = await recordedRounds(store, ledger, eager);
    expect(rounds.map((r) => r.lostBefore)).toEqual([0, 0, 1, 1]);
    expect(rounds.every((r) => r.fresh)).toBe(true);
    expect(unasked).toBeGreaterThan(0);
    expect(rounds.map((r) => r.unasked)).toEqual([undefined, undefined, undefined, unasked]);
    expect(whatIf(rounds).firstDifference).not.toBeNull();
    const whole = completed(rounds);
    const same = whatIf(whole);
    expect(same.firstDifference).toBeNull();
    expect(same.updates).toHaveLength(structure + unasked);

    const settings = whatIfSettings(eager, { n: '2.5', stall: 'off' }, walker.timestep);
    const found = whatIf(whole, () => settings);
    const recorded = { taken: structure, afterWrecks: 0, unasked: 0 };
    const answer = { campaign: 'toy', timestep: 2, own: eager, settings, recorded, reproduced: true, found };
    const lines = describeWhatIf(answer).join('\n');
    expect(lines).toContain(`updates that would have been made: ${found.updates.length}`);
    expect(lines).toMatch(
      /first difference: walker 1, round \d, step \d+ \(.* ps\): the campaign took a structure/,
    );
    expect(lines).toContain('give back every decision that was made');
  });
});
