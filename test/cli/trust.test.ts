import { describe, expect, it } from 'vitest';
import { rulesOf } from '../../src/campaign/bundle.js';
import type { JournalEntry } from '../../src/campaign/ledger.js';
import type { CampaignState, ForceFieldSummary } from '../../src/campaign/state.js';
import { liveEvents } from '../../src/cli/campaigns/events.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import { verdictLines } from '../../src/cli/campaigns/verdict.js';
import { freshCampaign } from '../campaign/play.js';

const RULES = rulesOf(loadCampaign('examples/argon.yaml').bundle.settings);

const FORCE_FIELD: ForceFieldSummary = {
  ref: { kind: 'force-field', hash: 'a', bytes: 1 },
  parametersHash: 'sha256:a',
  fittingError: 0.002,
  logEvidence: 100,
  hyperparameters: { prior: 'isotropic', logAlpha: 0 },
  effectiveParameters: 10,
  notDetermined: [],
  test: null,
};

/** A campaign whose last labels from MD were so many times as far off as predicted. */
function campaign(ratios: readonly number[], change: Partial<CampaignState> = {}): CampaignState {
  const labelRatios = ratios.map((ratio, k) => ({ structure: 10 + k, ratio }));
  return { ...freshCampaign(RULES), forceField: FORCE_FIELD, labelRatios, ...change };
}

/** The refit that took in the last of them. */
function refitted(structure: number, ratio: number): JournalEntry {
  return {
    sequence: 1,
    type: 'refitted',
    forceField: FORCE_FIELD,
    trainingSet: { kind: 'training-set', hash: 'b', bytes: 1 },
    added: [structure],
    counts: { random: 0, phonon: 0, md: 15 },
    checks: [{ structure, predicted: 0.002, found: 0.002 * ratio }],
    counted: true,
    seconds: 1,
  };
}

const warnings = (entry: JournalEntry, state: CampaignState) =>
  liveEvents([entry], state, 0).flatMap((e) => (e.kind === 'message' && e.level === 'warn' ? [e.text] : []));

describe('status', () => {
  it('says whether labels bear the error bars out', () => {
    const text = verdictLines(campaign([1, 1, 1, 1, 1])).join('\n');
    expect(text).toContain('error bars hold: the last 5 labels from MD were 1.00 times as far off');
    expect(text).not.toContain('warning');
    expect(verdictLines(campaign([2, 2])).join('\n')).not.toContain('labels from MD were');
  });

  it('warns of an over-confident force field', () => {
    expect(verdictLines(campaign([2, 2, 2, 2, 2])).join('\n')).toContain(
      'warning: the force field is over-confident',
    );
  });

  it('names suspect labels', () => {
    const text = verdictLines(campaign([], { suspects: [12, 17] })).join('\n');
    expect(text).toContain('warning: suspect labels: structures 12, 17');
    expect(verdictLines(campaign([], { suspects: [] })).join('\n')).not.toContain('suspect');
  });
});

describe('live events', () => {
  it('warn when a new label is far off, and when the latest all are', () => {
    expect(warnings(refitted(14, 1), campaign([1, 1, 1, 1, 1]))).toEqual([]);
    expect(warnings(refitted(14, 5), campaign([1, 1, 1, 1, 5]))).toEqual([
      expect.stringMatching(/^structure 14: its label is 5\.0 times/),
    ]);
    expect(warnings(refitted(14, 2), campaign([2, 2, 2, 2, 2]))).toEqual([
      expect.stringMatching(/^the force field is over-confident: the last 5 labels/),
    ]);
  });

  it('say nothing of initial structures', () => {
    expect(warnings(refitted(3, 9), campaign([1, 1, 1, 1, 1]))).toEqual([]);
  });
});
