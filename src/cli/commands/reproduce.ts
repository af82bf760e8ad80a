import { join } from 'node:path';
import type { Command } from 'commander';
import { type Agreement, compareLedgers, type LedgerDifference } from '../../campaign/agreement.js';
import { type CampaignBundle, rulesOf } from '../../campaign/bundle.js';
import { editCampaign } from '../../campaign/edit.js';
import type { LedgerEntryBody } from '../../campaign/ledger.js';
import { type ScriptedOrder, scriptOf } from '../../campaign/script.js';
import type { CampaignState } from '../../campaign/state.js';
import type { Steering } from '../../campaign/steering.js';
import { FailureError, inputError } from '../../errors.js';
import { plural } from '../../report/numbers.js';
import { openFolderStore } from '../../store/folderStore.js';
import type { Store } from '../../store/types.js';
import { happenings } from '../audit/events.js';
import { replayLedger } from '../audit/replay.js';
import { checkCampaign } from '../campaigns/check.js';
import { campaignOf, type LoadedCampaign } from '../campaigns/file.js';
import { publishedLedger, recordedLedger } from '../campaigns/recordedLedger.js';
import { findBundle } from '../campaigns/registry.js';
import { EXIT } from '../exit.js';
import { type Home, homeOf } from '../home.js';
import type { ViewFormat } from '../live/view.js';
import { formatOption, homeOption } from './options.js';
import { runCampaign } from './run.js';

interface ReproduceOptions {
  readonly home?: string;
  readonly name?: string;
  readonly freshLabels?: boolean;
  readonly format: ViewFormat;
}

/** `anharmony reproduce`: a campaign once more from its ledger, and where the two agree. */
export function registerReproduce(program: Command): void {
  program
    .command('reproduce')
    .description('run a campaign once more from its ledger alone, and say where the two agree')
    .argument('<campaign>', 'name of the campaign')
    .option('--name <name>', 'name of the second run (default: NAME-again)')
    .option('--fresh-labels', 'compute every label anew, in a store of its own')
    .addOption(homeOption())
    .addOption(formatOption())
    .action(reproduce);
}

async function reproduce(name: string, options: ReproduceOptions): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { bundle, ref } = await findBundle(store, name);
  const original = await recordedLedger(store, home, name, ref);
  const again = renamed(bundle, options.name ?? `${name}-again`);
  const place = options.freshLabels ? freshHome(home, again.bundle) : home;
  for (const line of checkCampaign(again.bundle)) say(line);
  const script = await recordedScript(store, bundle, original.entries);
  if (script.length > 0) say(`what people told ${name} is told again: ${plural(script.length, 'order')}`);
  if (!(await runCampaign({ campaign: again, home: place, format: options.format, say, script }))) return;
  const ledger = await publishedLedger(place, again.bundle.settings.name);
  if (ledger === undefined) throw new FailureError('the second run has left no ledger');
  const agreement = compareLedgers(original.entries, ledger.entries);
  const second = again.bundle.settings.name;
  const lines =
    options.format === 'json'
      ? [
          JSON.stringify({
            level: 'info',
            time: new Date().toISOString(),
            campaign: second,
            walker: null,
            step: null,
            ...agreement,
            msg: 'agreement',
          }),
        ]
      : agreementLines(name, second, agreement);
  for (const line of lines) process.stdout.write(`${line}\n`);
  const same = agreement.difference === null && sameForceConstants(agreement);
  process.exitCode = same ? 0 : EXIT.failure;
}

/** What people told the campaign, each with its place: found by making its decisions again. */
async function recordedScript(
  store: Store,
  { settings }: CampaignBundle,
  ledger: readonly LedgerEntryBody[],
): Promise<readonly ScriptedOrder[]> {
  const told: { steering: Steering; state: CampaignState }[] = [];
  const onSteered = (steering: Steering, state: CampaignState) => void told.push({ steering, state });
  const rules = rulesOf(settings);
  if (!ledger.some((entry) => entry.type === 'steered')) return [];
  await replayLedger({ ledger, happenings: await happenings(store, ledger), rules, onSteered });
  return scriptOf(told);
}

/** The campaign as the store has it, under another name. */
function renamed(bundle: CampaignBundle, name: string): LoadedCampaign {
  if (name === bundle.settings.name)
    throw inputError({ field: '--name', message: 'is the name of the first run', got: name });
  const source = editCampaign(bundle.source, [{ key: 'name', value: name }]);
  return campaignOf({ ...bundle, settings: { ...bundle.settings, name }, source });
}

/** A home that knows no label yet, inside that of the campaign. */
function freshHome(home: Home, { settings }: CampaignBundle): Home {
  if (settings.parent) {
    throw inputError({
      field: '--fresh-labels',
      message: `the campaign begins with labels of ${settings.parent.campaign}, which it does not compute itself`,
      hint: `reproduce it with the labels of the store, and ${settings.parent.campaign} with --fresh-labels`,
    });
  }
  return homeOf({ home: join(home.home, 'fresh', settings.name) });
}

function sameForceConstants({ forceConstants, unfinished }: Agreement): boolean {
  return unfinished || forceConstants.original === forceConstants.again;
}

function agreementLines(name: string, again: string, agreement: Agreement): string[] {
  const { entries, agreeing, difference, forceConstants, unfinished, labels } = agreement;
  const mark = (agrees: boolean) => (agrees ? 'agrees ' : 'DIFFERS');
  const all = unfinished
    ? `all ${entries.original} decisions and results so far (${name} has not ended)`
    : `all ${entries.original} decisions and results`;
  return [
    `${again} beside ${name}: ${plural(labels.adopted, 'label')} from the store, ${labels.computed} computed`,
    difference === null
      ? `${mark(true)}  ledger: ${all}, but for clocks and hosts`
      : `${mark(false)}  ledger: the first ${agreeing} of ${entries.original} decisions and results agree; then ${differenceText(difference, name, again)}`,
    unfinished || forceConstants.original === forceConstants.again
      ? `${mark(true)}  force constants: ${forceConstants.again ?? 'none'}${unfinished ? ', further than those of the first run' : ', to the same bits'}`
      : `${mark(false)}  force constants: ${forceConstants.again ?? 'none'}, were ${forceConstants.original ?? 'none'}`,
  ];
}

function differenceText(d: LedgerDifference, name: string, again: string): string {
  const entry = (sequence: number | null, whose: string) =>
    sequence === null ? `the end of ${whose}` : `entry ${sequence} of ${whose}`;
  const where = `${entry(d.original, name)} and ${entry(d.again, again)}`;
  const value = (x: unknown) => JSON.stringify(x) ?? 'nothing';
  return d.field === ''
    ? `${where}: ${value(d.was)}, now ${value(d.is)}`
    : `${where} (${d.type}): ${d.field} was ${value(d.was)}, is ${value(d.is)}`;
}
