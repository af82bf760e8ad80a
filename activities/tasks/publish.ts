import { join } from 'node:path';
import type { LedgerEntryBody } from '../../src/campaign/ledger.js';
import type { Verdict } from '../../src/campaign/state.js';
import { reportFiles } from '../../src/report/csv.js';
import { diagnosticsFiles } from '../../src/report/diagnostics/csv.js';
import { renderReport } from '../../src/report/page.js';
import { writeFileAtomic } from '../../src/store/atomicFile.js';
import { readLedger, writeLedgerLines } from '../../src/store/ledger.js';
import type { Ref } from '../../src/store/types.js';
import type { ActivityInput } from '../types.js';
import { campaignContext } from './context.js';
import type { TaskEnvironment } from './environment.js';
import { removeProgress } from './progress.js';
import { gatherReport } from './report/gather.js';

/** Names of what a person finds in the result folder. */
export const RESULT_FILES = {
  forceField: 'force-field.anharmony',
  report: 'report.html',
  ledger: 'ledger.jsonl',
  campaign: 'campaign.yaml',
} as const;

/** Lays out the results: force field, report with its data, ledger, campaign file. */
export async function publish(
  environment: TaskEnvironment,
  { campaign, name, command }: ActivityInput<'publish'>,
) {
  environment.report({ phase: 'report' });
  const { suspects } = await writeResults(environment, {
    campaign,
    head: command.head,
    forceField: command.forceField,
    verdict: command.verdict,
  });
  // What was cut short goes on from its progress; what came to its end needs it no more.
  if (!['cancelled', 'failed'].includes(command.verdict.kind))
    await removeProgress(environment.places.store, name);
  return { type: 'published' as const, command: command.id, suspects };
}

export interface Results {
  readonly campaign: Ref;
  readonly head: Ref;
  readonly forceField: Ref | null;
  readonly verdict: Verdict | null;
}

/** The folder that was written, and the structures whose labels the posterior calls impossible. */
export async function writeResults(
  { store, places }: TaskEnvironment,
  results: Results,
): Promise<{ readonly folder: string; readonly suspects: readonly number[] }> {
  const context = await campaignContext(store, results.campaign);
  const folder = join(places.runs, context.settings.name);
  const data = await gatherReport(store, context, results.head, results.verdict, new Date());
  if (results.forceField)
    await writeFileAtomic(join(folder, RESULT_FILES.forceField), await store.get(results.forceField));
  await writeFileAtomic(join(folder, RESULT_FILES.campaign), context.bundle.source);
  await writeLedgerLines(
    join(folder, RESULT_FILES.ledger),
    await readLedger<LedgerEntryBody>(store, results.head),
  );
  for (const { name, content } of [...reportFiles(data), ...diagnosticsFiles(data.diagnostics)])
    await writeFileAtomic(join(folder, 'data', name), content);
  await writeFileAtomic(join(folder, RESULT_FILES.report), renderReport(data));
  const diagnosed = data.diagnostics?.diagnosed;
  const suspects = diagnosed?.diagnostics.suspects.map((s) => diagnosed.numbers[s.index]) ?? [];
  return { folder, suspects };
}
