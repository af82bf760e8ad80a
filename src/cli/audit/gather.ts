import { readBundle } from '../../../activities/tasks/context.js';
import { FailureError } from '../../errors.js';
import type { AuditReport } from '../../report/audit/page.js';
import type { Telling } from '../../report/audit/sentences.js';
import { type Paragraph, refitOf, structureStory } from '../../report/audit/story.js';
import { getLabelImport, type LabelImport } from '../../store/artifacts/labelImport.js';
import type { Ref, Store } from '../../store/types.js';
import { PROGRAM_VERSION } from '../../version.js';
import type { RecordedLedger } from '../campaigns/recordedLedger.js';
import { errorsAfter } from './errorAfter.js';

/** Above so many parameters the page leaves out what needs every force field that there was. */
const ALL_ERRORS = 1500;

/** The resolved campaign file that a ledger is of. */
export function campaignOf({ entries: [started] }: RecordedLedger): Ref {
  if (started?.type === 'started') return started.campaign;
  throw new FailureError('the ledger does not begin with the start of a campaign');
}

/** What sentences about a campaign need to know beside its ledger. */
export async function tellingOf(store: Store, ledger: RecordedLedger): Promise<Telling> {
  const { settings } = await readBundle(store, campaignOf(ledger));
  const imports = new Map<string, LabelImport>();
  for (const entry of ledger.entries) {
    if (entry.type !== 'labelled' || !entry.adopted) continue;
    const from = await getLabelImport(store, entry.label);
    if (from) imports.set(entry.label.hash, from);
  }
  return { timestep: settings.md.timestep, imports };
}

/** Everything about one structure, what the refit did to its ε_B included; empty where there is none of this number. */
export async function wholeStory(
  store: Store,
  ledger: RecordedLedger,
  structure: number,
  telling: Telling,
): Promise<readonly Paragraph[]> {
  const refit = refitOf(ledger.entries, structure);
  const errors = refit && (await (await errorsAfter(store, campaignOf(ledger), ledger.entries)).of(refit));
  return structureStory(ledger.entries, structure, telling, errors?.get(structure));
}

export async function gatherAudit(
  store: Store,
  ledger: RecordedLedger,
  telling: Telling,
): Promise<AuditReport> {
  const campaign = campaignOf(ledger);
  const { settings, source } = await readBundle(store, campaign);
  const prepared = ledger.entries.find((entry) => entry.type === 'prepared');
  const parameters = prepared?.type === 'prepared' ? prepared.parameters : 0;
  const all = parameters <= ALL_ERRORS;
  return {
    campaign: settings.name,
    generated: new Date().toISOString(),
    version: PROGRAM_VERSION,
    telling,
    ledger: ledger.entries,
    head: ledger.head.hash,
    errorsAfter: all ? await allErrors(store, ledger) : new Map(),
    withoutErrors: all
      ? null
      : `What each refit did to the ε_B of its structures was not computed: ${parameters} parameters are more than the ${ALL_ERRORS} up to which this page has it; anharmony audit ${settings.name} --structure N tells it of one.`,
    campaignFile: source,
  };
}

async function allErrors(store: Store, { entries, ...ledger }: RecordedLedger): Promise<Map<number, number>> {
  const refits = entries.filter((entry) => entry.type === 'refitted');
  const errors = new Map<number, number>();
  if (refits.length === 0) return errors;
  const compute = await errorsAfter(store, campaignOf({ entries, ...ledger }), entries);
  for (const refit of refits) for (const [id, error] of await compute.of(refit)) errors.set(id, error);
  return errors;
}
