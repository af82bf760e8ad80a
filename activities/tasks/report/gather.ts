import { rulesOf } from '../../../src/campaign/bundle.js';
import {
  type Confidence,
  confidence,
  confidenceText,
  type LabelRatio,
  latestRatios,
} from '../../../src/campaign/confidence.js';
import { type Bias, biasText, failureBias, fatesOf } from '../../../src/campaign/failures.js';
import type { LedgerEntryBody } from '../../../src/campaign/ledger.js';
import type { Verdict } from '../../../src/campaign/state.js';
import { type DiagnosticsOutcome, suspectText } from '../../../src/report/diagnostics/sections.js';
import type { ReportData } from '../../../src/report/types.js';
import { readLedger } from '../../../src/store/ledger.js';
import type { Ref, Store } from '../../../src/store/types.js';
import type { CampaignContext } from '../context.js';
import { readForceFieldArtifact } from '../model.js';
import { campaignDiagnostics } from './diagnostics.js';
import { entriesOf } from './entries.js';
import { forceConstantNorms } from './forceConstants.js';
import { outcomeOf } from './outcome.js';
import { reportPhonons } from './phonons.js';
import { refitRecords } from './refits.js';
import { settingsOf } from './settings.js';
import { crystalOf, expansionOf, provenanceOf } from './setup.js';
import { latestRules } from './steered.js';
import { structureRecords } from './structures.js';
import { readTraces, standardisedError, walkerTraces } from './traces.js';

/** Fills the report of a campaign, finished or running, from its ledger and the artifacts that the ledger names. */
export async function gatherReport(
  store: Store,
  context: CampaignContext,
  head: Ref,
  verdict: Verdict | null,
  generated: Date,
): Promise<ReportData> {
  const ledger = await readLedger<LedgerEntryBody>(store, head);
  const traces = await readTraces(store, ledger);
  const refits = refitRecords(context, ledger, traces);
  const last = entriesOf(ledger, 'refitted').at(-1);
  const field = last && (await readForceFieldArtifact(store, last.forceField.ref));
  const diagnostics = await campaignDiagnostics(store, context, ledger, field);
  const trust = confidence(labelRatios(ledger));
  return {
    campaign: context.settings.name,
    generated: generated.toISOString(),
    outcome: outcomeOf(context, ledger, verdict),
    crystal: crystalOf(context),
    expansion: expansionOf(context),
    acquisition: latestRules(ledger, rulesOf(context.settings)).acquisition,
    settings: settingsOf(context.settings),
    traces: walkerTraces(context, ledger, traces),
    refits,
    structures: structureRecords(context, ledger),
    testSet: last?.forceField.test
      ? {
          structures: last.forceField.test.frames,
          source: testSource(context),
          mae: last.forceField.test.mae,
          rmse: last.forceField.test.rmse,
        }
      : null,
    standardisedError: last ? standardisedError(context, traces, last.forceField.ref.hash) : null,
    forceConstants: field ? forceConstantNorms(context, field) : [],
    phonons: field ? reportPhonons(context, field) : null,
    campaignFile: context.bundle.source,
    provenance: provenanceOf(ledger, head, generated),
    warnings: [
      ...entriesOf(ledger, 'warned').map((entry) => entry.message),
      ...doubts(diagnostics, trust, failureBias(fatesOf(ledger))),
    ],
    diagnostics,
    confidence: trust && confidenceText(trust),
  };
}

/** The latest labels from MD against what was predicted of them. */
function labelRatios(ledger: readonly LedgerEntryBody[]): readonly LabelRatio[] {
  const additions = entriesOf(ledger, 'asked').map(({ structure, group }) => ({ id: structure, group }));
  let ratios: readonly LabelRatio[] = [];
  for (const { checks } of entriesOf(ledger, 'refitted')) ratios = latestRatios(ratios, checks, additions);
  return ratios;
}

/** What a reader must know before trusting the numbers. */
function doubts(
  { diagnosed }: DiagnosticsOutcome,
  trust: Confidence | null,
  bias: Bias | null,
): readonly string[] {
  return [
    ...(diagnosed === null ? [] : suspectText(diagnosed)),
    ...(bias ? [biasText(bias)] : []),
    ...(trust?.verdict === 'over-confident' ? [confidenceText(trust)] : []),
  ];
}

function testSource({ settings: { test } }: CampaignContext): string {
  if (test === undefined) return '';
  if (test.source === 'file') return test.file;
  return `MD driven by the reference itself, one frame each ${test.spacing} fs, seed ${test.seed}`;
}
