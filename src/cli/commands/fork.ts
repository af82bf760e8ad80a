import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { heldLabels } from '../../../activities/tasks/inherited.js';
import type { CampaignBundle } from '../../campaign/bundle.js';
import { changesOf, parseChange } from '../../campaign/changes.js';
import { type Edit, forkCampaign } from '../../campaign/edit.js';
import type { Inheritance } from '../../campaign/ledger.js';
import { inputError } from '../../errors.js';
import { plural } from '../../report/numbers.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { openFolderStore } from '../../store/folderStore.js';
import { checkCampaign } from '../campaigns/check.js';
import { assembleCampaign, inputsOf } from '../campaigns/file.js';
import { recordedLedger } from '../campaigns/recordedLedger.js';
import { findBundle, requireFreeName } from '../campaigns/registry.js';
import { homeOf } from '../home.js';
import { homeOption } from './options.js';
import { startCampaign } from './start.js';

interface ForkOptions {
  readonly home?: string;
  readonly name: string;
  readonly set: readonly Edit[];
  readonly unset: readonly Edit[];
  readonly file?: string;
  readonly dryRun?: boolean;
}

/** `anharmony fork`: another campaign from one that is there, with the labels that still hold. */
export function registerFork(program: Command): void {
  const gather = (parse: (text: string) => Edit) => (text: string, before: readonly Edit[]) => [
    ...before,
    parse(text),
  ];
  program
    .command('fork')
    .description('start another campaign from one that is there, changed, with the labels that still hold')
    .argument('<campaign>', 'name of the campaign to start from, finished or running')
    .requiredOption('--name <name>', 'name of the new campaign')
    .option(
      '--set <key=value>',
      'a key of the campaign file, e.g. md.temperature=600; as often as wanted',
      gather(parseChange),
      [],
    )
    .option(
      '--unset <key>',
      'take a key out of the campaign file; as often as wanted',
      gather((key) => ({ key, removed: true })),
      [],
    )
    .option('--file <path>', 'the campaign file to write (default: NAME.yaml beside that of the campaign)')
    .option('--dry-run', 'print the campaign file and what would hold; write and start nothing')
    .addOption(homeOption())
    .action(fork);
}

async function fork(name: string, options: ForkOptions): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const home = homeOf(options);
  const store = await openFolderStore(home.store);
  const { bundle: parent, ref } = await findBundle(store, name);
  const { head, entries } = await recordedLedger(store, home, name, ref);
  // It begins from the campaign as it stands, not as it was started.
  const edits = [...changesOf(entries), ...options.set, ...options.unset];
  const text = forkCampaign(parent.source, options.name, { campaign: name, ledger: head.hash }, edits);
  const path = resolve(options.file ?? join(parent.folder, `${options.name}.yaml`));
  const campaign = assembleCampaign(text, path, inputsOf(parent));
  for (const line of checkCampaign(campaign.bundle)) say(line);
  const { inheritance } = await heldLabels(store, campaign.bundle);
  for (const line of inheritanceLines(inheritance)) say(line);
  if (edits.length === 0) say('nothing is changed but the name');
  if (options.dryRun) return void process.stdout.write(text);
  await requireFreeName(store, campaign);
  await writeFork(path, text, campaign.bundle);
  process.stdout.write(`${relative('.', path)}\n`);
  await startCampaign(campaign, store, home);
}

function inheritanceLines({ parent, taken, left }: Inheritance): string[] {
  const all = left.reduce((sum, { labels }) => sum + labels, taken);
  return [
    `labels: ${taken} of ${all} from MD of ${parent} hold and are initial training data`,
    ...left.map(({ reason, labels }) => `labels: ${plural(labels, 'label')} left, ${reason}`),
  ];
}

/** The campaign file and, where they are not beside it, the files that it reads. Writing the same again changes nothing. */
async function writeFork(path: string, text: string, bundle: CampaignBundle): Promise<void> {
  if (existsSync(path) && readFileSync(path, 'utf8') !== text) {
    throw inputError({
      field: '--file',
      message: 'there is another file of this name',
      got: path,
      hint: 'choose another place with --file, or move it away',
    });
  }
  for (const input of inputsOf(bundle)) {
    const place = join(dirname(path), input.name);
    if (!existsSync(place)) await writeFileAtomic(place, input.text);
  }
  await writeFileAtomic(path, text);
}
