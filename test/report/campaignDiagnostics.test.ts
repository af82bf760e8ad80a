import { beforeAll, describe, expect, it } from 'vitest';
import { type CampaignContext, campaignContext } from '../../activities/tasks/context.js';
import { campaignDiagnostics } from '../../activities/tasks/report/diagnostics.js';
import { loadCampaign } from '../../src/cli/campaigns/file.js';
import type { LabelledStructure } from '../../src/regression/trainingRows.js';
import { diagnosticsPart, suspectText } from '../../src/report/diagnostics/sections.js';
import { canonicalJson } from '../../src/store/canonical.js';
import { openMemoryStore } from '../../src/store/memoryStore.js';
import { argonStructures, FIRST, recordFit } from '../support/recordedFit.js';

const STRUCTURES = 8;

describe('diagnostics of a campaign', () => {
  const store = openMemoryStore();
  let context: CampaignContext;
  let structures: LabelledStructure[];
  const trainedOn = (labelled: readonly LabelledStructure[]) => recordFit(store, context, labelled);

  beforeAll(async () => {
    const { bundle } = loadCampaign('examples/argon.yaml');
    context = await campaignContext(store, await store.put('campaign-file', canonicalJson(bundle)));
    structures = argonStructures(context.supercell, STRUCTURES);
  }, 60_000);

  it('finds nothing among right labels', async () => {
    const { ledger, field } = await trainedOn(structures);
    const { diagnosed } = await campaignDiagnostics(store, context, ledger, field);
    expect(diagnosed!.diagnostics.suspects).toEqual([]);
    expect(diagnosed!.numbers).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(diagnosed!.diagnostics.orders.map((o) => o.order)).toEqual([2, 3, 4]);
  });

  it('names the structure whose forces are another’s by its number in the ledger', async () => {
    const wrong = structures.map((s, k) => (k === 5 ? { ...s, forces: structures[2].forces } : s));
    const { ledger, field } = await trainedOn(wrong);
    const outcome = await campaignDiagnostics(store, context, ledger, field);
    const { diagnosed } = outcome;
    expect(diagnosed!.diagnostics.suspects.map((s) => diagnosed!.numbers[s.index])).toEqual([FIRST + 5]);
    expect(suspectText(diagnosed!)).toHaveLength(1);
    expect(suspectText(diagnosed!)[0]).toMatch(
      /^structure 9 \(random\): without it the fit misses its forces by/,
    );
    const section = diagnosticsPart(outcome)!.text;
    expect(section).toContain('1 label that the posterior calls impossible');
    expect(section).toContain('Figure 6.');
  });

  it('says why where there is nothing to say', async () => {
    const nothing = await campaignDiagnostics(store, context, [], undefined);
    expect(diagnosticsPart(nothing)!.text).toContain('Nothing has been fitted yet.');
    const { ledger, field } = await trainedOn(structures.slice(0, 2));
    const leastSquares = { ...field, precisionFactor: undefined };
    const outcome = await campaignDiagnostics(store, context, ledger, leastSquares);
    expect(diagnosticsPart(outcome)!.text).toContain('Least squares have no posterior');
  });

  it('says how many were left out where all would have taken too long', async () => {
    const { ledger, field } = await trainedOn(structures);
    const { diagnosed } = await campaignDiagnostics(store, context, ledger, field);
    expect(diagnosed!.of).toBe(STRUCTURES);
    expect(diagnosticsPart({ diagnosed: diagnosed! })!.text).toContain(
      'Each training structure is left out in turn',
    );
    expect(diagnosticsPart({ diagnosed: { ...diagnosed!, of: 314 } })!.text).toContain(
      'Of 314 training structures 8, drawn at random, are left out in turn',
    );
  });

  it('lets no text from outside become HTML', async () => {
    const { ledger, field } = await trainedOn(structures);
    const { diagnosed } = await campaignDiagnostics(store, context, ledger, field);
    const hostile = { ...diagnosed!, sources: diagnosed!.sources.map(() => '<img src=x onerror=alert(1)>') };
    expect(diagnosticsPart({ diagnosed: hostile })!.text).not.toContain('<img');
  });
});
