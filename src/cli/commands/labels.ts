import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { inputError } from '../../errors.js';
import { plural } from '../../report/numbers.js';
import { getStructure } from '../../store/artifacts/structure.js';
import { writeFileAtomic } from '../../store/atomicFile.js';
import { EXIT } from '../exit.js';
import { type LabelledCampaign, openLabels } from '../labels/campaign.js';
import {
  catalogueLabels,
  LABEL_GROUPS,
  type LabelGroup,
  type LabelRow,
  numbersOf,
} from '../labels/catalogue.js';
import { importLines, type ListedLabel, listedJson, tableLines, totalLines } from '../labels/describe.js';
import { formatLabels } from '../labels/frames.js';
import { importLabels, planImport } from '../labels/importing.js';
import { signature } from '../signature.js';
import { homeOption } from './options.js';

interface ListOptions {
  readonly home?: string;
  readonly group?: readonly LabelGroup[];
  readonly json?: boolean;
}

interface ExportOptions {
  readonly home?: string;
  readonly output: string;
  readonly group?: readonly LabelGroup[];
  readonly force?: boolean;
}

interface ImportOptions {
  readonly home?: string;
  readonly trustSettings?: boolean;
  readonly python?: string;
  readonly dryRun?: boolean;
}

const CAMPAIGN = 'campaign file, or name of a campaign of this home';

/** `anharmony labels list | export | import`: the labels of a campaign's reference, out of the store and into it. */
export function registerLabels(program: Command): void {
  const labels = program
    .command('labels')
    .description('list, export and import the labels of a campaign’s reference');
  labels
    .command('list')
    .description('the labels that a campaign has, and those that it would adopt')
    .argument('<campaign>', CAMPAIGN)
    .addOption(groupOption('only these groups; `other`: labels that the campaign has not asked for'))
    .option('--json', 'as one JSON document')
    .addOption(homeOption())
    .action(list);
  labels
    .command('export')
    .description('write labels as extended XYZ that reads back to the last bit')
    .argument('<campaign>', CAMPAIGN)
    .requiredOption('-o, --output <file>', 'file to write')
    .addOption(groupOption('these groups (default: all labels of the campaign that are its reference’s)'))
    .option('--force', 'write over a file that is there')
    .addOption(homeOption())
    .action(exportLabels);
  labels
    .command('import')
    .description('bring labels into the store, where every campaign of this reference adopts them')
    .argument('<campaign>', CAMPAIGN)
    .argument('<files...>', 'files of labels export; extended XYZ, vasprun.xml, pw.x’s XML, OUTCAR; .gz')
    .option(
      '--trust-settings',
      'state that files not written by labels export were computed with the campaign’s settings',
    )
    .option('--python <program>', 'a Python with ASE, for OUTCARs (default: ANHARMONY_PYTHON, else python3)')
    .option('--dry-run', 'say what would be imported; write nothing')
    .addOption(homeOption())
    .action(importFiles);
}

function groupOption(description: string): Option {
  return new Option('--group <groups...>', description).choices([...LABEL_GROUPS]);
}

async function list(campaign: string, options: ListOptions): Promise<void> {
  const opened = await openLabels(campaign, options);
  const catalogue = await catalogueLabels(opened);
  const groups = options.group ?? LABEL_GROUPS.filter((group) => group !== 'other');
  const rows = [...catalogue.own, ...catalogue.others].filter(({ group }) => groups.includes(group));
  const labels: ListedLabel[] = [];
  for (const row of rows) labels.push({ row, values: await numbersOf(opened, row) });
  const write = (text: string) => process.stdout.write(`${text}\n`);
  const testFrames = testFramesOf(opened);
  if (options.json) {
    const { bundle, reference } = opened;
    const document = {
      campaign: bundle.settings.name,
      reference,
      labels: labels.map(listedJson),
      own: catalogue.own.length,
      others: catalogue.others.length,
      testFrames,
    };
    return void write(JSON.stringify(document, null, 2));
  }
  if (labels.length > 0) write(tableLines(labels).join('\n'));
  write(totalLines(opened, catalogue, testFrames).join('\n'));
}

function testFramesOf({ ledger }: LabelledCampaign): number {
  const entry = ledger.find(({ type }) => type === 'test-set');
  return entry?.type === 'test-set' ? entry.frames : 0;
}

async function exportLabels(campaign: string, options: ExportOptions): Promise<void> {
  const path = options.output;
  if (existsSync(path) && options.force !== true) {
    throw inputError({
      field: '--output',
      message: 'there is a file of this name',
      got: path,
      hint: 'choose another, or write over it with --force',
    });
  }
  const opened = await openLabels(campaign, options);
  const { own, others } = await catalogueLabels(opened);
  const isWanted = ({ group, origin }: LabelRow): boolean =>
    options.group
      ? options.group.includes(group)
      : group !== 'other' && origin.reference === opened.reference;
  const rows = [...own, ...others].filter(isWanted);
  if (rows.length === 0) {
    throw inputError({
      field: options.group ? '--group' : 'CAMPAIGN',
      message: 'there are no such labels',
      got: options.group?.join(', ') ?? campaign,
      hint: `\`anharmony labels list ${campaign}\` shows what there is; --group other takes labels of other campaigns`,
    });
  }
  const labels: Parameters<typeof formatLabels>[1][number][] = [];
  for (const row of rows) {
    const displacements = await getStructure(opened.store, row.structure);
    labels.push({ row, displacements, values: await numbersOf(opened, row) });
  }
  await writeFileAtomic(path, formatLabels(opened.cell.supercell, labels));
  const left = own.length - rows.filter(({ group }) => group !== 'other').length;
  process.stdout.write(`${path}: ${plural(rows.length, 'label')}\n`);
  if (options.group === undefined && left > 0)
    process.stderr.write(
      `left: ${plural(left, 'label')} of files in initial.data, or with other settings (--group imported takes the former)\n`,
    );
}

async function importFiles(
  campaign: string,
  files: readonly string[],
  options: ImportOptions,
): Promise<void> {
  const { trustSettings = false, python, dryRun = false } = options;
  const opened = await openLabels(campaign, { ...options, create: true });
  if (opened.calculator === undefined && trustSettings) throw opened.missing;
  const plans = await planImport(opened, files, { trust: trustSettings, ...(python && { python }) });
  const signed = signature();
  if (!dryRun) for (const plan of plans) await importLabels(opened, plan, signed);
  process.stdout.write(`${importLines(plans, dryRun).join('\n')}\n`);
  const taken = plans.reduce((sum, { added, there }) => sum + added.length + there.length, 0);
  if (taken === 0) process.exitCode = EXIT.input;
}
