import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import { gatherAudit, wholeStory } from '../../../src/cli/audit/gather.js';
import { storyLines } from '../../../src/cli/audit/story.js';
import { renderAudit } from '../../../src/report/audit/page.js';
import { reason, sentences } from '../../../src/report/audit/sentences.js';
import { campaignFrom, only, openStage, type Played, playCampaign, QUICK, type Stage } from './played.js';

let stage: Stage;
let parent: Played;
beforeAll(async () => {
  stage = await openStage();
  parent = await playCampaign(stage, campaignFrom(stage, QUICK));
}, 60_000);
afterAll(() => stage.remove());

describe('the story of a structure', () => {
  it('has every number: threshold, attempts, and what the refit did', async () => {
    const taken = only(parent.entries, 'asked').find((entry) => entry.group === 'md')!;
    const telling = { timestep: 5 };
    const lines = storyLines(await wholeStory(stage.store, parent, taken.structure, telling)).join('\n');
    expect(lines).toMatch(/taken at step \d+ of walker 1 \([\d.]+ ps\): .*ε_B [\d.]+/);
    expect(lines).toMatch(/attempt 1 accepted by lennard-jones \(built in\) on \S+ at 20\d\d-/);
    const effect = /ε_B of the structure ([\d.]+) meV\/Å → ([\d.]+) meV\/Å/.exec(lines)!;
    // A structure that was trained on is better known than before.
    expect(Number(effect[2])).toBeLessThan(Number(effect[1]));
    expect(Number(effect[1])).toBeCloseTo(1e3 * taken.pick!.rmsError, 3);
    expect(lines).toMatch(/predicted σ = .* meV\/Å, found residual [\d.]+ meV\/Å: [\d.]+ of it/);
  });

  it('says with which corrections an attempt was made, and which of them change what is computed', () => {
    const attempt = {
      number: 2,
      host: 'node7',
      program: 'pw.x',
      started: '2026-02-03T04:05:06.000Z',
      seconds: 9,
      outcome: 'accepted',
      corrections: ['halve mixing_beta', 'cold smearing'],
      changesPhysics: true,
    } as const;
    const [line] = sentences({ sequence: 9, type: 'attempt', structure: 17, attempt }, { timestep: 1 });
    expect(line).toMatch(
      /structure 17: attempt 2 accepted by pw\.x .*, corrected by halve mixing_beta, cold smearing \(changes what is computed\)$/,
    );
  });

  it('and all of them are one page that needs nothing else', async () => {
    const page = renderAudit(await gatherAudit(stage.store, parent, { timestep: 5 }));
    expect(page).not.toMatch(/<script|<link|<img|src=|https?:/);
    for (const { structure } of only(parent.entries, 'asked'))
      expect(page).toContain(`id="structure-${structure}"`);
    expect(page).toContain(parent.head.hash);
    expect(page).not.toContain('not computed');
    expect(page.match(/id="entry-\d+"/g)).toHaveLength(parent.entries.length);
  });
});

describe('a sentence', () => {
  const pick = {
    walker: 2,
    step: 48_211,
    error: 0.0312,
    threshold: 0.0294,
    mean: 0.0098,
    deviation: 0.0012,
    rmsError: 0.0312,
    worstAtom: 0,
    worstAtomError: 0.05,
    temperature: 300,
  };
  it('gives the comparison that was made, in the words of its criterion', () => {
    expect(reason({ ...pick, rule: 'trajectory-average' })).toBe(
      'ε_B 31.2 > 3.00 × 9.80 meV/Å (γ μ_k = 29.4)',
    );
    const deviation = { ...pick, rule: 'trajectory-deviation', threshold: 0.0134 } as const;
    expect(reason(deviation)).toBe('ε_B 31.2 > 9.80 + 3.00 × 1.20 meV/Å (μ_k + n σ_k = 13.4)');
    expect(reason({ ...pick, rule: 'fixed' })).toBe(
      'by fixed: ε_B 31.2 > threshold 29.4 meV/Å; μ_k 9.80, σ_k 1.20 meV/Å',
    );
    const early = { ...pick, threshold: null, mean: null, deviation: null };
    expect(reason({ ...early, rule: 'wreck' })).toBe(
      'the state before a wreck: ε_B 31.2 meV/Å, no threshold yet',
    );
    expect(reason({ ...pick, rule: 'person' })).toMatch(/^asked for by a person: ε_B 31.2/);
  });

  it('is made of an entry that this version does not know, too', () => {
    const entry = { sequence: 3, previous: 'x', type: 'blessed', by: 'somebody' };
    expect(sentences(entry as unknown as LedgerEntryBody, { timestep: 1 })).toEqual([
      'blessed: {"by":"somebody"}',
    ]);
  });
});
